//! Which of a company's notes are listed or searched.

use jiff::Timestamp;
use shared::ids::{ClientId, CompanyId};
use shared::records::index::TimelineEntry;
use shared::records::note::Intent;
use utoipa::IntoParams;

use super::when::When;
use crate::error::ApiError;
use crate::parameters::{FromGiven, Given};
use crate::schema::IntentName;
use crate::seal::Binding;

/// Which notes. What is absent leaves none out.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct NoteFilters {
    /// Whose notes.
    #[param(value_type = String, pattern = "^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$", example = "acme")]
    pub company_id: CompanyId,
    /// Only notes for this.
    #[param(value_type = Option<IntentName>, inline)]
    pub intent: Option<Intent>,
    /// Only notes about this client.
    #[param(value_type = Option<String>, pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$")]
    pub client_id: Option<ClientId>,
    /// Only notes of messages received then or later: RFC 3339, or a day in UTC.
    #[param(inline, example = "2026-11-01")]
    pub from: Option<When>,
    /// Only notes of messages received before then; a day counts to its end.
    #[param(inline, example = "2026-11-30")]
    pub to: Option<When>,
    /// Only notes that a person has to look at.
    pub needs_review: Option<bool>,
}

impl FromGiven for NoteFilters {
    fn from_given(given: &mut Given) -> Result<Self, ApiError> {
        let filters = Self {
            company_id: given.required("company_id")?,
            intent: given.optional("intent")?,
            client_id: given.optional("client_id")?,
            from: given.optional("from")?,
            to: given.optional("to")?,
            needs_review: given.optional("needs_review")?,
        };
        in_order(filters.from, filters.to)?;
        Ok(filters)
    }
}

/// Refuses a range that ends before it starts.
fn in_order(from: Option<When>, to: Option<When>) -> Result<(), ApiError> {
    match (from, to) {
        (Some(from), Some(to)) if from.start() >= to.end() => {
            let why = "The time range ends before it starts.";
            Err(ApiError::parameter("from", why))
        }
        _ => Ok(()),
    }
}

impl NoteFilters {
    /// What a cursor of a list with these filters is bound to.
    pub(super) fn binding(&self, route: &'static str) -> Binding {
        let time = |at: Option<Timestamp>| at.map(|at| at.as_millisecond().to_string());
        Binding::to(route)
            .and(Some(self.company_id.as_str()))
            .and(self.intent.map(Intent::as_str))
            .and(self.client_id.as_ref().map(ClientId::as_str))
            .and(time(self.from.map(When::start)).as_deref())
            .and(time(self.to.map(When::end)).as_deref())
            .and(self.needs_review.map(|yes| if yes { "yes" } else { "no" }))
    }

    /// Whether rows are left out after they were read.
    pub(super) fn leave_rows_out(&self) -> bool {
        self.intent.is_some() || self.needs_review.is_some() || self.client_id.is_some()
    }

    /// Whether a row passes.
    pub(super) fn wants(&self, row: &TimelineEntry) -> bool {
        self.intent.is_none_or(|intent| row.intent == intent)
            && self.from.is_none_or(|from| row.received_at >= from.start())
            && self.to.is_none_or(|to| row.received_at < to.end())
            && self
                .needs_review
                .is_none_or(|wanted| row.needs_review.is_empty() != wanted)
            && self
                .client_id
                .as_ref()
                .is_none_or(|client| row.clients.iter().any(|linked| linked.client_id == *client))
    }
}
