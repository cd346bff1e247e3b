//! What a local stack can be told, as options or environment variables.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use clap::Args;

/// OpenAI's API.
const OPENAI: &str = "https://api.openai.com/v1";

/// Settings of `local up`. Ports and folder apply to `local exec` too, unless it picks its own.
#[derive(Args, Clone)]
pub struct Settings {
    /// Folder for the running stack's files
    #[arg(
        long = "dir",
        env = "LOCAL_DIR",
        default_value = ".local",
        value_name = "FOLDER"
    )]
    pub folder: PathBuf,
    /// The ports.
    #[command(flatten)]
    pub ports: FixedPorts,
    /// Use the real OpenAI with this key, not the stand-in; empty is none
    #[arg(long, env = "OPENAI_API_KEY", hide_env_values = true, hide = true)]
    openai_api_key: Option<String>,
    /// With a key: another server that speaks OpenAI's API
    #[arg(
        long,
        env = "OPENAI_BASE_URL",
        value_name = "URL",
        default_value = OPENAI,
        hide = true
    )]
    openai_base_url: String,
}

impl Settings {
    /// Where OpenAI's API is, without a slash at the end.
    #[must_use]
    pub fn openai_base_url(&self) -> &str {
        match self.openai_base_url.trim().trim_end_matches('/') {
            "" => OPENAI,
            given => given,
        }
    }

    /// The key, if there is one.
    #[must_use]
    pub fn openai_api_key(&self) -> Option<&str> {
        self.openai_api_key
            .as_deref()
            .map(str::trim)
            .filter(|key| !key.is_empty())
    }
}

/// Shows no key.
impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("folder", &self.folder)
            .field("ports", &self.ports)
            .finish_non_exhaustive()
    }
}

/// The ports `local up` listens on, all on loopback.
#[derive(Args, Debug, Clone, Copy)]
pub struct FixedPorts {
    /// Port of the AWS emulator
    #[arg(
        long = "aws-port",
        env = "LOCAL_AWS_PORT",
        default_value_t = 4566,
        value_name = "PORT"
    )]
    pub aws: u16,
    /// Port of the stand-ins for Twilio and OpenAI, with controls and phone page
    #[arg(
        long = "standin-port",
        env = "LOCAL_STANDIN_PORT",
        default_value_t = 4567,
        value_name = "PORT"
    )]
    pub standin: u16,
    /// Port of the stand-in for Twilio's media servers
    #[arg(
        long = "media-port",
        env = "LOCAL_MEDIA_PORT",
        default_value_t = 4568,
        value_name = "PORT"
    )]
    pub media: u16,
    /// Port of the proxy between the functions and the AWS emulator
    #[arg(
        long = "aws-proxy-port",
        env = "LOCAL_AWS_PROXY_PORT",
        default_value_t = 4569,
        value_name = "PORT"
    )]
    pub aws_proxy: u16,
}

impl FixedPorts {
    /// Each port with the setting it comes from.
    #[must_use]
    pub fn named(&self) -> [(&'static str, u16); 4] {
        [
            ("LOCAL_AWS_PORT", self.aws),
            ("LOCAL_STANDIN_PORT", self.standin),
            ("LOCAL_MEDIA_PORT", self.media),
            ("LOCAL_AWS_PROXY_PORT", self.aws_proxy),
        ]
    }
}

/// A port on loopback; 0 is any free one.
#[must_use]
pub fn loopback(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}
