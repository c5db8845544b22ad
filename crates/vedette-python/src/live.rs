//! What may change while the process runs (remote configuration), beside the sampler's rules: whether traces are sent,
//! and other names for services. Read by every trace, so without a lock: a process may fork at any moment.

use std::sync::{Arc, LazyLock};

use arc_swap::ArcSwap;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use vedette_model::Text;
use vedette_trace::sampling::parse_rules;

use crate::configure::Options;
use crate::core;

/// The settings in force.
pub struct Live {
    /// Whether finished traces are sent.
    pub enabled: bool,
    services: Vec<(Text, Text)>,
}

static LIVE: LazyLock<ArcSwap<Live>> =
    LazyLock::new(|| ArcSwap::from_pointee(Live { enabled: true, services: Vec::new() }));

/// Whether finished traces are sent.
#[inline]
pub fn enabled() -> bool {
    LIVE.load().enabled
}

/// The name that a service goes by.
pub fn rename(service: &mut Text) {
    let live = LIVE.load();
    if let Some((_, name)) = live.services.iter().find(|(from, _)| from == service) {
        service.clone_from(name);
    }
}

/// Puts in force what `options` say.
pub fn set(options: &Options<'_, '_>) -> PyResult<()> {
    let services: Vec<(String, String)> = options.get("service_mapping")?;
    let services = services.iter().map(|(from, to)| (Text::new(from), Text::new(to))).collect();
    LIVE.store(Arc::new(Live { enabled: options.get("enabled")?, services }));
    Ok(())
}

/// Changes what may change at run time. Returns warnings about entries that were skipped.
///
/// Raises ValueError for options that are missing or of the wrong type.
#[pyfunction]
pub fn reconfigure(options: &Bound<'_, PyDict>) -> PyResult<Vec<String>> {
    let options = Options(options);
    let mut warnings = Vec::new();
    let rules = options.maybe::<String>("remote_sampling_rules")?;
    let rules = rules.map(|json| crate::configure::keep(parse_rules(&json), &mut warnings));
    let rate = options.maybe("remote_sample_rate")?;
    let tags: Vec<(String, String)> = options.get("tags")?;
    set(&options)?;
    let core = core::core();
    core.sampler.set_remote(rules, rate);
    core.describe(tags);
    Ok(warnings)
}
