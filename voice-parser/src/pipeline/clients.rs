//! Which of the company's clients do the words mention?

use shared::lookup::{ClientAnswer, ClientQuery};
use shared::records::pipeline::Step;

use super::{Work, transcript};
use crate::decisions::PipelineRecord;
use crate::failure::StepFailure;

/// How many candidates the structuring call may choose among.
const CANDIDATES: usize = 5;

/// `None` when there is nothing to look for.
pub(super) async fn decide(
    work: Work<'_>,
    record: &PipelineRecord,
) -> Result<Option<ClientAnswer>, StepFailure> {
    let decisions = &record.decisions;
    let company_id = decisions
        .company_id
        .clone()
        .ok_or(StepFailure::MissingDecision(Step::Sender))?;
    if !decisions
        .transcript
        .as_ref()
        .is_some_and(|transcript| transcript.has_words)
    {
        return Ok(None);
    }
    let text = transcript::read(work).await?.text(work.inbound);
    let query = ClientQuery {
        company_id,
        text,
        limit: CANDIDATES,
    };
    Ok(Some(work.services.directory.clients(&query).await?))
}
