//! Where media may come from: the account API and Twilio's media hosts, decided before a connection is made.

use std::net::IpAddr;

use url::{Host, Url};

use super::API;
use super::error::MediaRefusal;

/// Where Twilio redirects media to where their protection is switched on, and an older name of the same. Not every
/// name below `twiliocdn.com`: one that is forgotten and taken over would be a way in.
const MEDIA_HOSTS: [&str; 2] = ["mms.twiliocdn.com", "media.twiliocdn.com"];

/// Where Twilio redirects media to where their protection is off: a bucket in S3, which anybody else has buckets in too.
const MEDIA_BUCKET_HOST: &str = "s3-external-1.amazonaws.com";
const MEDIA_BUCKET_PATH: &str = "/media.twiliocdn.com/";

/// What an allowed address is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// The account API: takes the credentials.
    Api,
    /// A media host: must not see them.
    MediaHost,
}

/// The addresses allowed.
#[derive(Debug)]
pub(super) struct MediaHosts {
    api: Url,
    extra: Vec<String>,
}

impl MediaHosts {
    /// `extra`: `host:port`, allowed beside Twilio's own.
    pub(super) fn new(api: &Url, extra: Vec<String>) -> Self {
        Self {
            api: api.clone(),
            extra: extra
                .into_iter()
                .map(|host| host.trim().to_ascii_lowercase())
                .collect(),
        }
    }

    /// The address a message announced its medium at.
    pub(super) fn announced(&self, url: &str) -> Result<Url, MediaRefusal> {
        let url = Url::parse(url).map_err(|_| MediaRefusal::NotTwilios)?;
        if self.is_api(&url) {
            Ok(url)
        } else {
            Err(MediaRefusal::NotTwilios)
        }
    }

    /// What an address is that a redirect from `from` leads to. Whoever has left the API does not come back to it: a
    /// media host has no say in what the account's credentials are used for.
    pub(super) fn redirected(&self, from: Place, url: &Url) -> Result<Place, MediaRefusal> {
        if self.is_api(url) {
            return match from {
                Place::Api => Ok(Place::Api),
                Place::MediaHost => Err(MediaRefusal::ForeignHost),
            };
        }
        if !has_userinfo(url) && (is_twilios(url) || self.is_extra(url)) {
            Ok(Place::MediaHost)
        } else {
            Err(MediaRefusal::ForeignHost)
        }
    }

    fn is_api(&self, url: &Url) -> bool {
        let accounts = format!("/{API}/Accounts/");
        url.origin() == self.api.origin() && url.path().starts_with(&accounts) && !has_userinfo(url)
    }

    fn is_extra(&self, url: &Url) -> bool {
        let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
            return false;
        };
        let listed = self.extra.contains(&format!("{host}:{port}"));
        let loopback = match host {
            Host::Ipv4(address) => IpAddr::V4(address).is_loopback(),
            Host::Ipv6(address) => IpAddr::V6(address).is_loopback(),
            Host::Domain(_) => false,
        };
        listed && (url.scheme() == "https" || (url.scheme() == "http" && loopback))
    }
}

fn is_twilios(url: &Url) -> bool {
    let https = url.scheme() == "https" && url.port_or_known_default() == Some(443);
    https
        && match url.host_str() {
            Some(MEDIA_BUCKET_HOST) => url.path().starts_with(MEDIA_BUCKET_PATH),
            Some(host) => MEDIA_HOSTS.contains(&host),
            None => false,
        }
}

/// User and password in an address would become an `Authorization` header.
fn has_userinfo(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts() -> MediaHosts {
        let extra = [
            "127.0.0.1:4568",
            "[::1]:4568",
            "10.0.0.5:443",
            "media.example:8443",
        ];
        MediaHosts::new(
            &"https://api.twilio.com".parse().unwrap(),
            extra.map(String::from).into(),
        )
    }

    fn from(place: Place, url: &str) -> Result<Place, MediaRefusal> {
        hosts().redirected(place, &url.parse().unwrap())
    }

    #[test]
    fn a_medium_is_announced_at_the_account_api() {
        for good in [
            "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1",
            "https://API.twilio.com:443/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1",
        ] {
            assert!(hosts().announced(good).is_ok(), "{good}");
        }
        for bad in [
            "http://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1",
            "https://api.twilio.com:8443/2010-04-01/Accounts/AC1",
            "https://api.twilio.com.example/2010-04-01/Accounts/AC1",
            "https://api.twilio.com@example/2010-04-01/Accounts/AC1",
            "https://x:y@api.twilio.com/2010-04-01/Accounts/AC1",
            "https://api.twilio.com/2010-04-01/Accounts/../../v1/Keys",
            "https://api.twilio.com/2010-04-01/Accounts/%2e%2e/%2E%2e/v1/Keys",
            "https://mms.twiliocdn.com/2010-04-01/Accounts/AC1",
            "https://169.254.169.254/2010-04-01/Accounts/AC1",
            "file:///etc/passwd",
            "",
        ] {
            assert_eq!(hosts().announced(bad), Err(MediaRefusal::NotTwilios), "{bad}");
        }
    }

    #[test]
    fn media_are_followed_to_twilios_hosts_and_those_configured() {
        for good in [
            "https://mms.twiliocdn.com/AC1/abc?Expires=1",
            "https://media.twiliocdn.com/AC1/abc",
            "https://s3-external-1.amazonaws.com/media.twiliocdn.com/AC1/abc",
            "http://127.0.0.1:4568/AC1/abc",
            "http://[::1]:4568/AC1/abc",
            "https://10.0.0.5/AC1/abc",
            "https://media.example:8443/AC1/abc",
        ] {
            assert_eq!(from(Place::Api, good), Ok(Place::MediaHost), "{good}");
        }
    }

    #[test]
    fn nothing_else_is_followed() {
        for bad in [
            "http://mms.twiliocdn.com/AC1/abc",
            "https://mms.twiliocdn.com:8443/AC1/abc",
            "https://evil.twiliocdn.com/AC1/abc",
            "https://mms.twiliocdn.com.example/AC1/abc",
            "https://mms.twiliocdn.com@example/AC1/abc",
            "https://user:pw@mms.twiliocdn.com/AC1/abc",
            "https://s3-external-1.amazonaws.com/other-bucket/abc",
            "https://s3-external-1.amazonaws.com/media.twiliocdn.com/../other-bucket/abc",
            "https://s3-external-1.amazonaws.com/media.twiliocdn.com",
            "http://127.0.0.1:4569/AC1/abc",
            "http://127.0.0.2:4568/AC1/abc",
            "http://localhost:4568/AC1/abc",
            "http://10.0.0.5:443/AC1/abc",
            "http://media.example:8443/AC1/abc",
            "http://169.254.169.254/latest/meta-data",
            "http://2130706433:4569/",
            "ftp://mms.twiliocdn.com/AC1/abc",
            "file:///etc/passwd",
        ] {
            assert_eq!(from(Place::Api, bad), Err(MediaRefusal::ForeignHost), "{bad}");
        }
    }

    #[test]
    fn a_media_host_does_not_lead_back_to_the_api() {
        let api = "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages.json";
        assert_eq!(from(Place::Api, api), Ok(Place::Api));
        assert_eq!(from(Place::MediaHost, api), Err(MediaRefusal::ForeignHost));
        assert_eq!(
            from(Place::Api, "https://api.twilio.com/v1/Keys"),
            Err(MediaRefusal::ForeignHost)
        );
    }
}
