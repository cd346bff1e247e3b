//! A company's settings: `companies/{company_id}.json`, with the deployment's defaults for what is absent.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ids::CompanyId;

/// A language: a BCP 47 tag such as `en`, `en-AU`, `de`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Language(String);

impl Language {
    /// The tag.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The primary subtag in lower case: `en` of `en-AU` (ISO 639).
    #[must_use]
    pub fn primary(&self) -> String {
        self.0.split('-').next().unwrap_or_default().to_ascii_lowercase()
    }

    /// English.
    #[must_use]
    pub fn english() -> Self {
        Self("en".into())
    }
}

impl TryFrom<String> for Language {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        let mut subtags = text.split('-');
        let primary = subtags.next().unwrap_or_default();
        let valid = (2..=3).contains(&primary.len())
            && primary.bytes().all(|b| b.is_ascii_alphabetic())
            && subtags.all(|s| (1..=8).contains(&s.len()) && s.bytes().all(|b| b.is_ascii_alphanumeric()));
        if valid {
            Ok(Self(text))
        } else {
            Err("a language is a BCP 47 tag such as en or en-AU")
        }
    }
}

impl std::str::FromStr for Language {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::try_from(text.to_owned())
    }
}

impl From<Language> for String {
    fn from(language: Language) -> Self {
        language.0
    }
}

/// Which language something is written in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum LanguageChoice {
    /// The language that was spoken: the word `spoken`.
    Spoken(SpokenWord),
    /// A fixed language.
    Fixed(Language),
}

/// The literal `spoken`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SpokenWord {
    /// `spoken`
    Spoken,
}

impl LanguageChoice {
    /// The word `spoken`.
    pub const SPOKEN: Self = Self::Spoken(SpokenWord::Spoken);

    /// The language to write in when `spoken` was heard.
    #[must_use]
    pub fn resolve(&self, spoken: Option<&Language>) -> Language {
        match self {
            Self::Fixed(language) => language.clone(),
            Self::Spoken(_) => spoken.cloned().unwrap_or_else(Language::english),
        }
    }
}

impl std::str::FromStr for LanguageChoice {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "spoken" {
            Ok(Self::SPOKEN)
        } else {
            text.parse().map(Self::Fixed)
        }
    }
}

/// An IANA time zone name that the bundled database knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ZoneName(String);

impl ZoneName {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The zone's rules.
    #[must_use]
    pub fn time_zone(&self) -> jiff::tz::TimeZone {
        // The name was looked up when it was parsed, in the database that is part of the binary.
        jiff::tz::TimeZone::get(&self.0).unwrap_or(jiff::tz::TimeZone::UTC)
    }
}

impl TryFrom<String> for ZoneName {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        match jiff::tz::TimeZone::get(&text) {
            Ok(_) => Ok(Self(text)),
            Err(_) => Err(format!(
                "{text:?} is not an IANA time zone such as Australia/Melbourne"
            )),
        }
    }
}

impl std::str::FromStr for ZoneName {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Self::try_from(text.to_owned())
    }
}

impl From<ZoneName> for String {
    fn from(zone: ZoneName) -> Self {
        zone.0
    }
}

/// A country: ISO 3166-1 alpha-2 in capitals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Country(String);

impl Country {
    /// The code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Country {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text.len() == 2 && text.bytes().all(|b| b.is_ascii_uppercase()) {
            Ok(Self(text))
        } else {
            Err("a country is two capital letters (ISO 3166-1), such as AU")
        }
    }
}

impl std::str::FromStr for Country {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::try_from(text.to_owned())
    }
}

impl From<Country> for String {
    fn from(country: Country) -> Self {
        country.0
    }
}

