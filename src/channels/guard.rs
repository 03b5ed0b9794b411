//! Which addresses may be spoken to: those that users have named must not lead into the network that
//! the service stands in. Names are looked up when the connection is made, and only addresses that
//! pass are connected to, so that a name cannot mean something else a moment later.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};
use std::sync::Arc;

use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::config::OutboundConfig;

/// Longest address that is kept.
const LONGEST_URL: usize = 2_000;

/// Whether an address is one of the public internet.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// By the special-purpose registry of IANA (RFC 6890).
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = matches!(
        (a, b, c),
        (0 | 10 | 127, ..)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (192, 168, _)
            | (198, 18..=19, _)
            | (198, 51, 100)
            | (203, 0, 113)
            | (224..=255, ..)
    );
    !special
}

/// Global unicast alone; what carries an IPv4 address inside is as that address is.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let part = address.segments();
    let within = |high: u16, low: u16| {
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match part {
        // IPv4-mapped, and translated by NAT64.
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            within(high, low)
        }
        // 6to4.
        [0x2002, high, low, ..] => within(high, low),
        // Teredo and other protocols, documentation.
        [0x2001, 0..=0x1ff, ..] | [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => false,
        [first, ..] => (0x2000..=0x3fff).contains(&first),
    }
}

/// Why an address is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is no address of the web.
    #[error("not an https address")]
    Unusable,
    /// It would go unencrypted.
    #[error("only https is allowed")]
    Plain,
    /// It leads into a private network, or to this machine.
    #[error("the address is not of the public internet")]
    Private,
}

/// What is allowed.
#[derive(Debug, Clone)]
pub struct Guard {
    allow_private: bool,
    hosts: Vec<String>,
}

impl Guard {
    /// By the settings.
    pub fn new(config: &OutboundConfig) -> Self {
        let hosts = config.allowed_hosts.iter().map(|host| host.to_ascii_lowercase()).collect();
        Self { allow_private: config.allow_private, hosts }
    }

    /// Whether this host may be anywhere, and be spoken to without encryption.
    fn trusts(&self, host: &str) -> bool {
        let host = host.trim_matches(['[', ']']).to_ascii_lowercase();
        self.allow_private || self.hosts.contains(&host)
    }

    /// Reads an address and refuses what is seen to be wrong of it; names are looked up later.
    ///
    /// # Errors
    /// Why not.
    pub fn check(&self, text: &str) -> Result<Url, Refusal> {
        let url: Url = text.trim().parse().map_err(|_| Refusal::Unusable)?;
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or(Refusal::Unusable)?;
        let named = url.username().is_empty() && url.password().is_none();
        if !named || text.len() > LONGEST_URL || !["http", "https"].contains(&url.scheme()) {
            return Err(Refusal::Unusable);
        }
        if self.trusts(host) {
            return Ok(url);
        }
        if url.scheme() != "https" {
            return Err(Refusal::Plain);
        }
        // The parser has brought every way of writing an address into one.
        let literal = host.trim_matches(['[', ']']).parse::<IpAddr>();
        if literal.is_ok_and(|address| !is_public(address)) {
            return Err(Refusal::Private);
        }
        Ok(url)
    }

    /// The addresses among these that may be connected to under this name.
    fn allowed(&self, host: &str, found: Vec<SocketAddr>) -> Result<Vec<SocketAddr>, Refusal> {
        let trusted = self.trusts(host);
        let kept: Vec<SocketAddr> =
            found.into_iter().filter(|one| trusted || is_public(one.ip())).collect();
        if kept.is_empty() { Err(Refusal::Private) } else { Ok(kept) }
    }
}

