//! Understands the words: one structured model call, whose answer is checked. Without words no model is asked; with an
//! answer nothing can be made of, the words are filed as they are and a person has to look.

use shared::company::Language;
use shared::records::note::{Intent, MediaKind};
use shared::records::pipeline::Step;
use shared::retry::{Classified as _, Retry};
use shared::telemetry::chain;

use super::{Decided, Tokens, Work, transcript};
use crate::decisions::{NoteDecision, PipelineRecord, Route, Unstructured};
use crate::failure::StepFailure;
use crate::openai::{OpenAiError, StructureRequest};
use crate::structure::Draft;
use crate::structure::accept::accept;
use crate::structure::prompt::{INSTRUCTIONS, Input, PROMPT_VERSION, local_date, note_language};
use crate::structure::schema::{SCHEMA_NAME, strict_schema};
use crate::structure::tag::tag;

/// How often the model is asked when its answers cannot be used. Each asking is paid for; the second nearly always helps.
const ASKINGS: usize = 2;

pub(super) async fn decide(work: Work<'_>, record: &PipelineRecord) -> Result<Decided, StepFailure> {
    let decisions = &record.decisions;
    let customer = decisions
        .customer()
        .ok_or(StepFailure::MissingDecision(Step::Sender))?;
    if decisions.route == Some(Route::Thanks) {
        return Ok(unstructured(
            work,
            record,
            Unstructured::Thanks,
            Tokens::default(),
        ));
    }
    let heard = decisions
        .transcript
        .as_ref()
        .ok_or(StepFailure::MissingDecision(Step::Transcript))?;
    if !heard.has_words {
        return Ok(unstructured(
            work,
            record,
            Unstructured::NoWords,
            Tokens::default(),
        ));
    }
    let candidates = decisions
        .clients
        .as_ref()
        .map(|clients| clients.candidates.as_slice())
        .unwrap_or_default();
    let text = transcript::read(work).await?.text(work.inbound);
    let input = Input::new(work.received_at, customer, candidates, &text).to_json();
    let today = local_date(work.received_at, customer);
    let services = work.services;
    let model = &services.config.structuring_model;
    let schema = strict_schema();
    let mut tokens = Tokens::default();
    for _ in 0..ASKINGS {
        let request = StructureRequest {
            model,
            instructions: INSTRUCTIONS,
            input: &input,
            schema_name: SCHEMA_NAME,
            schema: &schema,
        };
        let answer = match services.openai.structure(request, work.deadline).await {
            Ok(answer) => answer,
            Err(error @ OpenAiError::Truncated) => {
                tracing::warn!(error = %chain(&error), "the model's answer cannot be used");
                continue;
            }
            Err(error) if error.retry() == Retry::Never => {
                tracing::warn!(error = %chain(&error), "the model does not work on this message");
                return Ok(unstructured(work, record, Unstructured::Refused, tokens));
            }
            Err(error) => return Err(error.into()),
        };
        tokens.input += answer.input_tokens;
        tokens.output += answer.output_tokens;
        tokens.usd += model.cost(answer.input_tokens, answer.output_tokens);
        match accept(&answer.content, today, candidates) {
            Ok(accepted) => {
                let spoken = if heard.languages.is_empty() {
                    accepted.spoken
                } else {
                    heard.languages.clone()
                };
                let note = NoteDecision {
                    drafts: accepted.drafts,
                    language: note_language(customer, spoken.first()),
                    spoken,
                    model: Some(model.name().to_owned()),
                    prompt_version: Some(PROMPT_VERSION.to_owned()),
                    unstructured: None,
                    decided_at: services.clock.now(),
                };
                return Ok(Decided::Note(note, tokens));
            }
            Err(error) => tracing::warn!(error = %chain(&error), "the model's answer is not accepted"),
        }
    }
    Ok(unstructured(work, record, Unstructured::Unusable, tokens))
}

/// A single note that says only what is certain.
fn unstructured(work: Work<'_>, record: &PipelineRecord, why: Unstructured, tokens: Tokens) -> Decided {
    let decisions = &record.decisions;
    let spoken: Vec<Language> = decisions
        .transcript
        .as_ref()
        .map(|heard| heard.languages.clone())
        .unwrap_or_default();
    let language = decisions.customer().map_or_else(Language::english, |customer| {
        note_language(customer, spoken.first())
    });
    let asked = matches!(why, Unstructured::Refused | Unstructured::Unusable);
    let draft = Draft {
        intent: Intent::Other,
        tag: tag(subject(work, record, why), &[], Intent::Other),
        title: None,
        summary: None,
        job: None,
        context: None,
        client_ids: Vec::new(),
        action_items: Vec::new(),
    };
    let note = NoteDecision {
        drafts: vec![draft],
        spoken,
        language,
        model: asked.then(|| work.services.config.structuring_model.name().to_owned()),
        prompt_version: asked.then(|| PROMPT_VERSION.to_owned()),
        unstructured: Some(why),
        decided_at: work.services.clock.now(),
    };
    Decided::Note(note, tokens)
}

/// What an unstructured message is called.
fn subject(work: Work<'_>, record: &PipelineRecord, why: Unstructured) -> &'static str {
    match why {
        Unstructured::Thanks => "thanks message",
        Unstructured::Refused | Unstructured::Unusable => "unstructured message",
        Unstructured::NoWords => {
            let media = record.decisions.media.as_deref().unwrap_or_default();
            let mut recordings = media.iter().filter(|item| item.kind == MediaKind::Audio);
            match media.iter().map(|item| item.kind).min() {
                Some(MediaKind::Audio) if recordings.all(|item| item.problem.is_some()) => {
                    "untranscribed recording"
                }
                Some(MediaKind::Audio) => "recording without words",
                Some(MediaKind::Image) => "picture without words",
                Some(MediaKind::Document) => "document without words",
                None if work.inbound.location.is_some() => "shared location",
                None => "empty message",
            }
        }
    }
}
