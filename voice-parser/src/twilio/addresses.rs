//! The addresses behind media hosts: a name that resolves into the network we are in is refused, whoever made it so.
//!
//! Checked where the connection is made, so that the address that was judged is the address that is used. A host that
//! is configured as an IP address needs no resolving and is not judged here.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::http;

/// A client that connects to names with public addresses only.
pub(super) fn guarded_client() -> reqwest::Result<reqwest::Client> {
    http::builder().dns_resolver(Arc::new(PublicOnly)).build()
}

/// A name has an address that is not public.
#[derive(Debug, thiserror::Error)]
#[error("the host has an address that is not public")]
pub(super) struct NotPublic;

/// True when a request failed because of [`NotPublic`].
pub(super) fn was_refused(error: &reqwest::Error) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.is::<NotPublic>() {
            return true;
        }
        cause = error.source();
    }
    false
}

/// Resolves names with the system's resolver and judges what comes out.
#[derive(Debug)]
struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: io::Result<Vec<SocketAddr>> = tokio::net::lookup_host((name.as_str(), 0))
                .await
                .map(Iterator::collect);
            Ok(judge(found?)?)
        })
    }
}

/// All of them or none: a name with one address inside the network is not one of Twilio's.
fn judge(found: Vec<SocketAddr>) -> Result<Addrs, NotPublic> {
    if found.iter().all(|address| is_public(address.ip())) {
        Ok(Box::new(found.into_iter()))
    } else {
        Err(NotPublic)
    }
}

/// False for every address that means something only inside some network: this machine, this link, a private network,
/// a carrier's, a cloud's metadata service, documentation, multicast, and what is reserved (IANA's special-purpose
/// registries).
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !matches!(
        (a, b, c),
        (0 | 10 | 127, _, _)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (192, 168, _)
            | (198, 18..=19, _)
            | (198, 51, 100)
            | (203, 0, 113)
            | (224..=255, _, _)
    )
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    if let Some(embedded) = address.to_ipv4_mapped() {
        return is_public_v4(embedded);
    }
    match address.segments() {
        // NAT64: where a network without IPv4 sends what is for IPv4.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            let [[a, b], [c, d]] = [high.to_be_bytes(), low.to_be_bytes()];
            is_public_v4(Ipv4Addr::new(a, b, c, d))
        }
        // Protocol assignments (Teredo among them), documentation, 6to4.
        [0x2001, 0..=0x01ff | 0x0db8, ..] | [0x2002, ..] | [0x3fff, 0..=0x0fff, ..] => false,
        // Everything else that is routed is here.
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_inside_a_network_are_not_public() {
        for inside in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.8.8.8",
            "169.254.169.254",
            "169.254.170.2",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.170",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "3fff::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!is_public(inside.parse().unwrap()), "{inside}");
        }
    }

    #[test]
    fn addresses_of_the_internet_are() {
        for outside in [
            "8.8.8.8",
            "52.216.1.1",
            "99.86.0.1",
            "100.63.255.255",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "198.17.0.1",
            "198.20.0.1",
            "223.255.255.255",
            "2600:9000::1",
            "2001:4860:4860::8888",
            "2a00:1450::1",
            "64:ff9b::808:808",
            "::ffff:8.8.8.8",
        ] {
            assert!(is_public(outside.parse().unwrap()), "{outside}");
        }
    }

    #[test]
    fn one_private_address_among_public_ones_is_enough_to_refuse() {
        let mixed = ["8.8.8.8:0", "10.0.0.1:0"].map(|address| address.parse().unwrap());
        assert!(judge(mixed.into()).is_err());
        assert!(judge(vec![mixed[0]]).is_ok());
    }

    #[tokio::test]
    async fn a_name_for_this_machine_is_refused() {
        let resolved = PublicOnly.resolve("localhost".parse().unwrap()).await;
        assert!(resolved.err().unwrap().is::<NotPublic>());
    }
}
