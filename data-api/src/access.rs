//! Whose request is it, and which companies does it see.
//!
//! [`Access`] is made from a verified key and from nothing else. [`CompanyScope`] is made by an `Access` that sees the
//! company and by nothing else, and it alone hands out [`CompanyKeys`]. A handler that wants to name an object therefore
//! has to come through here.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::HeaderMap;
use http::request::Parts;
use shared::ids::CompanyId;
use shared::keys::CompanyKeys;
use shared::records::note::Actor;

use crate::api_key::{KeyId, PresentedKey};
use crate::app::App;
use crate::edge::KeyName;
use crate::error::ApiError;
use crate::object_key::ObjectKey;

/// The header a key travels in.
pub const X_API_KEY: &str = "x-api-key";

/// Longest key read, characters.
const MAX_KEY_CHARS: usize = 256;

/// A verified key.
#[derive(Debug, Clone)]
pub struct Access(Holder);

#[derive(Debug, Clone)]
enum Holder {
    Admin,
    Key { id: KeyId, companies: Vec<CompanyId> },
}

/// Proof that a request came with the admin key.
#[derive(Debug, Clone, Copy)]
pub struct AdminScope(());

/// One company whose data the request's key may see.
#[derive(Debug, Clone)]
pub struct CompanyScope {
    keys: CompanyKeys,
    actor: Actor,
}

impl Access {
    /// The scope of a company, or "not found" when the key does not see it: whether such a company exists is not told.
    ///
    /// # Errors
    /// [`ApiError::NotFound`].
    pub fn company(&self, company: &CompanyId) -> Result<CompanyScope, ApiError> {
        let sees = match &self.0 {
            Holder::Admin => true,
            Holder::Key { companies, .. } => companies.contains(company),
        };
        if !sees {
            return Err(ApiError::NotFound);
        }
        Ok(CompanyScope {
            keys: CompanyKeys::of(company),
            actor: self.actor(),
        })
    }

    /// The companies the key was made for; `None` for the admin key, which sees all.
    #[must_use]
    pub fn companies(&self) -> Option<&[CompanyId]> {
        match &self.0 {
            Holder::Admin => None,
            Holder::Key { companies, .. } => Some(companies),
        }
    }

    /// For what only the admin key may do.
    ///
    /// # Errors
    /// [`ApiError::Forbidden`].
    pub fn admin(&self) -> Result<AdminScope, ApiError> {
        match self.0 {
            Holder::Admin => Ok(AdminScope(())),
            Holder::Key { .. } => Err(ApiError::Forbidden),
        }
    }

    /// Who it is, for histories.
    fn actor(&self) -> Actor {
        let id = match &self.0 {
            Holder::Admin => "admin",
            Holder::Key { id, .. } => id.as_str(),
        };
        Actor {
            kind: "key".to_owned(),
            id: id.to_owned(),
        }
    }
}

impl CompanyScope {
    /// Where the company's objects are.
    #[must_use]
    pub fn keys(&self) -> &CompanyKeys {
        &self.keys
    }

    /// The company.
    #[must_use]
    pub fn company_id(&self) -> &CompanyId {
        self.keys.company_id()
    }

    /// Who is asking, for histories.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// A key that a client or a stored record named, when it is this company's: records are written by other parts of the
    /// system, and a wrong one must not become a way out.
    ///
    /// # Errors
    /// [`ApiError::NotFound`] for another company's key.
    pub fn own<'k>(&self, key: &'k ObjectKey) -> Result<&'k str, ApiError> {
        if key.company() == self.company_id() {
            Ok(key.as_str())
        } else {
            Err(ApiError::NotFound)
        }
    }
}

impl FromRequestParts<Arc<App>> for Access {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        let key = presented(&parts.headers)?;
        let holder = match PresentedKey::parse(key) {
            Some(presented) => {
                let record = app
                    .keys
                    .verify(&presented)
                    .await?
                    .ok_or(ApiError::Unauthenticated)?;
                Holder::Key {
                    id: record.key_id.clone(),
                    companies: record.companies.clone(),
                }
            }
            None if app.admin_key.is(key).await? => Holder::Admin,
            None => return Err(ApiError::Unauthenticated),
        };
        let access = Self(holder);
        if let Some(name) = parts.extensions.get::<KeyName>() {
            name.note(&access.actor().id);
        }
        Ok(access)
    }
}

impl FromRequestParts<Arc<App>> for AdminScope {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        Access::from_request_parts(parts, app).await?.admin()
    }
}

/// The one key a request came with.
fn presented(headers: &HeaderMap) -> Result<&str, ApiError> {
    let mut values = headers.get_all(X_API_KEY).iter();
    match (values.next().and_then(|value| value.to_str().ok()), values.next()) {
        (Some(key), None) if (1..=MAX_KEY_CHARS).contains(&key.len()) => Ok(key),
        _ => Err(ApiError::Unauthenticated),
    }
}
