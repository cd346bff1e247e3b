//! The data API, as the office and its integrators use it.

use anyhow::Context;
use bytes::Bytes;
use local::http::{Answer, Http};
use reqwest::{Method, StatusCode};
use serde::Deserialize;
use serde_json::Value;

use crate::people::Worker;
use crate::wait;

/// The office, with the admin key.
#[derive(Debug, Clone)]
pub struct Office {
    pub(crate) http: Http,
    /// Without a slash at the end.
    pub url: String,
    /// The admin key.
    pub key: String,
}

/// `GET /files/by-message`
#[derive(Debug, Clone, Deserialize)]
pub struct ByMessage {
    /// The message.
    pub message_id: String,
    /// Whose it is.
    pub company_id: String,
    /// The first note's.
    pub intent: String,
    /// The first note's.
    pub tag: String,
    /// Every artifact.
    pub files: Vec<File>,
    /// The notes themselves.
    pub notes: Vec<Value>,
}

/// An artifact.
#[derive(Debug, Clone, Deserialize)]
pub struct File {
    /// Where it is.
    pub key: String,
    /// What it is.
    pub r#type: String,
    /// Bytes.
    pub size: u64,
}

impl ByMessage {
    /// The kinds of all artifacts, in order.
    #[must_use]
    pub fn kinds(&self) -> Vec<&str> {
        let mut kinds: Vec<&str> = self.files.iter().map(|file| file.r#type.as_str()).collect();
        kinds.sort_unstable();
        kinds
    }
}

impl Office {
    /// GET with the admin key.
    ///
    /// # Errors
    /// When the API does not answer.
    pub async fn get(&self, path: &str) -> anyhow::Result<Answer> {
        let request = self
            .http
            .client()
            .get(format!("{}{path}", self.url))
            .header("x-api-key", &self.key);
        self.http
            .send(request)
            .await
            .with_context(|| format!("GET {path}"))
    }

    /// A request with a JSON body and the admin key.
    ///
    /// # Errors
    /// When the API does not answer.
    pub async fn send(&self, method: Method, path: &str, body: &Value) -> anyhow::Result<Answer> {
        let request = self
            .http
            .client()
            .request(method.clone(), format!("{}{path}", self.url))
            .header("x-api-key", &self.key)
            .header("content-type", "application/json")
            .body(body.to_string());
        self.http
            .send(request)
            .await
            .with_context(|| format!("{method} {path}"))
    }

    /// What a message became, once it is filed.
    ///
    /// # Errors
    /// When it is not in time.
    pub async fn filed(&self, worker: &Worker, message: &str) -> anyhow::Result<ByMessage> {
        let path = format!(
            "/files/by-message?company_id={}&message_id={message}",
            worker.company_id
        );
        wait::until(&format!("{message} is filed"), async || {
            let answer = self.get(&path).await?;
            match answer.status {
                StatusCode::NOT_FOUND => Ok(None),
                _ => Ok(Some(answer.successful()?.json()?)),
            }
        })
        .await
    }

    /// An artifact's bytes, through a presigned address.
    ///
    /// # Errors
    /// When it cannot be downloaded.
    pub async fn download(&self, filed: &ByMessage, kind: &str) -> anyhow::Result<Bytes> {
        let file = filed
            .files
            .iter()
            .find(|file| file.r#type == kind)
            .with_context(|| format!("there is no {kind}"))?;
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("key", &file.key);
        let signed: Value = self
            .get(&format!("/files/get-download-url?{}", query.finish()))
            .await?
            .successful()?
            .json()?;
        let url = signed["url"].as_str().context("the API answered no url")?;
        Ok(self.http.get(url).await?.successful()?.body)
    }
}