/// Looks names up and hands on what is allowed.
#[derive(Debug, Clone)]
pub struct GuardedResolver(pub Arc<Guard>);

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = Arc::clone(&self.0);
        Box::pin(async move {
            let host = name.as_str().to_owned();
            let asked = host.clone();
            let found = tokio::task::spawn_blocking(move || {
                (asked.as_str(), 0).to_socket_addrs().map(Iterator::collect::<Vec<_>>)
            });
            let kept = guard.allowed(&host, found.await??)?;
            Ok(Box::new(kept.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn guard(hosts: &[&str]) -> Guard {
        let hosts = hosts.iter().map(|host| (*host).to_owned()).collect();
        Guard { allow_private: false, hosts }
    }

    #[test]
    fn addresses_of_inner_networks_are_not_public() {
        let inner = [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.168.1.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::a00:1",
            "64:ff9b:1::1",
            "2002:7f00:1::",
            "2002:c0a8:101::1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "2001:db8::1",
            "2001::1",
            "100::1",
            "5f00::1",
            "3fff::1",
        ];
        for address in inner {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
        let outer = [
            "8.8.8.8",
            "100.128.0.1",
            "172.32.0.1",
            "2400:3200::1",
            "::ffff:8.8.8.8",
            "2002:808:808::1",
            "2001:4860:4860::8888",
            "64:ff9b::808:808",
        ];
        for address in outer {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
    }

    proptest! {
        #[test]
        fn an_ipv4_address_inside_another_is_as_it_is(bits in any::<u32>()) {
            let plain = Ipv4Addr::from(bits);
            let public = is_public(plain.into());
            prop_assert_eq!(is_public(plain.to_ipv6_mapped().into()), public);
            let [high, low] = [(bits >> 16) as u16, bits as u16];
            let nat64 = Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low);
            prop_assert_eq!(is_public(nat64.into()), public);
            prop_assert_eq!(is_public(Ipv6Addr::new(0x2002, high, low, 0, 0, 0, 0, 1).into()), public);
            let unroutable = plain.is_private() || plain.is_loopback() || plain.is_link_local()
                || plain.is_multicast() || plain.is_broadcast() || plain.is_unspecified();
            prop_assert!(!(public && unroutable), "{}", plain);
        }
    }

    #[test]
    fn ways_of_writing_an_inner_address_are_seen_through() {
        let wrong = [
            "https://127.0.0.1/x",
            "https://127.1/",
            "https://2130706433/",
            "https://0x7f.0.0.1/",
            "https://0177.0.0.1/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[::ffff:7f00:1]/",
            "https://169.254.169.254/latest/meta-data/",
        ];
        for url in wrong {
            assert_eq!(guard(&[]).check(url), Err(Refusal::Private), "{url}");
        }
        for url in ["ftp://example.com/", "https://", "https://me:pw@example.com/", "nowhere"] {
            assert_eq!(guard(&[]).check(url), Err(Refusal::Unusable), "{url}");
        }
        assert_eq!(guard(&[]).check("http://example.com/"), Err(Refusal::Plain));
        assert!(guard(&[]).check("https://oapi.dingtalk.com/robot/send?access_token=x").is_ok());
    }

    #[test]
    fn a_host_that_the_operator_trusts_may_be_anywhere() {
        let guard = guard(&["gateway.internal", "127.0.0.1", "::1"]);
        for url in ["http://gateway.internal/a", "http://127.0.0.1:9000/", "http://[::1]:9000/"] {
            assert!(guard.check(url).is_ok(), "{url}");
        }
        assert_eq!(guard.check("http://127.0.0.2/"), Err(Refusal::Plain));
    }

    #[test]
    fn of_the_addresses_of_a_name_the_inner_ones_are_left_out() {
        let found = || vec!["10.0.0.1:443".parse().unwrap(), "8.8.8.8:443".parse().unwrap()];
        let kept = guard(&[]).allowed("mixed.example", found()).unwrap();
        assert_eq!(kept, ["8.8.8.8:443".parse().unwrap()]);
        let inner = vec!["10.0.0.1:443".parse().unwrap()];
        assert_eq!(guard(&[]).allowed("inner.example", inner.clone()), Err(Refusal::Private));
        assert_eq!(guard(&["inner.example"]).allowed("Inner.Example", inner.clone()), Ok(inner));
    }
}
