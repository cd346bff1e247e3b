//! What each model accepts and costs: the one table. Everything that depends on a model's name asks here.
//!
//! An unknown name is allowed, for servers that speak the protocol with models of their own. It gets the row that sends
//! nothing but what every such server takes, and costs nothing here.
//!
//! The prices are the vendor's list prices of November 2026 in US dollars; they only feed the estimate in the outcome.

use std::time::Duration;

/// How a transcription model is told what to expect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hints {
    /// `keywords[]` and `languages[]`.
    KeywordsAndLanguages,
    /// `prompt`, and `language` when there is only one.
    PromptAndLanguage,
    /// Not at all.
    None,
}

#[derive(Debug)]
struct TranscriptionRow {
    name: &'static str,
    hints: Hints,
    response_format: Option<&'static str>,
    chunking_strategy: Option<&'static str>,
    max_bytes: u64,
    max_seconds: Option<f64>,
    max_output_tokens: Option<u64>,
    usd_per_minute: f64,
}

/// "File uploads are limited to 25 MB": taken as the smaller reading.
const MAX_UPLOAD_BYTES: u64 = 25 * 1000 * 1000;

/// Longest recording asked for at once, seconds: at some two seconds for a minute of speech, it is answered within one
/// attempt of a call (35 s).
const LONGEST_WHOLE_S: f64 = 900.0;

/// Longest piece of a recording that can be cut, seconds. Shorter than it has to be, because an invocation ends in the middle
/// of a piece, which is then asked for again: two or three pieces fit into one.
const LONGEST_PIECE_S: f64 = 600.0;

/// Seconds a model takes for a second of speech.
const ANSWER_PER_SECOND: f64 = 2.0 / 60.0;

/// Tokens that a second of fast speech comes to: 190 words a minute, four tokens for three words.
const TOKENS_PER_SECOND: f64 = 4.2;

/// The conservative row: a compatible server.
const OTHER_TRANSCRIPTION: TranscriptionRow = TranscriptionRow {
    name: "",
    hints: Hints::PromptAndLanguage,
    response_format: Some("json"),
    chunking_strategy: None,
    max_bytes: MAX_UPLOAD_BYTES,
    max_seconds: None,
    max_output_tokens: None,
    usd_per_minute: 0.0,
};

/// Refusals of more than 1,400 s and silent stops at 2,000 tokens are what users of this family report.
const GPT_4O_FAMILY: TranscriptionRow = TranscriptionRow {
    max_seconds: Some(1400.0),
    max_output_tokens: Some(2000),
    ..OTHER_TRANSCRIPTION
};

static TRANSCRIPTION: [TranscriptionRow; 5] = [
    TranscriptionRow {
        name: "gpt-transcribe",
        hints: Hints::KeywordsAndLanguages,
        // It has one format.
        response_format: None,
        usd_per_minute: 0.0045,
        ..OTHER_TRANSCRIPTION
    },
    // These four end on 26 February 2027.
    TranscriptionRow {
        name: "whisper-1",
        // The form that says which language it heard and how long the recording is.
        response_format: Some("verbose_json"),
        usd_per_minute: 0.006,
        ..OTHER_TRANSCRIPTION
    },
    TranscriptionRow {
        name: "gpt-4o-transcribe",
        usd_per_minute: 0.006,
        ..GPT_4O_FAMILY
    },
    TranscriptionRow {
        name: "gpt-4o-mini-transcribe",
        usd_per_minute: 0.003,
        ..GPT_4O_FAMILY
    },
    TranscriptionRow {
        name: "gpt-4o-transcribe-diarize",
        hints: Hints::None,
        chunking_strategy: Some("auto"),
        usd_per_minute: 0.006,
        ..GPT_4O_FAMILY
    },
];

/// A transcription model and what is known of it.
#[derive(Debug, Clone)]
pub struct TranscriptionModel {
    name: String,
    row: &'static TranscriptionRow,
}

impl TranscriptionModel {
    /// The model of this name, or a dated snapshot of it. Any name is allowed.
    #[must_use]
    pub fn named(name: &str) -> Self {
        let row = TRANSCRIPTION.iter().find(|row| is_model(name, row.name));
        Self {
            name: name.to_owned(),
            row: row.unwrap_or(&OTHER_TRANSCRIPTION),
        }
    }

    /// The name it is asked by.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How it is told what to expect.
    #[must_use]
    pub fn hints(&self) -> Hints {
        self.row.hints
    }

    /// Largest recording it takes, bytes.
    #[must_use]
    pub fn max_bytes(&self) -> u64 {
        self.row.max_bytes
    }

    /// Longest recording it takes, seconds, where a limit is known.
    #[must_use]
    pub fn max_seconds(&self) -> Option<f64> {
        self.row.max_seconds
    }

