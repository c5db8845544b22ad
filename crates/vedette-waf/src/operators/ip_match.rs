//! `ip_match`: the text is an address of a list of addresses and networks (RFC 4632 notation), of either family.

use std::net::{IpAddr, Ipv6Addr};
use std::ops::Range;

use foldhash::HashMap;

use super::expiry::counts;
use super::TextOperator;

type Addresses = HashMap<u128, u64>;

/// Addresses and networks, with the times until which they count; version 4 is kept as version 6 (RFC 4291, 2.5.5.2).
#[derive(Default)]
pub(crate) struct IpMatch {
    /// By mask: there are few of them, however long the list is.
    networks: Vec<(u128, Addresses)>,
}

impl IpMatch {
    /// Reads the list; entries that are no addresses are left out, and returned.
    pub(crate) fn new(list: &[(String, u64)]) -> (Self, Vec<&str>) {
        let mut all = IpMatch::default();
        let mut is_bad = |(entry, until): &&(String, u64)| all.add(entry.trim(), *until).is_none();
        let bad = list.iter().filter(|each| is_bad(each)).map(|(entry, _)| entry.as_str()).collect();
        (all, bad)
    }

    fn add(&mut self, entry: &str, until: u64) -> Option<()> {
        let (address, bits) = match entry.split_once('/') {
            Some((network, bits)) => (network, mask_bits(network, bits)?),
            None => (entry, 128),
        };
        let mask = u128::MAX.checked_shl(128 - bits).unwrap_or(0);
        let known = self.with_mask(mask).entry(number(address)? & mask).or_default();
        *known = until.max(*known);
        Some(())
    }

    fn with_mask(&mut self, mask: u128) -> &mut Addresses {
        let at = self.networks.iter().position(|(known, _)| *known == mask).unwrap_or_else(|| {
            self.networks.push((mask, Addresses::default()));
            self.networks.len() - 1
        });
        &mut self.networks[at].1
    }

    fn contains(&self, address: u128) -> bool {
        let is_in =
            |(mask, all): &(u128, Addresses)| all.get(&(address & mask)).is_some_and(|until| counts(*until));
        self.networks.iter().any(is_in)
    }
}

fn mask_bits(network: &str, bits: &str) -> Option<u32> {
    let bits: u32 = bits.parse().ok()?;
    let bits = if network.contains(':') { bits } else { bits.checked_add(96)? };
    (bits <= 128).then_some(bits)
}

fn number(text: &str) -> Option<u128> {
    let address: IpAddr = text.parse().ok()?;
    Some(match address {
        IpAddr::V4(address) => address.to_ipv6_mapped(),
        IpAddr::V6(address) => address,
    })
    .map(|address: Ipv6Addr| address.to_bits())
}

impl TextOperator for IpMatch {
    fn name(&self) -> &str {
        "ip_match"
    }

    fn find(&self, text: &str) -> Option<Range<usize>> {
        number(text.trim()).filter(|address| self.contains(*address)).map(|_| 0..text.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forever(list: &[&str]) -> Vec<(String, u64)> {
        list.iter().map(|entry| ((*entry).to_owned(), u64::MAX)).collect()
    }

    #[test]
    fn addresses_and_networks_of_both_families_match() {
        let list = ["192.0.2.1", "198.51.100.0/24", "2001:db8::/32", "0.0.0.0/32"];
        let list = IpMatch::new(&forever(&list)).0;
        for address in ["192.0.2.1", "::ffff:192.0.2.1", "198.51.100.77", "2001:db8:1::5", "0.0.0.0"] {
            assert!(list.find(address).is_some(), "{address}");
        }
        for address in ["192.0.2.2", "198.51.101.1", "2001:db9::1", "somewhere", ""] {
            assert!(list.find(address).is_none(), "{address}");
        }
    }

    #[test]
    fn entries_end() {
        let list = [("192.0.2.1".to_owned(), 1_000), ("192.0.2.2".to_owned(), 1 << 60)];
        let list = IpMatch::new(&list).0;
        assert!(list.find("192.0.2.1").is_none());
        assert!(list.find("192.0.2.2").is_some());
    }

    #[test]
    fn bad_entries_are_left_out() {
        let bad = ["nowhere", "1.2.3.4/33", "1.2.3.4/-1", "::/129", "1.2.3.4/"];
        let list = forever(&[&bad[..], &["192.0.2.1"]].concat());
        let (list, left_out) = IpMatch::new(&list);
        assert_eq!((list.find("192.0.2.1"), left_out), (Some(0..9), bad.to_vec()));
    }
}
