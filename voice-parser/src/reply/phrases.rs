//! The fixed words of replies, per language. A language that is not here gets English.

use jiff::civil::{Date, Weekday};
use shared::company::Language;

/// Fixed words in one language. `{…}` is filled in by [`fill`].
#[derive(Debug)]
pub struct Phrases {
    /// ISO 639 code.
    pub language: &'static str,
    /// Monday first.
    weekdays: [&'static str; 7],
    /// January first.
    months: [&'static str; 12],
    /// A job without a client.
    pub no_client: &'static str,
    /// `{names}` might be meant.
    pub client_unclear: &'static str,
    /// Asks which of the numbered clients `{heard}` is.
    pub which_client: &'static str,
    /// After the answer: `{name}`.
    pub filed_under: &'static str,
    /// A knowledge note.
    pub noted: &'static str,
    /// A note that is neither.
    pub filed: &'static str,
    /// A recording without words.
    pub no_words: &'static str,
    /// A picture or document without words.
    pub file_kept: &'static str,
    /// The words could not be structured.
    pub unstructured: &'static str,
    /// A recording or file nobody here can read.
    pub unsupported: &'static str,
    /// A file that Twilio does not give out.
    pub unavailable: &'static str,
    /// A file that is too large.
    pub too_large: &'static str,
    /// A recording that could not be transcribed, or not to its end, because of its length.
    pub too_long: &'static str,
    /// The company's minutes of the day are used up.
    pub minutes_used_up: &'static str,
    /// `{reference}`
    pub reference: &'static str,
    /// How to put it right.
    pub wrong: &'static str,
    /// `{n}` items did not fit.
    pub more_in_office: &'static str,
    /// You are not known here.
    pub unknown_sender: &'static str,
    /// After STOP.
    pub stopped: &'static str,
    /// After START.
    pub started: &'static str,
    /// After HELP.
    pub help: &'static str,
    /// It failed and is not lost. `{reference}`
    pub failed: &'static str,
}

const ENGLISH: Phrases = Phrases {
    language: "en",
    weekdays: ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
    months: [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ],
    no_client: "No client named",
    client_unclear: "Client unclear: {names}. The office will check.",
    which_client: "Which client is “{heard}”? Reply with the number:",
    filed_under: "Thanks, filed under {name}.",
    noted: "Noted",
    filed: "Filed",
    no_words: "I could not hear any words in that. It is filed, and the office can listen to it.",
    file_kept: "Got it. It is filed for the office.",
    unstructured: "Your words are filed, but I could not make a tidy note of them. The office will read them.",
    unsupported: "One attachment is in a format I cannot read. It is kept for the office; please send it again as a voice \
                  message or say it in words.",
    unavailable: "I could not get one attachment, so it is not kept. Please send it again or say it in words.",
    too_large: "One attachment is too large (over 16 MB) and is not kept. Please send a shorter one.",
    too_long: "One recording is too long for me to write all of it down. It is filed, and the office can listen to it; \
               next time please send shorter ones.",
    minutes_used_up: "Your company's minutes for writing down recordings are used up for today. What you record is filed \
                      and the office can listen to it; please type what is urgent.",
    reference: "Ref {reference}",
    wrong: "Wrong? Reply to this message.",
    more_in_office: "{n} more in the office",
    unknown_sender: "Hello! This number is not registered with us, so your message was not processed. Please ask your \
                     office to add you, then send it again.",
    stopped: "OK, no more replies. Your notes are still filed. Send START to get replies again.",
    started: "Replies are on again.",
    help: "Send a voice message or text about a job: who it is for, what has to be done and by when. It is filed for your \
           office and you get a summary. Send STOP for no replies, START for replies again.",
    failed: "Sorry, your message could not be processed yet. It is not lost: it is kept and will be tried again. Ref \
             {reference}",
};

const GERMAN: Phrases = Phrases {
    language: "de",
    weekdays: ["Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"],
    months: [
        "Jan", "Feb", "März", "Apr", "Mai", "Juni", "Juli", "Aug", "Sep", "Okt", "Nov", "Dez",
    ],
    no_client: "Kein Kunde genannt",
    client_unclear: "Kunde unklar: {names}. Das Büro prüft es.",
    which_client: "Welcher Kunde ist „{heard}“? Antworte mit der Nummer:",
    filed_under: "Danke, abgelegt unter {name}.",
    noted: "Notiert",
    filed: "Abgelegt",
    no_words: "Ich konnte darin keine Worte hören. Es ist abgelegt, das Büro kann es anhören.",
    file_kept: "Erhalten und für das Büro abgelegt.",
    unstructured: "Deine Worte sind abgelegt, ich konnte aber keine ordentliche Notiz daraus machen. Das Büro liest sie.",
    unsupported: "Ein Anhang hat ein Format, das ich nicht lesen kann. Er ist für das Büro aufgehoben; bitte schick ihn \
                  noch einmal als Sprachnachricht oder sag es in Worten.",
    unavailable: "Einen Anhang konnte ich nicht bekommen, er ist nicht aufgehoben. Bitte schick ihn noch einmal oder sag \
                  es in Worten.",
    too_large: "Ein Anhang ist zu groß (über 16 MB) und nicht aufgehoben. Bitte schick einen kürzeren.",
    too_long: "Eine Aufnahme ist so lang, dass ich sie nicht ganz aufschreiben kann. Sie ist abgelegt, das Büro kann sie \
               anhören; bitte schick nächstes Mal kürzere.",
    minutes_used_up: "Die Minuten deiner Firma für das Aufschreiben von Aufnahmen sind für heute verbraucht. Was du \
                      aufnimmst, ist abgelegt und das Büro kann es anhören; was eilt, schreib bitte.",
    reference: "Ref. {reference}",
    wrong: "Falsch? Antworte auf diese Nachricht.",
    more_in_office: "{n} weitere im Büro",
    unknown_sender: "Hallo! Diese Nummer ist bei uns nicht eingetragen, deshalb wurde die Nachricht nicht bearbeitet. \
                     Bitte lass dich vom Büro eintragen und schick sie dann noch einmal.",
    stopped: "Gut, keine Antworten mehr. Deine Notizen werden weiter abgelegt. Mit START gibt es wieder Antworten.",
    started: "Antworten sind wieder an.",
    help: "Schick eine Sprachnachricht oder einen Text zu einem Auftrag: für wen, was zu tun ist und bis wann. Alles wird \
           für das Büro abgelegt und du bekommst eine Zusammenfassung. STOP: keine Antworten, START: wieder Antworten.",
    failed: "Leider konnte deine Nachricht noch nicht bearbeitet werden. Sie ist nicht verloren: sie ist aufgehoben \
             und es wird noch einmal versucht. Ref. {reference}",
};

const ALL: [Phrases; 2] = [ENGLISH, GERMAN];

impl Phrases {
    /// The words of a language.
    #[must_use]
    pub fn of(language: &Language) -> &'static Self {
        let wanted = language.primary();
        ALL.iter()
            .find(|phrases| phrases.language == wanted)
            .unwrap_or(&ALL[0])
    }

    /// A date as it is said, with the year only when it is not `today`'s: `Fri 27 Nov`.
    #[must_use]
    pub fn date(&self, date: Date, today: Date) -> String {
        let weekday = match date.weekday() {
            Weekday::Monday => 0,
            Weekday::Tuesday => 1,
            Weekday::Wednesday => 2,
            Weekday::Thursday => 3,
            Weekday::Friday => 4,
            Weekday::Saturday => 5,
            Weekday::Sunday => 6,
        };
        let month = usize::try_from(date.month() - 1).unwrap_or(0);
        let said = format!("{} {} {}", self.weekdays[weekday], date.day(), self.months[month]);
        if date.year() == today.year() {
            said
        } else {
            format!("{said} {}", date.year())
        }
    }
}

/// Fills a phrase's `{name}`.
#[must_use]
pub fn fill(phrase: &str, name: &str, value: &str) -> String {
    phrase.replace(&format!("{{{name}}}"), value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_without_phrases_gets_english() {
        assert_eq!(Phrases::of(&"de-AT".parse().unwrap()).language, "de");
        assert_eq!(Phrases::of(&"tlh".parse().unwrap()).language, "en");
    }

    #[test]
    fn a_date_names_the_year_only_when_it_is_another_one() {
        let today = "2026-11-20".parse().unwrap();
        let english = Phrases::of(&"en".parse().unwrap());
        assert_eq!(english.date("2026-11-27".parse().unwrap(), today), "Fri 27 Nov");
        assert_eq!(
            english.date("2027-01-04".parse().unwrap(), today),
            "Mon 4 Jan 2027"
        );
    }
}
