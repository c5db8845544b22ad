//! Hosts that no client of an application has a reason to name: the machine itself, its network, metadata services.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Names that stand for the machine or the network around it, and their subdomains.
const INSIDE: &[&str] = &[
    "localhost",
    "localdomain",
    "local",
    "internal",
    "intranet",
    "lan",
    "home",
    "corp",
    "consul",
    "svc",
    "cluster.local",
    "ip6-localhost",
    "ip6-loopback",
    "host.docker.internal",
    "kubernetes.default",
    "metadata.goog",
    "metadata.tencentyun.com",
    "metadata.platformequinix.com",
    "metadata.packet.net",
    // Names of the public DNS that resolve to loopback or to the address written in front of them.
    "nip.io",
    "sslip.io",
    "xip.io",
    "localtest.me",
    "lvh.me",
    "vcap.me",
    "lacolhost.com",
    "rbndr.us",
];
/// Where scanners listen for requests that they made a server send.
const OUT_OF_BAND: &[&str] = &[
    "burpcollaborator.net",
    "oastify.com",
    "oast.pro",
    "oast.live",
    "oast.site",
    "oast.online",
    "oast.fun",
    "oast.me",
    "interact.sh",
    "interactsh.com",
    "dnslog.cn",
    "ceye.io",
    "requestbin.net",
    "webhook.site",
    "pipedream.net",
    "canarytokens.com",
    "bxss.me",
    "ngrok.io",
    "ngrok-free.app",
];

/// Whether a host, in lower case and without brackets, is one of them.
pub(super) fn is_dangerous(host: &str) -> bool {
    let plain = host.replace(['\u{3002}', '\u{ff0e}', '\u{ff61}'], ".");
    let host = plain.trim_end_matches('.');
    match address(host) {
        Some(address) => is_inside(address),
        None => !host.is_empty() && (!host.contains('.') || named(host, INSIDE) || named(host, OUT_OF_BAND)),
    }
}

fn named(host: &str, names: &[&str]) -> bool {
    names
        .iter()
        .any(|name| host.strip_suffix(name).is_some_and(|before| before.is_empty() || before.ends_with('.')))
}

/// Whether an address that a name was resolved to is one of them.
pub(super) fn is_inside_address(text: &str) -> bool {
    without_zone(text).parse().is_ok_and(is_inside)
}

fn is_inside(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_inside_v4(address),
        IpAddr::V6(address) => match embedded(address) {
            Some(inner) => is_inside_v4(inner),
            None => {
                let first = address.segments()[0];
                address.is_loopback()
                    || address.is_unspecified()
                    || first & 0xfe00 == 0xfc00
                    || first & 0xffc0 == 0xfe80
            }
        },
    }
}

fn is_inside_v4(address: Ipv4Addr) -> bool {
    let octets = address.octets();
    address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_broadcast()
        || octets[0] == 0
        || (octets[0] == 100 && octets[1] & 0xc0 == 64)
        || (octets[0], octets[1]) == (192, 0)
        || octets == [168, 63, 129, 16] // Azure's own services
}

/// The version 4 address that a mapped or translated one holds (RFC 4291, RFC 6052, RFC 3056).
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let segments = address.segments();
    let low = |at: usize| Ipv4Addr::from((u32::from(segments[at]) << 16) | u32::from(segments[at + 1]));
    match segments {
        [0, 0, 0, 0, 0, 0, high, _] if high != 0 => Some(low(6)),
        [0, 0, 0, 0, 0, 0xffff, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => Some(low(6)),
        [0x2002, ..] => Some(low(1)),
        _ => None,
    }
}

/// The address that a host is, in any of the spellings that resolvers take (`2130706433`, `0x7f.1`, `0177.0.0.1`).
fn address(host: &str) -> Option<IpAddr> {
    if let Ok(address) = without_zone(host).parse() {
        return Some(address);
    }
    let parts: Vec<u64> = host.split('.').map(number).collect::<Option<_>>()?;
    let (last, leading) = parts.split_last()?;
    let room = 8 * 4_usize.checked_sub(leading.len())?;
    if room == 0 || leading.iter().any(|part| *part > 255) || *last >> room != 0 {
        return None;
    }
    let high = leading.iter().enumerate().map(|(at, part)| part << (24 - 8 * at)).sum::<u64>();
    Some(IpAddr::V4(Ipv4Addr::from((high | last) as u32)))
}

fn number(text: &str) -> Option<u64> {
    let (digits, base) = match text.as_bytes() {
        [b'0', b'x' | b'X', ..] => (&text[2..], 16),
        [b'0', _, ..] => (&text[1..], 8),
        _ => (text, 10),
    };
    let is_number = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    u64::from_str_radix(digits, base).ok().filter(|_| is_number)
}

/// Without the zone of a scoped address (`fe80::1%eth0`).
fn without_zone(host: &str) -> &str {
    host.split_once('%').map_or(host, |(address, _)| address)
}

#[cfg(test)]
mod tests {
    use super::is_dangerous;

    #[test]
    fn the_machine_and_its_network_are_dangerous_in_every_spelling() {
        for host in [
            "localhost",
            "127.0.0.1",
            "127.1",
            "2130706433",
            "0x7f000001",
            "0177.0.0.1",
            "0",
            "::1",
            "::ffff:10.0.0.1",
            "64:ff9b::a9fe:a9fe",
            "169.254.169.254",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "100.100.100.200",
            "fd00:ec2::254",
            "fe80::1%eth0",
            "metadata.google.internal",
            "redis",
            "a.localhost",
            "10.0.0.1.nip.io",
            "x.oastify.com",
            "localhost.",
        ] {
            assert!(is_dangerous(host), "{host}");
        }
    }

    #[test]
    fn public_hosts_are_not() {
        for host in [
            "example.com",
            "8.8.8.8",
            "1.1",
            "2606:4700::1111",
            "localhost.example.com",
            "internal.example.com",
            "172.32.0.1",
            "192.169.0.1",
            "",
            "999.1.1.1",
            "0x.example.org",
            "mylocal.net",
        ] {
            assert!(!is_dangerous(host), "{host}");
        }
    }
}
