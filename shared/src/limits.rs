//! Limits that more than one function holds to, each with where the number comes from.

/// Largest webhook body accepted, bytes. An inbound WhatsApp message has 1,600 characters of text (Twilio's limit for a
/// concatenated body), at most ten media URLs and some forty short parameters; percent-encoding triples it. HTTP APIs
/// would let 10 MB through.
pub const MAX_WEBHOOK_BODY_BYTES: usize = 64 * 1024;

/// Largest media item downloaded, bytes: WhatsApp's own limit through Twilio (16 MB).
pub const MAX_MEDIA_BYTES: u64 = 16 * 1024 * 1024;

/// Most media items read from one message: Twilio's limit.
pub const MAX_MEDIA_ITEMS: usize = 10;

/// Longest reply, in UTF-16 code units: Twilio's limit of 1,600 characters per message on every channel.
pub const MAX_REPLY_UTF16: usize = 1600;

/// Most notes made of one message.
pub const MAX_NOTES: usize = 5;

/// Longest text structured by the model, in characters: about an hour and a half of speech. The transcript itself is
/// always kept whole.
pub const MAX_STRUCTURED_CHARS: usize = 80_000;

/// Largest JSON record read from the bucket, bytes. The largest that is written is a note with a full transcript.
pub const MAX_RECORD_BYTES: usize = 4 * 1024 * 1024;
