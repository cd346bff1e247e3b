//! Basic authentication with the account's SID and token.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::error::TwilioError;
use crate::standin::world::World;

/// Proof that a request came with the account's credentials and is about that account.
#[derive(Debug)]
pub(in crate::standin) struct Authorized;

impl FromRequestParts<Arc<World>> for Authorized {
    type Rejection = TwilioError;

    async fn from_request_parts(parts: &mut Parts, world: &Arc<World>) -> Result<Self, TwilioError> {
        let (user, password) = credentials(parts).ok_or_else(TwilioError::unauthorized)?;
        // During a rotation Twilio takes the primary and the secondary token alike.
        if user != world.account_sid || (password != world.auth_token && password != world.signing_token()) {
            return Err(TwilioError::unauthorized());
        }
        let path = parts.uri.path();
        let account = path.split('/').nth(3).unwrap_or_default();
        if account != world.account_sid {
            return Err(TwilioError::not_found(path));
        }
        Ok(Self)
    }
}

fn credentials(parts: &Parts) -> Option<(String, String)> {
    let header = parts.headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(BASE64_STANDARD.decode(encoded.trim()).ok()?).ok()?;
    decoded
        .split_once(':')
        .map(|(user, password)| (user.to_owned(), password.to_owned()))
}