    /// Where its answers stop, tokens, where a limit is known.
    #[must_use]
    pub fn max_output_tokens(&self) -> Option<u64> {
        self.row.max_output_tokens
    }

    /// Longest recording that is worth sending whole when it cannot be cut, seconds: what the model takes and answers in time.
    #[must_use]
    pub fn max_whole_seconds(&self) -> f64 {
        self.row.max_seconds.unwrap_or(f64::INFINITY).min(LONGEST_WHOLE_S)
    }

    /// Longest piece that a recording is cut into, seconds: what the model takes, answers in time, and has room for in its
    /// answer.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "token counts are small")]
    pub fn max_piece_seconds(&self) -> f64 {
        let tokens = self.row.max_output_tokens;
        let room = tokens.map_or(f64::INFINITY, |most| most as f64 / TOKENS_PER_SECOND);
        self.max_whole_seconds().min(LONGEST_PIECE_S).min(room)
    }

    /// How long an answer to so many seconds of speech takes, as a rule.
    #[must_use]
    pub fn expected_answer(seconds: f64) -> Duration {
        Duration::try_from_secs_f64(seconds * ANSWER_PER_SECOND).unwrap_or_default()
    }

    /// What transcribing this much costs, US dollars.
    #[must_use]
    pub fn cost(&self, seconds: f64) -> f64 {
        self.row.usd_per_minute * seconds.max(0.0) / 60.0
    }

    pub(super) fn response_format(&self) -> Option<&'static str> {
        self.row.response_format
    }

    pub(super) fn chunking_strategy(&self) -> Option<&'static str> {
        self.row.chunking_strategy
    }
}

#[derive(Debug)]
struct StructuringRow {
    name: &'static str,
    reasoning_efforts: &'static [&'static str],
    temperature: bool,
    store: bool,
    usd_per_million_input: f64,
    usd_per_million_output: f64,
}

/// The conservative row: a compatible server.
const OTHER_STRUCTURING: StructuringRow = StructuringRow {
    name: "",
    reasoning_efforts: &[],
    temperature: false,
    store: false,
    usd_per_million_input: 0.0,
    usd_per_million_output: 0.0,
};

static STRUCTURING: [StructuringRow; 6] = [
    StructuringRow {
        name: "gpt-6-luna",
        reasoning_efforts: &["none", "low", "medium", "high", "xhigh", "max"],
        temperature: false,
        store: true,
        usd_per_million_input: 0.10,
        usd_per_million_output: 0.50,
    },
    // These two end on 11 December 2026.
    StructuringRow {
        name: "gpt-5-mini",
        reasoning_efforts: &["minimal", "low", "medium", "high"],
        temperature: false,
        store: true,
        usd_per_million_input: 0.25,
        usd_per_million_output: 2.00,
    },
    StructuringRow {
        name: "gpt-5-nano",
        reasoning_efforts: &["minimal", "low", "medium", "high"],
        temperature: false,
        store: true,
        usd_per_million_input: 0.05,
        usd_per_million_output: 0.40,
    },
    // These three end on 14 January 2027.
    StructuringRow {
        name: "gpt-4.1-mini",
        reasoning_efforts: &[],
        temperature: true,
        store: true,
        usd_per_million_input: 0.40,
        usd_per_million_output: 1.60,
    },
    StructuringRow {
        name: "gpt-4.1-nano",
        reasoning_efforts: &[],
        temperature: true,
        store: true,
        usd_per_million_input: 0.10,
        usd_per_million_output: 0.40,
    },
    StructuringRow {
        name: "gpt-4o-mini",
        reasoning_efforts: &[],
        temperature: true,
        store: true,
        usd_per_million_input: 0.15,
        usd_per_million_output: 0.60,
    },
];

/// A structuring model, what is known of it, and how hard it is to think.
#[derive(Debug, Clone)]
pub struct StructuringModel {
    name: String,
    row: &'static StructuringRow,
    effort: String,
}

impl StructuringModel {
    /// The model of this name, or a dated snapshot of it, thinking as hard as `reasoning_effort` says (empty: as the
    /// model likes). Any name is allowed. An effort the model does not take is not sent; for a known model that reasons
    /// it is a mistake, see [`Self::problem`].
    #[must_use]
    pub fn named(name: &str, reasoning_effort: &str) -> Self {
        let row = STRUCTURING.iter().find(|row| is_model(name, row.name));
        Self {
            name: name.to_owned(),
            row: row.unwrap_or(&OTHER_STRUCTURING),
            effort: reasoning_effort.to_owned(),
        }
    }

