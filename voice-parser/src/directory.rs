//! customer-lookup, invoked synchronously: who is speaking, and which client is it about.

use aws_sdk_lambda::Client;
use aws_sdk_lambda::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_lambda::primitives::Blob;
use serde::Serialize;
use serde::de::DeserializeOwned;
use shared::lookup::{ClientAnswer, ClientQuery, SenderAnswer, SenderQuery};
use shared::retry::{Classified, Retry};

/// customer-lookup gave no usable answer.
#[derive(Debug, thiserror::Error)]
pub enum DirectoryError {
    /// It could not be invoked.
    #[error("customer-lookup could not be invoked (status {status:?}, code {code:?})")]
    Unavailable {
        /// HTTP status, if there was an answer.
        status: Option<u16>,
        /// Lambda's error code.
        code: Option<String>,
    },
    /// It ran and failed: its data cannot be read, or it does not know such a request.
    #[error("customer-lookup failed ({error_type:?})")]
    Function {
        /// The error's type as the function names it.
        error_type: Option<String>,
    },
    /// Its answer is not what the contract says.
    #[error("customer-lookup's answer cannot be read (line {line}, column {column})")]
    Undecodable {
        /// Where reading stopped.
        line: usize,
        /// Where reading stopped.
        column: usize,
    },
}

impl Classified for DirectoryError {
    fn retry(&self) -> Retry {
        match self {
            // Customer data is mended by the office while the message waits.
            Self::Unavailable { .. } | Self::Function { .. } => Retry::LATER,
            Self::Undecodable { .. } => Retry::Never,
        }
    }
}

/// customer-lookup.
#[derive(Debug, Clone)]
pub struct Directory {
    client: Client,
    function: String,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct FunctionErrorBody {
    error_type: Option<String>,
}

impl Directory {
    /// The function of this name or ARN.
    #[must_use]
    pub fn new(config: &aws_config::SdkConfig, function: impl Into<String>) -> Self {
        Self {
            client: Client::new(config),
            function: function.into(),
        }
    }

    /// Who is this sender?
    ///
    /// # Errors
    /// [`DirectoryError`].
    pub async fn sender(&self, query: &SenderQuery) -> Result<SenderAnswer, DirectoryError> {
        self.ask(query).await
    }

    /// Which of the company's clients do these words mention?
    ///
    /// # Errors
    /// [`DirectoryError`].
    pub async fn clients(&self, query: &ClientQuery) -> Result<ClientAnswer, DirectoryError> {
        self.ask(query).await
    }

    async fn ask<Q: Serialize + Sync, A: DeserializeOwned>(&self, query: &Q) -> Result<A, DirectoryError> {
        let payload = serde_json::to_vec(query).map_err(|e| DirectoryError::Undecodable {
            line: e.line(),
            column: e.column(),
        })?;
        let request = self
            .client
            .invoke()
            .function_name(&self.function)
            .payload(Blob::new(payload));
        let output = request.send().await.map_err(|error| unavailable(&error))?;
        let body = output.payload().map(Blob::as_ref).unwrap_or_default();
        if output.function_error().is_some() {
            let error_type = serde_json::from_slice::<FunctionErrorBody>(body)
                .ok()
                .and_then(|body| body.error_type);
            return Err(DirectoryError::Function { error_type });
        }
        serde_json::from_slice(body).map_err(|e| DirectoryError::Undecodable {
            line: e.line(),
            column: e.column(),
        })
    }
}

fn unavailable<E: ProvideErrorMetadata>(error: &SdkError<E>) -> DirectoryError {
    DirectoryError::Unavailable {
        status: error.raw_response().map(|response| response.status().as_u16()),
        code: error.code().map(str::to_owned),
    }
}
