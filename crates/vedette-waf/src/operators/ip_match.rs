//! `ip_match`: the text is an address of a list of addresses and networks (RFC 4632 notation), of either family.

use std::net::{IpAddr, Ipv6Addr};
use std::ops::Range;

use foldhash::HashSet;

use super::TextOperator;

/// Single addresses and networks; version 4 is kept as version 6 (RFC 4291, 2.5.5.2).
#[derive(Default)]
pub(crate) struct IpMatch {
    addresses: HashSet<u128>,
    networks: Vec<(u128, u128)>,
}

impl IpMatch {
    /// Reads the list; an entry that is no address is an error.
    pub(crate) fn new(list: &[String]) -> Result<Self, String> {
        let mut all = IpMatch::default();
        for entry in list {
            all.add(entry).ok_or_else(|| format!("not an address or network: {entry:?}"))?;
        }
        Ok(all)
    }

    fn add(&mut self, entry: &str) -> Option<()> {
        let Some((network, bits)) = entry.trim().split_once('/') else {
            self.addresses.insert(number(entry.trim())?);
            return Some(());
        };
        let bits: u32 = bits.parse().ok()?;
        let bits = if network.contains(':') { bits } else { bits.checked_add(96)? };
        let mask = u128::MAX.checked_shl(128u32.checked_sub(bits)?).unwrap_or(0);
        self.networks.push((number(network)? & mask, mask));
        Some(())
    }

    fn contains(&self, address: u128) -> bool {
        self.addresses.contains(&address)
            || self.networks.iter().any(|(network, mask)| address & mask == *network)
    }
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
    fn name(&self) -> &'static str {
        "ip_match"
    }

    fn find(&self, text: &str) -> Option<Range<usize>> {
        number(text.trim()).filter(|address| self.contains(*address)).map(|_| 0..text.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_networks_of_both_families_match() {
        let list = ["192.0.2.1", "198.51.100.0/24", "2001:db8::/32", "0.0.0.0/32"].map(String::from);
        let list = IpMatch::new(&list).unwrap();
        for address in ["192.0.2.1", "::ffff:192.0.2.1", "198.51.100.77", "2001:db8:1::5", "0.0.0.0"] {
            assert!(list.find(address).is_some(), "{address}");
        }
        for address in ["192.0.2.2", "198.51.101.1", "2001:db9::1", "somewhere", ""] {
            assert!(list.find(address).is_none(), "{address}");
        }
    }

    #[test]
    fn bad_entries_are_errors() {
        for entry in ["nowhere", "1.2.3.4/33", "1.2.3.4/-1", "::/129", "1.2.3.4/"] {
            assert!(IpMatch::new(&[entry.to_owned()]).is_err(), "{entry}");
        }
    }
}