    /// What is wrong with the effort that was asked for, for whoever set it.
    #[must_use]
    pub fn problem(&self) -> Option<String> {
        let accepted = self.row.reasoning_efforts;
        let wrong = !accepted.is_empty() && !self.effort.is_empty() && self.reasoning_effort().is_none();
        wrong.then(|| {
            format!(
                "{:?} is no reasoning effort of {}: it takes {}",
                self.effort,
                self.name,
                accepted.join(", ")
            )
        })
    }

    /// The name it is asked by.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What reading and writing this many tokens costs, US dollars.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "token counts are small")]
    pub fn cost(&self, input_tokens: u64, output_tokens: u64) -> f64 {
        (input_tokens as f64 * self.row.usd_per_million_input
            + output_tokens as f64 * self.row.usd_per_million_output)
            / 1e6
    }

    /// The effort to ask for, if this model takes it.
    pub(super) fn reasoning_effort(&self) -> Option<&str> {
        let accepted = self.row.reasoning_efforts.contains(&self.effort.as_str());
        accepted.then_some(self.effort.as_str())
    }

    pub(super) fn takes_temperature(&self) -> bool {
        self.row.temperature
    }

    pub(super) fn takes_store(&self) -> bool {
        self.row.store
    }
}

/// `name` is the model `row`, or a snapshot of it: `{row}-2026-09-22`.
fn is_model(name: &str, row: &str) -> bool {
    let Some(rest) = name.strip_prefix(row) else {
        return false;
    };
    let date = |date: &str| {
        date.len() == 10
            && date.bytes().enumerate().all(|(at, b)| {
                if matches!(at, 4 | 7) {
                    b == b'-'
                } else {
                    b.is_ascii_digit()
                }
            })
    };
    rest.is_empty() || rest.strip_prefix('-').is_some_and(date)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_is_its_model_and_a_namesake_is_not() {
        let hints = |name| TranscriptionModel::named(name).hints();
        assert_eq!(hints("gpt-transcribe"), Hints::KeywordsAndLanguages);
        assert_eq!(hints("gpt-transcribe-2026-07-27"), Hints::KeywordsAndLanguages);
        assert_eq!(hints("gpt-transcribe-large"), Hints::PromptAndLanguage);
        assert_eq!(hints("gpt-4o-transcribe-diarize"), Hints::None);
        assert_eq!(hints("whisper-large-v3"), Hints::PromptAndLanguage);
        let mini = TranscriptionModel::named("gpt-4o-mini-transcribe-2025-12-15");
        assert_eq!(
            (mini.max_seconds(), mini.max_output_tokens()),
            (Some(1400.0), Some(2000))
        );
        assert_eq!(mini.name(), "gpt-4o-mini-transcribe-2025-12-15");
    }

    #[test]
    fn a_piece_is_what_the_model_takes_answers_in_time_and_has_room_for() {
        let pieces = |name| {
            let model = TranscriptionModel::named(name);
            (model.max_whole_seconds(), model.max_piece_seconds().floor())
        };
        assert_eq!(pieces("gpt-transcribe"), (900.0, 600.0));
        assert_eq!(pieces("gpt-4o-transcribe"), (900.0, 476.0));
        assert_eq!(TranscriptionModel::expected_answer(600.0).as_secs(), 20);
    }

    #[test]
    fn an_effort_is_sent_only_to_a_model_that_takes_it() {
        let effort = |name, effort| {
            let model = StructuringModel::named(name, effort);
            (
                model.reasoning_effort().map(str::to_owned),
                model.problem().is_some(),
            )
        };
        assert_eq!(effort("gpt-6-luna", "low"), (Some("low".into()), false));
        assert_eq!(effort("gpt-6-luna", "minimal"), (None, true));
        assert_eq!(effort("gpt-6-luna", ""), (None, false));
        assert_eq!(effort("gpt-4.1-mini", "low"), (None, false));
        assert_eq!(effort("llama-3", "low"), (None, false));
        let problem = StructuringModel::named("gpt-6-luna", "hard").problem().unwrap();
        assert!(
            problem.contains("hard") && problem.contains("none, low, medium"),
            "{problem}"
        );
    }

    #[test]
    fn a_note_costs_what_the_price_list_says() {
        let near = |a: f64, b: f64| (a - b).abs() < 1e-12;
        assert!(near(
            TranscriptionModel::named("gpt-transcribe").cost(120.0),
            0.009
        ));
        assert!(near(
            StructuringModel::named("gpt-6-luna", "low").cost(10_000, 2_000),
            0.002
        ));
        assert!(near(TranscriptionModel::named("own").cost(120.0), 0.0));
        assert!(near(TranscriptionModel::named("gpt-transcribe").cost(-5.0), 0.0));
    }
}
