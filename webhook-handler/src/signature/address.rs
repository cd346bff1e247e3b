//! The address Twilio signed, in every spelling it may have had.
//!
//! Between Twilio and this function stand a gateway, perhaps a custom domain, perhaps a proxy: the function does not
//! see what was called. It tries the configured address, or else what the gateway says about itself; never a header,
//! which anybody may write.

use std::str::FromStr;

/// The stage that does not show in the path.
const DEFAULT_STAGE: &str = "$default";

/// Where a request arrived, as the gateway tells.
#[derive(Debug, Clone, Default)]
pub struct Location {
    /// The host that was called, without port.
    pub domain_name: String,
    /// `$default` or the stage's name.
    pub stage: String,
    /// The path as the gateway passes it on.
    pub raw_path: String,
    /// The query exactly as received, without `?`.
    pub raw_query: String,
}

/// Where Twilio calls.
#[derive(Debug, Clone)]
pub enum WebhookAddress {
    /// The configured address, whatever the gateway says.
    Public(PublicUrl),
    /// The gateway's own.
    Gateway,
}

impl WebhookAddress {
    /// Every spelling the signed address of a request that arrived here may have had: origin with and without port,
    /// the gateway's path with and without stage, the query as received and as older senders encode it.
    #[must_use]
    pub fn spellings(&self, at: &Location) -> Vec<String> {
        let (origins, paths) = match self {
            Self::Public(public) => (public.origin.spellings(), vec![public.path.clone()]),
            Self::Gateway => (Origin::of_gateway(&at.domain_name).spellings(), gateway_paths(at)),
        };
        let queries = query_spellings(&at.raw_query);
        let mut spellings = Vec::with_capacity(origins.len() * paths.len() * queries.len());
        for origin in &origins {
            for path in &paths {
                for query in &queries {
                    spellings.push(format!("{origin}{path}{query}"));
                }
            }
        }
        spellings
    }
}

/// The path with and without the stage. AWS puts a named stage into the path, emulators leave it out, and a custom
/// domain may map it away.
fn gateway_paths(at: &Location) -> Vec<String> {
    let path = at.raw_path.clone();
    if at.stage.is_empty() || at.stage == DEFAULT_STAGE {
        return vec![path];
    }
    let prefix = format!("/{}", at.stage);
    let without = path.strip_prefix(&prefix).filter(|rest| rest.starts_with('/'));
    match without.map(str::to_owned) {
        Some(without) => vec![path, without],
        None => vec![format!("{prefix}{path}"), path],
    }
}

/// The query with its `?`: as received and, where that differs, parsed and written again, which is how Twilio signed
/// characters such as `'` in earlier days and how its Node.js library still tries. Both mean the same.
fn query_spellings(raw: &str) -> Vec<String> {
    if raw.is_empty() {
        return vec![String::new()];
    }
    let rewritten = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form_urlencoded::parse(raw.as_bytes()))
        .finish();
    let mut spellings = vec![format!("?{raw}")];
    if rewritten != raw {
        spellings.push(format!("?{rewritten}"));
    }
    spellings
}

/// Scheme, credentials, host and port, kept as written.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Origin {
    scheme: Scheme,
    /// With its `@`; empty when there is none.
    user_info: String,
    host: String,
    port: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scheme {
    Http,
    Https,
}

impl Origin {
    fn of_gateway(domain_name: &str) -> Self {
        Self {
            scheme: Scheme::Https,
            user_info: String::new(),
            host: domain_name.to_owned(),
            port: None,
        }
    }

    /// Without and with port: Twilio signs either.
    fn spellings(&self) -> [String; 2] {
        let (scheme, default_port) = match self.scheme {
            Scheme::Http => ("http", "80"),
            Scheme::Https => ("https", "443"),
        };
        let port = self.port.as_deref().unwrap_or(default_port);
        let bare = format!("{scheme}://{}{}", self.user_info, self.host);
        let with_port = format!("{bare}:{port}");
        [bare, with_port]
    }
}

/// Why an address cannot be Twilio's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPublicUrl {
    /// Not an address of the web.
    #[error("it must start with https:// or http:// and name a host")]
    NotAnAddress,
    /// A query belongs to the request: a configured one would be signed in its place.
    #[error("it must not have a query (?…)")]
    HasQuery,
}

/// A configured address: without query, because every request brings its own, and without fragment, which is Twilio's
/// retry settings and not part of what is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    origin: Origin,
    path: String,
}

impl PublicUrl {
    /// The path, as written.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }
}

impl FromStr for PublicUrl {
    type Err = InvalidPublicUrl;

