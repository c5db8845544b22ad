//! Settings from Python in native form.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use vedette_model::Process;
use vedette_send::{Config as SendConfig, Obfuscation, Target, Version};
use vedette_trace::propagation::{Behavior, Config as Propagation, Guard, Style};
use vedette_trace::sampling::{parse_rules, parse_span_rules, Sampler, SamplingConfig};

use crate::core::{self, Core, PerProcess, Sink};
use crate::{json, live, process, telemetry};

/// Reads typed entries out of the dictionary that `vedette.lifecycle` makes.
pub struct Options<'a, 'py>(pub &'a Bound<'py, PyDict>);

impl<'py> Options<'_, 'py> {
    /// The entry of that name.
    pub fn get<T: for<'a> FromPyObject<'a, 'py>>(&self, name: &str) -> PyResult<T> {
        let missing = || PyValueError::new_err(format!("option {name} is missing"));
        let value = self.0.get_item(name)?.ok_or_else(missing)?;
        value.extract::<T>().map_err(|_| PyValueError::new_err(format!("option {name} has the wrong type")))
    }

    /// The same, if it is there and not None.
    pub fn maybe<T: for<'a> FromPyObject<'a, 'py>>(&self, name: &str) -> PyResult<Option<T>> {
        match self.0.get_item(name)? {
            Some(value) if !value.is_none() => self.get(name).map(Some),
            _ => Ok(None),
        }
    }
}

/// Puts settings in force. Returns warnings about entries that were skipped.
///
/// Raises ValueError for options that are missing, of the wrong type, or that can't be understood.
#[pyfunction]
pub fn configure(options: &Bound<'_, PyDict>) -> PyResult<Vec<String>> {
    let options = Options(options);
    let (sampling, warnings) = sampling(&options)?;
    let sampler = Arc::new(Sampler::new(sampling));
    let described = describe(&options)?;
    let (service, env) = (described.service.clone(), described.env.clone());
    live::set(&options)?;
    process::watch_forks();
    core::replace(Core {
        wide_ids: options.get("wide_ids")?,
        partial_min: options.get("partial_flush_min_spans")?,
        service,
        env,
        propagation: propagation(&options)?,
        baggage_tags: options.get("baggage_tag_keys")?,
        sink: sink(&options, described, sampler.clone())?,
        sampler,
        standalone: options.get::<bool>("standalone")?.then(core::heartbeat),
    });
    Ok(warnings)
}

fn sampling(options: &Options<'_, '_>) -> PyResult<(SamplingConfig, Vec<String>)> {
    let mut warnings = Vec::new();
    let mut config = SamplingConfig {
        rate: options.maybe("sample_rate")?,
        rate_limit: options.get("rate_limit")?,
        ..SamplingConfig::default()
    };
    if let Some(json) = options.maybe::<String>("sampling_rules")? {
        config.rules = keep(parse_rules(&json), &mut warnings);
    }
    if let Some(json) = options.maybe::<String>("span_sampling_rules")? {
        config.span_rules = keep(parse_span_rules(&json), &mut warnings);
    }
    Ok((config, warnings))
}

/// What could be read; the rest becomes warnings.
pub fn keep<T>(parsed: Result<(Vec<T>, Vec<String>), String>, warnings: &mut Vec<String>) -> Vec<T> {
    match parsed {
        Ok((rules, skipped)) => {
            warnings.extend(skipped);
            rules
        }
        Err(reason) => {
            warnings.push(reason);
            Vec::new()
        }
    }
}

fn describe(options: &Options<'_, '_>) -> PyResult<Process> {
    Ok(Process {
        service: options.get("service")?,
        env: options.get("env")?,
        version: options.get("version")?,
        hostname: options.get("hostname")?,
        runtime_id: process::runtime_id(),
        pid: std::process::id(),
        language: "python".to_owned(),
        language_version: options.get("language_version")?,
        interpreter: options.get("interpreter")?,
        tracer_version: env!("CARGO_PKG_VERSION").to_owned(),
        tags: options.get("tags")?,
        chunk_tags: options.get("chunk_tags")?,
        container_id: options.get("container_id")?,
        standalone: options.get("standalone")?,
    })
}

fn propagation(options: &Options<'_, '_>) -> PyResult<Propagation> {
    let styles = |name: &str| -> PyResult<Vec<Style>> {
        Ok(options.get::<Vec<String>>(name)?.iter().filter_map(|style| Style::from_name(style)).collect())
    };
    Ok(Propagation {
        extract: styles("propagation_extract")?,
        inject: styles("propagation_inject")?,
        extract_first: options.get("propagation_extract_first")?,
        behavior: Behavior::from_name(&options.get::<String>("propagation_behavior")?).unwrap_or_default(),
        tags_header_max: options.get("tags_header_max")?,
        baggage_items: options.get("baggage_items")?,
        baggage_bytes: options.get("baggage_bytes")?,
        guard: guard(options)?,
    })
}

fn guard(options: &Options<'_, '_>) -> PyResult<Option<Guard>> {
    if !options.get::<bool>("org_guard")? {
        return Ok(None);
    }
    Ok(Some(Guard { strict: options.get("org_guard_strict")?, trusted: options.get("org_guard_trusted")? }))
}

fn sink(options: &Options<'_, '_>, process: Process, sampler: Arc<Sampler>) -> PyResult<Sink> {
    if options.get::<bool>("in_memory")? {
        return Ok(Sink::Memory(Mutex::new(Vec::new())));
    }
    let mut config = SendConfig::new(process, sampler);
    config.queue_bytes = options.get("queue_bytes")?;
    config.stats = options.get("stats")?;
    config.source_lines = options.get("source_lines")?;
    config.obfuscate = Obfuscation {
        sql: options.get("obfuscate_sql")?,
        query_string: options.maybe("query_string_regexp")?,
    };
    config.announcement = options.maybe::<Bound<'_, PyAny>>("announcement")?.map(|told| json::text(&told));
    config.telemetry = telemetry::settings(options)?;
    config.targets = targets(options)?;
    if config.targets.is_empty() {
        return Ok(Sink::Nowhere);
    }
    PerProcess::new(config).map(Box::new).map(Sink::Exporter).map_err(PyValueError::new_err)
}

fn targets(options: &Options<'_, '_>) -> PyResult<Vec<Target>> {
    let timeout = Duration::from_secs_f64(options.get::<f64>("timeout")?.clamp(0.01, 60.0));
    let mut targets = Vec::new();
    if let Some(url) = options.maybe("datadog_url")? {
        let version =
            if options.get::<String>("datadog_version")? == "v0.5" { Version::V05 } else { Version::V04 };
        targets.push(Target::Datadog { url, version, timeout, headers: Vec::new() });
    }
    if let Some(url) = options.maybe("otlp_url")? {
        targets.push(Target::Otlp {
            url,
            logs: options.maybe("otlp_logs_url")?,
            json: options.get("otlp_json")?,
            gzip: options.get("otlp_gzip")?,
            headers: options.get("otlp_headers")?,
            certificate: options.maybe::<PathBuf>("otlp_certificate")?,
            timeout,
        });
    }
    Ok(targets)
}
