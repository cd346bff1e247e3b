//! When something is due, in the words of a clause. A weekday is the next such day after today; nothing is guessed.

use jiff::ToSpan;
use jiff::civil::{Date, Time, Weekday};

/// When something is due.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Due {
    pub(super) date: Option<Date>,
    pub(super) time: Option<Time>,
    /// The words that said so.
    pub(super) text: Option<String>,
}

/// A word and where it stands.
struct Word<'t> {
    start: usize,
    end: usize,
    /// Lower case, without punctuation around it.
    lower: String,
    raw: &'t str,
}

const WEEKDAYS: [(&str, Weekday); 9] = [
    ("monday", Weekday::Monday),
    ("tuesday", Weekday::Tuesday),
    ("tues", Weekday::Tuesday),
    ("wednesday", Weekday::Wednesday),
    ("thursday", Weekday::Thursday),
    ("thurs", Weekday::Thursday),
    ("friday", Weekday::Friday),
    ("saturday", Weekday::Saturday),
    ("sunday", Weekday::Sunday),
];

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

const NUMBERS: [&str; 12] = [
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
];

const PARTS_OF_DAY: [&str; 5] = ["morning", "afternoon", "evening", "night", "arvo"];

/// Words before a date that belong to it.
const PREPOSITIONS: [&str; 7] = ["on", "by", "before", "for", "until", "at", "from"];

/// When the clause says that it is due, and the clause without those words where they stand at its beginning or end.
pub(super) fn find(clause: &str, today: Date) -> (Due, String) {
    let mut due = Due::default();
    let mut rest = clause.trim().to_owned();
    // The time first: what is left then ends with the date.
    if let Some((time, words, left)) = extract(&rest, time_at) {
        due.time = Some(time);
        due.text = Some(words);
        rest = left;
    }
    let date = extract(&rest, |words, at| date_at(words, at, today));
    if let Some((date, words, left)) = date {
        due.date = date;
        due.text = Some(match due.text.take() {
            Some(time) => format!("{words} {time}"),
            None => words,
        });
        rest = left;
    } else if due.time.is_some() {
        // A time of no day is kept in words only.
        due.time = None;
    }
    (due, rest)
}

