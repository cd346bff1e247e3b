//! The application: what handlers share, and the table of routes.

use std::sync::Arc;
use std::time::Duration;

use aws_config::SdkConfig;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use shared::bucket::Bucket;
use shared::clock::{Clock, SystemClock};
use shared::secrets::{CachedSecret, Versions};
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::admin_key::AdminKey;
use crate::api_key::KeyRing;
use crate::config::Config;
use crate::error::ApiError;
use crate::seal::{Binding, refused};
use crate::twilio::Media;
use crate::workers::customer_file::CustomerFile;
use crate::{api_keys, clients, companies, docs, edge, files, messages, notes, page, workers};

/// Largest request body, bytes: a client list as CSV. Lambda itself takes 6 MB.
pub const MAX_BODY_BYTES: usize = 4 * 1024 * 1024;

/// How long the start may wait for the first connections.
const WARM_UP: Duration = Duration::from_secs(2);

/// What handlers share.
#[derive(Debug)]
pub struct App {
    /// The configuration.
    pub config: Config,
    /// The voice data bucket.
    pub bucket: Bucket,
    /// The admin key.
    pub admin_key: AdminKey,
    /// Keys bound to companies.
    pub keys: KeyRing,
    /// Media at Twilio.
    pub media: Media,
    /// The workers the operator keeps.
    pub customer_file: CustomerFile,
    /// Where a message goes to be filed again.
    pub queue: aws_sdk_sqs::Client,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl App {
    /// The application over these AWS clients.
    ///
    /// # Errors
    /// When no HTTP client can be made.
    pub fn new(config: Config, aws: &SdkConfig) -> Result<Arc<Self>, reqwest::Error> {
        Self::at(config, aws, Arc::new(SystemClock))
    }

    /// The same with a clock of one's own.
    ///
    /// # Errors
    /// When no HTTP client can be made.
    pub fn at(config: Config, aws: &SdkConfig, clock: Arc<dyn Clock>) -> Result<Arc<Self>, reqwest::Error> {
        let bucket = Bucket::new(aws, &config.bucket);
        let secret = CachedSecret::new(
            aws_sdk_secretsmanager::Client::new(aws),
            Arc::clone(&clock),
            "DATA_API_KEY",
            &config.admin_key_secret,
            Versions::CurrentAndPrevious,
        );
        Ok(Arc::new(Self {
            media: Media::new(&config, aws, &clock)?,
            admin_key: AdminKey::new(secret, Arc::clone(&clock)),
            keys: KeyRing::new(bucket.clone(), Arc::clone(&clock)),
            customer_file: CustomerFile::new(bucket.clone(), config.customer_data_key.clone()),
            queue: aws_sdk_sqs::Client::new(aws),
            bucket,
            clock,
            config,
        }))
    }

    /// A token for going on after `position` in what `binding` says.
    ///
    /// # Errors
    /// When the key store cannot be reached.
    pub async fn seal(&self, binding: &Binding, position: &str) -> Result<String, ApiError> {
        Ok(self.admin_key.seals().await?.seal(binding, position))
    }

    /// The position in the token that came as `parameter`.
    ///
    /// # Errors
    /// When it was not made here for this binding, naming the parameter.
    pub async fn open(
        &self,
        binding: &Binding,
        token: &str,
        parameter: &'static str,
    ) -> Result<String, ApiError> {
        if let Some(position) = self.admin_key.seals().await?.open(binding, token) {
            return Ok(position);
        }
        let fresh = self.admin_key.fresh_seals().await?;
        fresh.open(binding, token).ok_or_else(|| refused(parameter))
    }

    /// Opens the connections a first request needs, for at most [`WARM_UP`]. A failure is reported when it matters.
    pub async fn warm_up(&self) {
        let bucket = self
            .bucket
            .client()
            .head_bucket()
            .bucket(self.bucket.name())
            .send();
        let both = async { futures_util::join!(self.admin_key.seals(), bucket) };
        if tokio::time::timeout(WARM_UP, both).await.is_err() {
            tracing::warn!("the first connections took too long");
        }
    }
}

/// Every documented route, with its description.
pub(crate) fn api() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::with_openapi(docs::description())
        .merge(files::routes())
        .merge(notes::routes())
        .merge(messages::routes())
        .merge(workers::routes())
        .merge(clients::routes())
        .merge(companies::routes())
        .merge(api_keys::routes())
}

/// The OpenAPI description of the documented routes.
#[must_use]
pub fn openapi() -> OpenApi {
    docs::finished(api().into_openapi())
}

/// All routes, ready to serve.
pub fn router(app: Arc<App>) -> Router {
    let (routes, _) = api().split_for_parts();
    routes
        .merge(docs::routes())
        .merge(page::routes())
        .fallback(async || ApiError::NoRoute)
        .method_not_allowed_fallback(async || ApiError::MethodNotAllowed)
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(from_fn_with_state(Arc::clone(&app), edge::around))
        .with_state(app)
}
