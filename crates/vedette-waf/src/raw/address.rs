//! Who sent a request, by what the proxies before us say.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The first public address among `named` (each a header's value, which may name several), else the peer if that is
/// public, else the first address at all, else the peer.
pub fn client_address<'t>(named: impl IntoIterator<Item = &'t str>, peer: Option<&'t str>) -> Option<String> {
    let mut private = None;
    for address in named.into_iter().flat_map(|value| value.split(',')).filter_map(parse) {
        if is_public(address) {
            return Some(address.to_string());
        }
        private = private.or(Some(address));
    }
    match private {
        Some(address) if !peer.and_then(parse).is_some_and(is_public) => Some(address.to_string()),
        _ => peer.map(str::to_owned),
    }
}

/// An address, without the port and the brackets that proxies add (RFC 7239, section 6).
fn parse(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    if let Some(rest) = text.strip_prefix('[') {
        return rest.split(']').next()?.parse().ok();
    }
    match text.split_once(':') {
        Some((address, port)) if !port.contains(':') => address.parse().ok(),
        _ => text.parse().ok(),
    }
}

/// Whether an address is of the public network (the registries of RFC 6890).
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => address.to_ipv4_mapped().map_or_else(|| is_public_v6(address), is_public_v4),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let shared = a == 100 && (64..128).contains(&b);
    let protocols = (a, b, c) == (192, 0, 0);
    let benchmarks = a == 198 && (18..20).contains(&b);
    let special = address.is_private() || address.is_loopback() || address.is_link_local();
    !(special || address.is_documentation() || shared || protocols || benchmarks || a == 0 || a >= 240)
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    let unique_local = a & 0xfe00 == 0xfc00;
    let link_local = a & 0xffc0 == 0xfe80;
    let documentation = (a, b) == (0x2001, 0x0db8);
    let discard = a == 0x0100 && b == 0;
    !(address.is_loopback()
        || address.is_unspecified()
        || unique_local
        || link_local
        || documentation
        || discard)
}
