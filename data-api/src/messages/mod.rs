//! `/messages`: how filing a message went; and messages that came before their sender was known.

pub mod outcome;
pub mod replay;
pub mod unknown;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

/// The routes of this module.
pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(outcome::outcome))
        .routes(routes!(unknown::list))
        .routes(routes!(replay::replay))
}
