//! `/notes`: what was understood, newest first, note by note.

pub mod change;
pub mod correct;
pub mod export;
pub mod filters;
pub mod list;
pub mod read;
pub mod remove;
pub mod row;
pub mod search;
pub mod spreadsheet;
pub mod when;

use std::sync::Arc;

use shared::ids::CompanyId;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::error::ApiError;
use crate::parameters::{FromGiven, Given};

/// The routes of this module.
pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list::list))
        .routes(routes!(search::search))
        .routes(routes!(read::note, correct::correct, remove::remove))
        .routes(routes!(read::file))
        .routes(routes!(export::export))
}

/// Whose.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CompanyQuery {
    /// Whose.
    #[param(value_type = String, pattern = "^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$", example = "acme")]
    pub company_id: CompanyId,
}

impl FromGiven for CompanyQuery {
    fn from_given(given: &mut Given) -> Result<Self, ApiError> {
        Ok(Self {
            company_id: given.required("company_id")?,
        })
    }
}