/// Looks for words that mean something, gives their meaning and wording, and takes them away at either end.
fn extract<T>(
    text: &str,
    read: impl Fn(&[Word<'_>], usize) -> Option<(T, usize)>,
) -> Option<(T, String, String)> {
    let words = words(text);
    let (first, (meaning, count)) =
        (0..words.len()).find_map(|at| read(&words, at).map(|found| (at, found)))?;
    let last = first + count - 1;
    let wording = text[words[first].start..words[last].end]
        .trim_matches(['.', ',', '!', '?'])
        .to_owned();
    let from = if first > 0 && PREPOSITIONS.contains(&words[first - 1].lower.as_str()) {
        first - 1
    } else {
        first
    };
    let left = if last + 1 == words.len() {
        text[..words[from].start].to_owned()
    } else if from == 0 {
        text[words[last].end..].to_owned()
    } else {
        text.to_owned()
    };
    let left = left
        .trim_matches(|c: char| c.is_whitespace() || c == ',')
        .to_owned();
    // A clause that is nothing but a date stays as it is.
    let left = if left.is_empty() { text.to_owned() } else { left };
    Some((meaning, wording, left))
}

fn words(text: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let mut from = 0;
    for raw in text.split_whitespace() {
        let start = text[from..].find(raw).map_or(from, |at| from + at);
        let end = start + raw.len();
        let lower = raw
            .trim_matches(|c: char| !c.is_alphanumeric())
            .to_ascii_lowercase();
        words.push(Word {
            start,
            end,
            lower,
            raw,
        });
        from = end;
    }
    words
}

/// The date that stands at a word, if it is one of the calendar, and how many words say so.
fn date_at(words: &[Word<'_>], at: usize, today: Date) -> Option<(Option<Date>, usize)> {
    let word = |offset: usize| words.get(at + offset).map_or("", |w| w.lower.as_str());
    let found = |count: usize, date: Option<Date>| {
        let part = usize::from(PARTS_OF_DAY.contains(&word(count)));
        Some((date, count + part))
    };
    let days = |n: i64| today.checked_add(n.days()).ok();
    match word(0) {
        "day" if word(1) == "after" && word(2) == "tomorrow" => found(3, days(2)),
        "tomorrow" => found(1, days(1)),
        "today" | "tonight" => found(1, days(0)),
        "this" if PARTS_OF_DAY.contains(&word(1)) => found(1, days(0)),
        "next" | "this" if weekday(word(1)).is_some() => {
            found(2, weekday(word(1)).and_then(|d| after(today, d)))
        }
        "next" if matches!(word(1), "week" | "month") => found(2, None),
        "end" if word(1) == "of" && word(2) == "the" && matches!(word(3), "week" | "month") => found(4, None),
        "in" => {
            let n = number(word(1)).or_else(|| (word(1) == "a").then_some(1))?;
            match word(2) {
                "day" | "days" => found(3, days(n)),
                "week" | "weeks" => found(3, days(n * 7)),
                "fortnight" => found(3, days(14)),
                _ => None,
            }
        }
        other => {
            if let Some(day) = weekday(other) {
                return found(1, after(today, day));
            }
            if let Ok(date) = other.parse::<Date>() {
                return found(1, Some(date));
            }
            day_and_month(words, at, today).and_then(|(count, date)| found(count, Some(date)))
        }
    }
}

/// `25 November`, `25th of November`, `November 25th`, `the 25th`.
fn day_and_month(words: &[Word<'_>], at: usize, today: Date) -> Option<(usize, Date)> {
    let word = |offset: usize| words.get(at + offset).map_or("", |w| w.lower.as_str());
    if let Some(month) = month(word(0)) {
        return upcoming(today, month, day_number(word(1))?).map(|date| (2, date));
    }
    let day = day_number(word(0))?;
    if let Some(month) = month(word(1)) {
        return upcoming(today, month, day).map(|date| (2, date));
    }
    if word(1) == "of" {
        return upcoming(today, month(word(2))?, day).map(|date| (3, date));
    }
    let ordinal = word(0).ends_with(|c: char| c.is_ascii_alphabetic());
    if !ordinal || at == 0 || words[at - 1].lower != "the" {
        return None;
    }
    // The next month that has such a day.
    (0..3)
        .filter_map(|months| today.first_of_month().checked_add(months.months()).ok())
        .filter_map(|first| Date::new(first.year(), first.month(), day).ok())
        .find(|date| *date > today)
        .map(|date| (1, date))
}

fn month(word: &str) -> Option<i8> {
    let index = MONTHS.iter().position(|m| *m == word)?;
    i8::try_from(index + 1).ok()
}

fn day_number(word: &str) -> Option<i8> {
    let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    matches!(&word[digits.len()..], "" | "st" | "nd" | "rd" | "th")
        .then(|| digits.parse().ok())
        .flatten()
}

fn upcoming(today: Date, month: i8, day: i8) -> Option<Date> {
    [today.year(), today.year() + 1]
        .into_iter()
        .filter_map(|year| Date::new(year, month, day).ok())
        .find(|date| *date >= today)
}

fn weekday(word: &str) -> Option<Weekday> {
    WEEKDAYS
        .iter()
        .find(|(name, _)| *name == word)
        .map(|(_, day)| *day)
}

fn after(today: Date, day: Weekday) -> Option<Date> {
    today.nth_weekday(1, day).ok()
}

fn number(word: &str) -> Option<i64> {
    let spelled = NUMBERS
        .iter()
        .position(|n| *n == word)
        .and_then(|index| i64::try_from(index + 1).ok());
    spelled.or_else(|| word.parse().ok().filter(|n| (1..=99).contains(n)))
}

/// `9 am`, `9am`, `2:30 pm`, `14:30`, `noon`. An hour without more is not a time: it may be in the morning or not.
fn time_at(words: &[Word<'_>], at: usize) -> Option<(Time, usize)> {
    let word = &words[at].lower;
    if matches!(word.as_str(), "noon" | "midday") {
        return Time::new(12, 0, 0, 0).ok().map(|time| (time, 1));
    }
    let half = |text: &str| match text {
        "am" | "a.m" => Some(0),
        "pm" | "p.m" => Some(12),
        _ => None,
    };
    let split = word.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(word.len());
    let (clock, suffix) = if split == 0 {
        (word.as_str(), "")
    } else {
        word.split_at(split)
    };
    let (hour, minute) = match clock.split_once(':') {
        Some((hour, minute)) if minute.len() == 2 => (hour.parse::<i8>().ok()?, minute.parse::<i8>().ok()?),
        Some(_) => return None,
        None => (i8::try_from(number(clock)?).ok()?, 0),
    };
    let next = words.get(at + 1).map_or("", |w| w.lower.as_str());
    let (offset, count) = match (half(suffix), half(next)) {
        (Some(offset), _) => (Some(offset), 1),
        (None, Some(offset)) if suffix.is_empty() => (Some(offset), 2),
        (None, _) => (None, 1),
    };
    let hour = match offset {
        Some(offset) if (1..=12).contains(&hour) => hour % 12 + offset,
        // Twenty-four hours, written with a colon.
        None if suffix.is_empty() && words[at].raw.contains(':') => hour,
        _ => return None,
    };
    Time::new(hour, minute, 0, 0).ok().map(|time| (time, count))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A Friday.
    const TODAY: Date = jiff::civil::date(2026, 11, 20);

    fn due(clause: &str) -> (String, String, String) {
        let (due, rest) = find(clause, TODAY);
        let date = due.date.map(|d| d.to_string()).unwrap_or_default();
        let time = due
            .time
            .map(|t| t.strftime(" %H:%M").to_string())
            .unwrap_or_default();
        (format!("{date}{time}"), due.text.unwrap_or_default(), rest)
    }

    #[test]
    fn days_are_found_in_words() {
        for (clause, date) in [
            ("call her tomorrow", "2026-11-21"),
            ("call her the day after tomorrow", "2026-11-22"),
            ("call on Friday", "2026-11-27"),
            ("call next Tuesday", "2026-11-24"),
            ("call in two weeks", "2026-12-04"),
            ("call in a fortnight", "2026-12-04"),
            ("call on the 25th", "2026-11-25"),
            ("call on the 3rd", "2026-12-03"),
            ("call by 1 March", "2027-03-01"),
            ("call by the 30th of November", "2026-11-30"),
            ("call on December 2nd", "2026-12-02"),
            ("call 2026-12-24", "2026-12-24"),
            ("call today", "2026-11-20"),
            ("call next week", ""),
            ("order 25 washers", ""),
            ("call at 9", ""),
        ] {
            assert_eq!(due(clause).0, date, "{clause}");
        }
    }

    #[test]
    fn the_words_of_the_date_go_where_they_are_not_missed() {
        let said = |clause| due(clause);
        let all = |a: &str, b: &str, c: &str| (a.to_owned(), b.to_owned(), c.to_owned());
        assert_eq!(
            said("order a tap tomorrow."),
            all("2026-11-21", "tomorrow", "order a tap")
        );
        assert_eq!(
            said("Tomorrow, order a tap"),
            all("2026-11-21", "Tomorrow", "order a tap")
        );
        assert_eq!(
            said("call her on Friday to book"),
            all("2026-11-27", "Friday", "call her on Friday to book")
        );
        assert_eq!(
            said("call her on Monday morning at 9 am"),
            all("2026-11-23 09:00", "Monday morning 9 am", "call her")
        );
        assert_eq!(
            said("be there tomorrow at 14:30"),
            all("2026-11-21 14:30", "tomorrow 14:30", "be there")
        );
        assert_eq!(said("meet at 2:30pm"), all("", "2:30pm", "meet"));
    }
}
