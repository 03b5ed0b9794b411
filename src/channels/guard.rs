//! Which addresses may be spoken to: those that users have named must not lead into the network that
//! the service stands in. Names are looked up when the connection is made, and only addresses that
//! pass are connected to, so that a name cannot mean something else a moment later.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};

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
    /// It leads into a private network, or to this machine; or nowhere: what names there are inside is
    /// nobody's to learn.
    #[error("the address is not known, or not of the public internet")]
    Private,
}

/// Ports of a host that is trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ports {
    /// Those of the web: 80 and 443.
    Usual,
    /// This one.
    One(u16),
    /// Every one.
    Any,
}

/// A host that the operator trusts: `host` (80 and 443), `host:port` or `host:*`; an address of IPv6
/// before a port in brackets.
#[derive(Debug, Clone, PartialEq, Eq)]
struct TrustedHost {
    host: String,
    ports: Ports,
}

impl TrustedHost {
    fn read(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_lowercase();
        let usual = |host: &str| Self { host: host.to_owned(), ports: Ports::Usual };
        if text.parse::<Ipv6Addr>().is_ok() {
            return Some(usual(&text));
        }
        let (host, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((host, "")) => (host, None),
            Some((host, rest)) => (host, Some(rest.strip_prefix(':')?)),
            None => text.split_once(':').map_or((text.as_str(), None), |(a, b)| (a, Some(b))),
        };
        let ports = match port {
            None => Ports::Usual,
            Some("*") => Ports::Any,
            Some(port) => Ports::One(port.parse().ok()?),
        };
        let known = host.parse::<Ipv6Addr>().is_ok()
            || host.chars().all(|one| one.is_ascii_alphanumeric() || "-_.".contains(one));
        (known && !host.is_empty()).then(|| Self { ports, ..usual(host) })
    }

    fn covers(&self, host: &str, port: Option<u16>) -> bool {
        let port_is_ours = match self.ports {
            Ports::Usual => matches!(port, Some(80 | 443)),
            Ports::One(own) => port == Some(own),
            Ports::Any => true,
        };
        self.host == host && port_is_ours
    }
}

/// Whether an entry of `outbound.allowed_hosts` can be understood.
pub fn is_host_entry(text: &str) -> bool {
    TrustedHost::read(text).is_some()
}

/// An address that may be spoken to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// The address.
    pub url: Url,
    /// Whether the operator trusts it, wherever it leads; otherwise it must lead into the public
    /// internet when it is connected to.
    pub trusted: bool,
}

/// What is allowed.
#[derive(Debug, Clone)]
pub struct Guard {
    allow_private: bool,
    hosts: Vec<TrustedHost>,
}

impl Guard {
    /// By the settings.
    pub fn new(config: &OutboundConfig) -> Self {
        // The settings have been checked for what cannot be understood.
        let hosts =
            config.allowed_hosts.iter().filter_map(|text| TrustedHost::read(text)).collect();
        Self { allow_private: config.allow_private, hosts }
    }

    /// Whether this host may be anywhere under this port, and be spoken to without encryption.
    fn trusts(&self, host: &str, port: Option<u16>) -> bool {
        let host = host.trim_matches(['[', ']']).to_ascii_lowercase();
        self.allow_private || self.hosts.iter().any(|one| one.covers(&host, port))
    }

    /// Reads an address and refuses what is seen to be wrong of it; names are looked up later.
    ///
    /// # Errors
    /// Why not.
    pub fn check(&self, text: &str) -> Result<Checked, Refusal> {
        let url: Url = text.trim().parse().map_err(|_| Refusal::Unusable)?;
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or(Refusal::Unusable)?;
        let named = url.username().is_empty() && url.password().is_none();
        if !named || text.len() > LONGEST_URL || !["http", "https"].contains(&url.scheme()) {
            return Err(Refusal::Unusable);
        }
        if self.trusts(host, url.port_or_known_default()) {
            return Ok(Checked { url, trusted: true });
        }
        if url.scheme() != "https" {
            return Err(Refusal::Plain);
        }
        // The parser has brought every way of writing an address into one.
        let literal = host.trim_matches(['[', ']']).parse::<IpAddr>();
        if literal.is_ok_and(|address| !is_public(address)) {
            return Err(Refusal::Private);
        }
        Ok(Checked { url, trusted: false })
    }
}

/// The public addresses among these; a name that has none is as one that is not known.
fn public(found: Vec<SocketAddr>) -> Result<Vec<SocketAddr>, Refusal> {
    let kept: Vec<SocketAddr> = found.into_iter().filter(|one| is_public(one.ip())).collect();
    if kept.is_empty() { Err(Refusal::Private) } else { Ok(kept) }
}

/// Looks names up and hands on what is of the public internet.
#[derive(Debug, Clone, Copy)]
pub struct PublicResolver;

impl Resolve for PublicResolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let host = name.as_str().to_owned();
            let asked = host.clone();
            let found = tokio::task::spawn_blocking(move || {
                (asked.as_str(), 0).to_socket_addrs().map(Iterator::collect::<Vec<_>>)
            });
            let found = found.await?.unwrap_or_else(|error| {
                tracing::warn!(%host, %error, "a name was not found");
                Vec::new()
            });
            Ok(Box::new(public(found)?.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn guard(hosts: &[&str]) -> Guard {
        let hosts = hosts.iter().map(|host| TrustedHost::read(host).unwrap()).collect();
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
    fn a_host_that_the_operator_trusts_may_be_anywhere_under_its_ports() {
        let hosts = ["gateway.internal", "127.0.0.1:9000", "::1", "[::2]:9000", "any.internal:*"];
        let guard = guard(&hosts);
        let trusted = |url: &str| guard.check(url).map(|checked| checked.trusted);
        for url in [
            "http://gateway.internal/a",
            "https://Gateway.internal/a",
            "http://127.0.0.1:9000/",
            "http://[::1]/",
            "http://[::2]:9000/",
            "http://any.internal:1/",
        ] {
            assert_eq!(trusted(url), Ok(true), "{url}");
        }
        for url in ["http://127.0.0.2:9000/", "http://127.0.0.1/", "http://gateway.internal:9000/"]
        {
            assert_eq!(trusted(url), Err(Refusal::Plain), "{url}");
        }
        // A name is looked up like any other under the ports that are not trusted.
        assert_eq!(trusted("https://gateway.internal:9443/"), Ok(false));
        assert_eq!(trusted("https://127.0.0.1:9001/"), Err(Refusal::Private));
        for text in ["", "a b", "gateway.internal:", "gateway.internal:x", "http://a/", "[::1"] {
            assert!(!is_host_entry(text), "{text}");
        }
    }

    #[test]
    fn of_the_addresses_of_a_name_the_inner_ones_are_left_out() {
        let found = vec!["10.0.0.1:443".parse().unwrap(), "8.8.8.8:443".parse().unwrap()];
        assert_eq!(public(found), Ok(vec!["8.8.8.8:443".parse().unwrap()]));
        assert_eq!(public(vec!["10.0.0.1:443".parse().unwrap()]), Err(Refusal::Private));
        assert_eq!(public(Vec::new()), Err(Refusal::Private));
    }
}
