//! The WAF as Python sees it: rules, and the inspection of one request.

mod builder;
mod finding;
mod inspection;
mod rules;
mod totals;
mod turn;

use pyo3::prelude::*;

pub(crate) use builder::Builder;
pub use inspection::Inspection;
pub use rules::Rules;

/// The client's address: the first public one among the values of headers in `named`, else `peer` if it is public,
/// else the first at all, else `peer`.
#[pyfunction]
#[pyo3(signature = (named, peer))]
pub fn client_address(named: Vec<String>, peer: Option<&str>) -> Option<String> {
    vedette_waf::client_address(named.iter().map(String::as_str), peer)
}
