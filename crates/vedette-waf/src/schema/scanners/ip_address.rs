//! Addresses on the internet. Those of machines of one's own say nothing of anybody.

use std::net::IpAddr;

use crate::schema::classes::{personal, Class};

pub fn scan(text: &str) -> Option<Class> {
    if text.len() > 45 || !text.contains(['.', ':']) {
        return None;
    }
    let is_public = match text.parse().ok()? {
        IpAddr::V4(address) => {
            !(address.is_loopback()
                || address.is_private()
                || address.is_unspecified()
                || address.is_link_local())
        }
        IpAddr::V6(address) => !(address.is_loopback() || address.is_unspecified()),
    };
    is_public.then(|| personal("ip_address"))
}
