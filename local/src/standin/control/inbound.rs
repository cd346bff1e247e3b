//! `POST /_control/inbound`: a worker sends a message.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::standin::fields::Fields;
use crate::standin::problem::Problem;
use crate::standin::twilio::message::{Attachment, Direction, Message};
use crate::standin::twilio::{API_VERSION, webhook};
use crate::standin::world::{World, sha256_hex};

/// Takes Twilio's parameters as JSON. What is missing is filled in as Twilio would; `null` leaves a parameter out. The
/// message is in Twilio's list at once, and delivered unless `deliver` is false. The same MessageSid again is the same
/// message, delivered again.
pub(super) async fn receive(State(world): State<Arc<World>>, body: Bytes) -> Result<Json<Value>, Problem> {
    let mut fields = Fields::parse(&body)?;
    let deliver = fields.boolean("deliver")?.unwrap_or(true);
    let url = if deliver {
        Some(world.webhook_url().ok_or_else(|| {
            Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "no webhook address is known yet; \"deliver\": false works",
            )
        })?)
    } else {
        None
    };
    let mut params = Params::parse(fields)?;
    params.fill_in(&world)?;
    let sid = params.first("MessageSid").unwrap_or_default().to_owned();
    record(&world, &sid, &params);
    let Some(url) = url else {
        return Ok(Json(json!({ "sid": sid, "status": null })));
    };
    Ok(Json(
        match webhook::post_signed(&world, &url, &params.pairs()).await {
            Ok(status) => json!({ "sid": sid, "status": status }),
            Err(error) => {
                tracing::warn!(message_sid = %sid, %error, "the webhook did not answer");
                json!({ "sid": sid, "status": null, "error": "the webhook did not answer" })
            }
        },
    ))
}

/// Puts the message into Twilio's list, once.
fn record(world: &World, sid: &str, params: &Params) {
    let now = world.clock.now();
    let text = |name: &str| params.first(name).unwrap_or_default().to_owned();
    let message = Message {
        sid: sid.to_owned(),
        direction: Direction::Inbound,
        from: text("From"),
        to: text("To"),
        body: text("Body"),
        status: "received",
        error_code: None,
        created_at: now,
        sent_at: Some(now),
        updated_at: now,
        media: params.attachments(),
    };
    let mut state = world.state();
    if !state.messages.iter().any(|m| m.sid == sid) {
        state.messages.push(message);
    }
}

/// Form parameters; one without values was left out on purpose.
struct Params(BTreeMap<String, Vec<String>>);

impl Params {
    fn parse(fields: Fields) -> Result<Self, Problem> {
        let mut params = BTreeMap::new();
        for (name, value) in fields.rest() {
            let values = match value {
                Value::Null => Vec::new(),
                Value::Array(values) => values
                    .into_iter()
                    .map(|v| scalar(&name, v))
                    .collect::<Result<_, _>>()?,
                single => vec![scalar(&name, single)?],
            };
            params.insert(name, values);
        }
        Ok(Self(params))
    }

    fn first(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.first().map(String::as_str)
    }

    fn default(&mut self, name: &str, value: impl Into<String>) {
        self.0
            .entry(name.to_owned())
            .or_insert_with(|| vec![value.into()]);
    }

    /// What Twilio sends with every WhatsApp message.
    fn fill_in(&mut self, world: &World) -> Result<(), Problem> {
        if !self.0.contains_key("From") {
            return Err(Problem::about(
                "From",
                "is missing: whatsapp: and the worker's number",
            ));
        }
        let media = (0..)
            .take_while(|i| self.first(&format!("MediaUrl{i}")).is_some())
            .count();
        for index in 0..media {
            if let Some(content_type) = self.media_sid(index).and_then(|sid| content_type(world, &sid)) {
                self.default(&format!("MediaContentType{index}"), content_type);
            }
        }
        let prefix = if media > 0 { "MM" } else { "SM" };
        self.default("MessageSid", format!("{prefix}{}", shared::ids::random_hex32()));
        let sid = self.first("MessageSid").unwrap_or_default().to_owned();
        self.default("SmsSid", sid.clone());
        self.default("SmsMessageSid", sid);
        self.default("SmsStatus", "received");
        self.default("AccountSid", world.account_sid.clone());
        self.default("ApiVersion", API_VERSION);
        self.default("To", world.whatsapp_number.clone());
        self.default("Body", "");
        self.default("NumSegments", "1");
        self.default("NumMedia", media.to_string());
        let kind = self
            .first("MediaContentType0")
            .map_or("text", message_type)
            .to_owned();
        self.default("MessageType", kind);
        let number = self
            .first("From")
            .and_then(|from| from.strip_prefix("whatsapp:+"))
            .map(str::to_owned);
        if let Some(number) = number {
            self.default("WaId", number);
        }
        Ok(())
    }

    fn attachments(&self) -> Vec<Attachment> {
        (0..)
            .map_while(|index| {
                let sid = self.media_sid(index)?;
                let content_type = self
                    .first(&format!("MediaContentType{index}"))
                    .unwrap_or_default()
                    .to_owned();
                Some(Attachment { sid, content_type })
            })
            .collect()
    }

    /// The media sid an item's address ends in, or one made up for an address elsewhere.
    fn media_sid(&self, index: usize) -> Option<String> {
        let url = self.first(&format!("MediaUrl{index}"))?;
        let last = url.rsplit('/').next().unwrap_or_default();
        let is_sid =
            last.len() == 34 && last.starts_with("ME") && last.bytes().all(|b| b.is_ascii_alphanumeric());
        Some(if is_sid {
            last.to_owned()
        } else {
            format!("ME{}", &sha256_hex(url.as_bytes())[..32])
        })
    }

    fn pairs(&self) -> Vec<(String, String)> {
        self.0
            .iter()
            .flat_map(|(name, values)| values.iter().map(|v| (name.clone(), v.clone())))
            .collect()
    }
}

fn scalar(name: &str, value: Value) -> Result<String, Problem> {
    match value {
        Value::String(text) => Ok(text),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(flag) => Ok(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => Err(Problem::about(
            name,
            "must be a string, a number, true or false, a list of them, or null",
        )),
    }
}

fn content_type(world: &World, media_sid: &str) -> Option<String> {
    world
        .state()
        .media
        .get(media_sid)
        .map(|media| media.content_type.clone())
}

/// WhatsApp's word for a message that carries media of this type.
fn message_type(content_type: &str) -> &'static str {
    match content_type.split('/').next() {
        Some("audio") => "audio",
        Some("image") => "image",
        Some("video") => "video",
        _ => "document",
    }
}
