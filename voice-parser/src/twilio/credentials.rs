//! The account's credentials as of a call, and the one retry a rotation takes.

use std::sync::Arc;

use reqwest::{RequestBuilder, Response, StatusCode};
use secrecy::ExposeSecret as _;
use shared::secrets::{SecretError, SecretVersions};

use super::{Twilio, TwilioError};

/// Account SID and auth token.
pub(super) struct Credentials {
    account_sid: Arc<SecretVersions>,
    auth_token: Arc<SecretVersions>,
}

impl Credentials {
    pub(super) fn account_sid(&self) -> &str {
        self.account_sid.current.expose_secret()
    }

    /// The request with the credentials. Only for requests to the API's own origin.
    pub(super) fn sign(&self, request: RequestBuilder) -> RequestBuilder {
        request.basic_auth(self.account_sid(), Some(self.auth_token.current.expose_secret()))
    }

    fn differ_from(&self, other: &Self) -> bool {
        self.account_sid() != other.account_sid()
            || self.auth_token.current.expose_secret() != other.auth_token.current.expose_secret()
    }
}

impl Twilio {
    pub(super) async fn credentials(&self) -> Result<Credentials, SecretError> {
        Ok(Credentials {
            account_sid: self.account_sid.get().await?,
            auth_token: self.auth_token.get().await?,
        })
    }

    /// Newer credentials than `known`, if there are any.
    pub(super) async fn newer_credentials(
        &self,
        known: &Credentials,
    ) -> Result<Option<Credentials>, SecretError> {
        let fresh = Credentials {
            account_sid: self.account_sid.refetch().await?,
            auth_token: self.auth_token.refetch().await?,
        };
        Ok(fresh.differ_from(known).then_some(fresh))
    }

    /// Sends a request that changes nothing; once more with fresh credentials when they were refused and there are newer
    /// ones.
    pub(super) async fn authorized(
        &self,
        build: impl Fn(&Credentials) -> Result<RequestBuilder, TwilioError>,
    ) -> Result<Response, TwilioError> {
        let credentials = self.credentials().await?;
        let response = build(&credentials)?.send().await.map_err(TwilioError::lost)?;
        if response.status() != StatusCode::UNAUTHORIZED {
            return Ok(response);
        }
        match self.newer_credentials(&credentials).await? {
            Some(fresh) => build(&fresh)?.send().await.map_err(TwilioError::lost),
            None => Ok(response),
        }
    }
}