/// `companies/{company_id}.json` as the office writes it: everything but the id may be absent.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CompanyRecord {
    /// Must be the id in the key.
    pub company_id: CompanyId,
    /// As the worker reads it.
    pub company_name: Option<String>,
    /// For dates.
    pub time_zone: Option<ZoneName>,
    /// For phone numbers and date order.
    pub country: Option<Country>,
    /// The language notes are written in.
    pub note_language: Option<LanguageChoice>,
    /// The language replies are written in.
    pub reply_language: Option<LanguageChoice>,
    /// Whether and how long to reply.
    pub reply: Option<ReplySettings>,
    /// Sent once, with the first reply a worker gets.
    pub privacy_notice: Option<String>,
    /// What a stranger is answered.
    pub unknown_sender_text: Option<String>,
    /// Words the transcription should listen for beside client names.
    pub vocabulary: Option<Vec<String>>,
    /// How long things are kept, days.
    pub retention_days: Option<RetentionDays>,
    /// Past it recordings are filed untranscribed.
    pub max_audio_minutes_per_day: Option<u32>,
    /// Ids in other systems.
    pub external_ids: Option<BTreeMap<String, String>>,
}

/// Whether and how long to reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReplySettings {
    /// False silences replies for the whole company.
    pub enabled: bool,
    /// Most messages one reply may take, 1 to 3.
    pub max_parts: u8,
}

impl Default for ReplySettings {
    fn default() -> Self {
        Self {
            enabled: true,
            max_parts: 3,
        }
    }
}

/// How long things are kept, days; absent means for ever.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetentionDays {
    /// Recordings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recordings: Option<u32>,
    /// Everything else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<u32>,
}

/// Recordings a company may have transcribed per day, minutes, when it does not say otherwise.
pub const DEFAULT_MAX_AUDIO_MINUTES_PER_DAY: u32 = 300;

/// A company's settings with every default filled in.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CompanySettings {
    /// For dates.
    pub time_zone: ZoneName,
    /// For phone numbers and date order.
    pub country: Country,
    /// The language notes are written in.
    pub note_language: LanguageChoice,
    /// The language replies are written in.
    pub reply_language: LanguageChoice,
    /// Whether and how long to reply.
    #[serde(default)]
    pub reply: ReplySettings,
    /// Sent once, with the first reply a worker gets.
    pub privacy_notice: Option<String>,
    /// Words the transcription should listen for beside client names.
    #[serde(default)]
    pub vocabulary: Vec<String>,
    /// How long things are kept.
    #[serde(default)]
    pub retention_days: RetentionDays,
    /// Past it recordings are filed untranscribed.
    pub max_audio_minutes_per_day: u32,
    /// Ids in other systems.
    #[serde(default)]
    pub external_ids: BTreeMap<String, String>,
}

/// What a deployment says for companies that do not say it themselves.
#[derive(Debug, Clone, PartialEq)]
pub struct CompanyDefaults {
    /// `DEFAULT_TIME_ZONE`
    pub time_zone: ZoneName,
    /// `DEFAULT_COUNTRY`
    pub country: Country,
    /// `DEFAULT_NOTE_LANGUAGE`
    pub note_language: LanguageChoice,
    /// `DEFAULT_REPLY_LANGUAGE`
    pub reply_language: LanguageChoice,
}

impl CompanyDefaults {
    /// The settings of a company that has this record, or none.
    #[must_use]
    pub fn settings(&self, record: Option<&CompanyRecord>) -> CompanySettings {
        let get = |pick: fn(&CompanyRecord) -> Option<LanguageChoice>| record.and_then(pick);
        CompanySettings {
            time_zone: record
                .and_then(|r| r.time_zone.clone())
                .unwrap_or_else(|| self.time_zone.clone()),
            country: record
                .and_then(|r| r.country.clone())
                .unwrap_or_else(|| self.country.clone()),
            note_language: get(|r| r.note_language.clone()).unwrap_or_else(|| self.note_language.clone()),
            reply_language: get(|r| r.reply_language.clone()).unwrap_or_else(|| self.reply_language.clone()),
            reply: record.and_then(|r| r.reply).unwrap_or_default(),
            privacy_notice: record.and_then(|r| r.privacy_notice.clone()),
            vocabulary: record.and_then(|r| r.vocabulary.clone()).unwrap_or_default(),
            retention_days: record.and_then(|r| r.retention_days).unwrap_or_default(),
            max_audio_minutes_per_day: record
                .and_then(|r| r.max_audio_minutes_per_day)
                .unwrap_or(DEFAULT_MAX_AUDIO_MINUTES_PER_DAY),
            external_ids: record.and_then(|r| r.external_ids.clone()).unwrap_or_default(),
        }
    }
}
