//! The calls that are counted and can be made to fail, by the names checks use.

use std::fmt;
use std::str::FromStr;

macro_rules! operations {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// A kind of call one of the functions makes.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Operation {
            $($(#[$doc])* $variant,)*
        }

        impl Operation {
            /// Every operation, in the order they are shown.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name used in controls and counts.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

operations! {
    /// `POST /v1/audio/transcriptions`
    OpenAiTranscription = "openai.transcription",
    /// `POST /v1/chat/completions`
    OpenAiChat = "openai.chat",
    /// `GET /v1/models`
    OpenAiModels = "openai.models",
    /// `POST Messages.json`
    TwilioSend = "twilio.send",
    /// `GET Messages.json`
    TwilioList = "twilio.list",
    /// `GET Messages/{sid}.json`
    TwilioMessage = "twilio.message",
    /// `GET Messages/{sid}/Media/{sid}`, before the redirect.
    TwilioMedia = "twilio.media",
    /// The download after the redirect, from the other origin.
    TwilioMediaCdn = "twilio.media.cdn",
    /// `GET Messages/{sid}/Media.json`
    TwilioMediaList = "twilio.media.list",
    /// `DELETE Messages/{sid}/Media/{sid}`
    TwilioMediaDelete = "twilio.media.delete",
    /// A status callback Twilio makes. A fault here loses the callback or, with a code, makes the delivery fail.
    TwilioCallback = "twilio.callback",
    /// S3 `GetObject` and `HeadObject`.
    S3Get = "s3.get",
    /// S3 `PutObject`.
    S3Put = "s3.put",
    /// S3 `ListObjectsV2`.
    S3List = "s3.list",
    /// S3 `CopyObject`.
    S3Copy = "s3.copy",
    /// S3 `DeleteObject` and `DeleteObjects`.
    S3Delete = "s3.delete",
    /// SQS `SendMessage`.
    SqsSend = "sqs.send",
    /// SQS `ChangeMessageVisibility`.
    SqsVisibility = "sqs.visibility",
    /// Secrets Manager `GetSecretValue`.
    SecretsGet = "secrets.get",
    /// Lambda `Invoke`.
    LambdaInvoke = "lambda.invoke",
}

/// A name that is no operation's.
#[derive(Debug, thiserror::Error)]
#[error("there is no operation named {0:?}; there are {names}", names = names())]
pub struct UnknownOperation(String);

fn names() -> String {
    let names: Vec<&str> = Operation::ALL.iter().map(|o| o.name()).collect();
    names.join(", ")
}

impl FromStr for Operation {
    type Err = UnknownOperation;
    fn from_str(name: &str) -> Result<Self, UnknownOperation> {
        Self::ALL
            .iter()
            .copied()
            .find(|o| o.name() == name)
            .ok_or_else(|| UnknownOperation(name.to_owned()))
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