    fn from_str(text: &str) -> Result<Self, InvalidPublicUrl> {
        let text = text.split('#').next().unwrap_or_default();
        let schemes = [("https://", Scheme::Https), ("http://", Scheme::Http)];
        let (scheme, rest) = schemes
            .into_iter()
            .find_map(|(prefix, scheme)| Some((scheme, text.strip_prefix(prefix)?)))
            .ok_or(InvalidPublicUrl::NotAnAddress)?;
        if rest.contains('?') {
            return Err(InvalidPublicUrl::HasQuery);
        }
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let (user_info, host_port) = authority.split_at(authority.rfind('@').map_or(0, |at| at + 1));
        let (host, port) = split_port(host_port);
        if !is_host(host) || text.contains(char::is_whitespace) {
            return Err(InvalidPublicUrl::NotAnAddress);
        }
        let origin = Origin {
            scheme,
            user_info: user_info.to_owned(),
            host: host.to_owned(),
            port: port.map(str::to_owned),
        };
        Ok(Self {
            origin,
            path: path.to_owned(),
        })
    }
}

/// Host and port; an IPv6 address is in brackets and full of colons.
fn split_port(host_port: &str) -> (&str, Option<&str>) {
    match host_port.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => {
            (host, Some(port).filter(|port| !port.is_empty()))
        }
        _ => (host_port, None),
    }
}

/// Whether this can be a host: a name without colons, or an IPv6 address in its brackets.
fn is_host(text: &str) -> bool {
    const OF_IPV6: [char; 3] = ['[', ':', ']'];
    match text.strip_prefix('[') {
        Some(rest) => rest
            .strip_suffix(']')
            .is_some_and(|address| !address.is_empty() && !address.contains(['[', ']'])),
        None => !text.is_empty() && !text.contains(OF_IPV6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(stage: &str, raw_path: &str, raw_query: &str) -> Location {
        Location {
            domain_name: "abc123.execute-api.eu-central-1.amazonaws.com".to_owned(),
            stage: stage.to_owned(),
            raw_path: raw_path.to_owned(),
            raw_query: raw_query.to_owned(),
        }
    }

    fn public(url: &str) -> WebhookAddress {
        WebhookAddress::Public(url.parse().unwrap())
    }

    #[test]
    fn the_default_stage_does_not_show() {
        assert_eq!(
            WebhookAddress::Gateway.spellings(&at("$default", "/webhook", "")),
            [
                "https://abc123.execute-api.eu-central-1.amazonaws.com/webhook",
                "https://abc123.execute-api.eu-central-1.amazonaws.com:443/webhook",
            ]
        );
    }

    #[test]
    fn a_named_stage_is_tried_with_and_without_whether_or_not_it_is_in_the_path() {
        for path in ["/dev/webhook", "/webhook"] {
            let spellings = WebhookAddress::Gateway.spellings(&at("dev", path, "m=SM1&p=1"));
            let expected: Vec<String> = ["", ":443"]
                .iter()
                .flat_map(|port| {
                    ["/dev/webhook", "/webhook"].map(|path| {
                        format!("https://abc123.execute-api.eu-central-1.amazonaws.com{port}{path}?m=SM1&p=1")
                    })
                })
                .collect();
            assert_eq!(spellings, expected);
        }
    }

    #[test]
    fn a_path_that_only_starts_like_the_stage_keeps_its_start() {
        let spellings = WebhookAddress::Gateway.spellings(&at("web", "/webhook", ""));
        assert!(
            spellings.iter().all(|url| url.ends_with("/webhook")),
            "{spellings:?}"
        );
    }

    #[test]
    fn a_configured_address_takes_the_requests_query_and_loses_its_fragment() {
        assert_eq!(
            public("https://hooks.example.com/in/webhook#rc=2&rp=all").spellings(&at(
                "dev",
                "/dev/webhook",
                "m=1"
            )),
            [
                "https://hooks.example.com/in/webhook?m=1",
                "https://hooks.example.com:443/in/webhook?m=1",
            ]
        );
    }

    #[test]
    fn a_port_is_tried_with_and_without() {
        assert_eq!(
            public("http://user:pass@[::1]:4566/webhook").spellings(&at("", "/webhook", "")),
            [
                "http://user:pass@[::1]/webhook",
                "http://user:pass@[::1]:4566/webhook"
            ]
        );
        assert_eq!(
            public("http://example.com/webhook").spellings(&at("", "/webhook", ""))[1],
            "http://example.com:80/webhook"
        );
    }

    #[test]
    fn an_address_that_cannot_be_called_is_refused_with_the_reason() {
        for bad in [
            "",
            "example.com/webhook",
            "ftp://example.com/",
            "https://",
            "https:///webhook",
            "https://a b/",
            "https://example.com:https/webhook",
            "https://example.com:443:443/webhook",
            "https://::1/webhook",
            "https://[::1/webhook",
            "https://[]/webhook",
            "https://[::1]x/webhook",
        ] {
            assert_eq!(
                bad.parse::<PublicUrl>(),
                Err(InvalidPublicUrl::NotAnAddress),
                "{bad}"
            );
        }
        let with_query = "https://example.com/webhook?a=1#rc=2".parse::<PublicUrl>();
        assert_eq!(with_query, Err(InvalidPublicUrl::HasQuery));
    }
}
