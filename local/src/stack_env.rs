//! `stack.env`: addresses and names of the running stack, for scripts and tests.

use std::fmt::{self, Write as _};

/// The names in the file, in its order. Each value works from outside exactly as written.
pub const NAMES: [&str; 18] = [
    "WEBHOOK_URL",
    "DATA_API_URL",
    "DATA_API_KEY",
    "TWILIO_ACCOUNT_SID",
    "TWILIO_AUTH_TOKEN",
    "TWILIO_WHATSAPP_NUMBER",
    "SENDER_NUMBER",
    "COMPANY_ID",
    "S3_BUCKET",
    "QUEUE_URL",
    "DLQ_URL",
    "CUSTOMER_LOOKUP_FUNCTION",
    "AWS_ENDPOINT_URL",
    "AWS_REGION",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "STANDIN_URL",
    "PHONE_URL",
];

/// What a stack is reached by.
#[derive(Clone)]
pub struct StackEnv {
    /// The address to call, and the one to sign.
    pub webhook_url: String,
    /// Without a slash at the end.
    pub data_api_url: String,
    /// The admin key.
    pub data_api_key: String,
    /// `AC…`
    pub twilio_account_sid: String,
    /// What requests are signed with.
    pub twilio_auth_token: String,
    /// The number workers write to, E.164.
    pub twilio_whatsapp_number: String,
    /// A known worker who has not written yet, E.164.
    pub sender_number: String,
    /// The worker's company.
    pub company_id: String,
    /// The voice data bucket.
    pub s3_bucket: String,
    /// The queue.
    pub queue_url: String,
    /// The dead-letter queue.
    pub dlq_url: String,
    /// A function's name.
    pub customer_lookup_function: String,
    /// The emulator itself: calls are not counted and do not fail.
    pub aws_endpoint_url: String,
    /// The one region.
    pub aws_region: String,
    /// Any would do.
    pub aws_access_key_id: String,
    /// Any would do.
    pub aws_secret_access_key: String,
    /// Twilio's and OpenAI's stand-ins and their controls.
    pub standin_url: String,
    /// A page like the worker's phone.
    pub phone_url: String,
}

impl StackEnv {
    /// `KEY=value` lines.
    #[must_use]
    pub fn render(&self) -> String {
        let values = [
            &self.webhook_url,
            &self.data_api_url,
            &self.data_api_key,
            &self.twilio_account_sid,
            &self.twilio_auth_token,
            &self.twilio_whatsapp_number,
            &self.sender_number,
            &self.company_id,
            &self.s3_bucket,
            &self.queue_url,
            &self.dlq_url,
            &self.customer_lookup_function,
            &self.aws_endpoint_url,
            &self.aws_region,
            &self.aws_access_key_id,
            &self.aws_secret_access_key,
            &self.standin_url,
            &self.phone_url,
        ];
        NAMES
            .iter()
            .zip(values)
            .fold(String::new(), |mut text, (name, value)| {
                // Writing to a String cannot fail.
                writeln!(text, "{name}={value}").ok();
                text
            })
    }
}

/// Shows addresses, no keys.
impl fmt::Debug for StackEnv {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StackEnv")
            .field("webhook_url", &self.webhook_url)
            .field("data_api_url", &self.data_api_url)
            .field("standin_url", &self.standin_url)
            .finish_non_exhaustive()
    }
}
