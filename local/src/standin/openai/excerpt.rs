//! Parts of recordings: a long recording is asked about piece by piece, and each piece is heard to say its share of the words.

use super::audio::ogg_pages;

/// The words that fall on a part of a recording, if it is one: as many as it has of the recording's sound, from the same place on.
/// Parts that make up the whole have all of its words between them, each once.
pub(super) fn words_of_part(part: &[u8], whole: &[u8], words: &str) -> Option<String> {
    let (part, whole) = (sound(part), sound(whole));
    if part.is_empty() || part.len() > whole.len() {
        return None;
    }
    let start = whole.windows(part.len()).position(|window| window == part)?;
    let words: Vec<&str> = words.split_whitespace().collect();
    let share = |bytes: usize| bytes * words.len() / whole.len();
    Some(words[share(start)..share(start + part.len())].join(" "))
}

/// What an Ogg file holds beside its headers.
fn sound(file: &[u8]) -> Vec<u8> {
    ogg_pages(file)
        .filter(|page| page.granule != 0)
        .flat_map(|page| page.payload.iter().copied())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORDS: &str = "one two three four five six seven";

    fn page(granule: u64, payload: &[u8]) -> Vec<u8> {
        let length = u8::try_from(payload.len()).unwrap();
        [
            b"OggS\0\0",
            &granule.to_le_bytes()[..],
            &[0; 12],
            &[1, length],
            payload,
        ]
        .concat()
    }

    fn file(sounds: &[&[u8]]) -> Vec<u8> {
        let headers = [page(0, b"OpusHead"), page(0, b"OpusTags")].concat();
        let pages = (960..)
            .zip(sounds)
            .flat_map(|(granule, sound)| page(granule, sound));
        headers.into_iter().chain(pages).collect()
    }

    #[test]
    fn parts_have_all_of_the_words_between_them() {
        let sounds: [&[u8]; 4] = [b"abc", b"defgh", b"ij", b"klmn"];
        let whole = file(&sounds);
        for cut in 1..sounds.len() {
            let heard = [&sounds[..cut], &sounds[cut..]]
                .map(|part| words_of_part(&file(part), &whole, WORDS).unwrap());
            assert!(heard.iter().all(|words| !words.is_empty()));
            assert_eq!(heard.join(" "), WORDS, "cut after {cut}");
        }
    }

    #[test]
    fn another_recording_is_no_part_of_it() {
        let whole = file(&[b"abc", b"defgh"]);
        for other in [
            file(&[b"abd"]),
            file(&[b"abc", b"defgh", b"i"]),
            file(&[]),
            Vec::new(),
        ] {
            assert_eq!(words_of_part(&other, &whole, WORDS), None);
        }
    }
}
