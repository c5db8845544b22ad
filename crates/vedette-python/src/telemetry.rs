//! What the process knows of itself, for the telemetry that the sender's thread tells the Agent.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString};
use vedette_model::clock;
use vedette_send::{Facts, Integration, Loaded, Telemetry};

use crate::configure::Options;
use crate::json;

static FACTS: LazyLock<Arc<Facts>> = LazyLock::new(Arc::default);
/// Whether anything is told at all.
static ON: AtomicBool = AtomicBool::new(false);
/// When the loaded modules are to be looked at again, by the monotonic clock.
static LOOK_AT: AtomicU64 = AtomicU64::new(0);
/// How many there were.
static SEEN: AtomicUsize = AtomicUsize::new(0);
/// Nanoseconds between two looks.
const PAUSE: u64 = 10_000_000_000;

/// The settings of telemetry, from the dictionary that `vedette.lifecycle` makes; None where nothing is told.
pub fn settings(options: &Options<'_, '_>) -> PyResult<Option<Telemetry>> {
    let dict = options.maybe::<Bound<'_, PyDict>>("telemetry")?;
    ON.store(dict.is_some(), Relaxed);
    let Some(dict) = dict else { return Ok(None) };
    let options = Options(&dict);
    let entries: Vec<Bound<'_, PyAny>> = options.get("configuration")?;
    FACTS.configure(entries.iter().map(json::plain).collect());
    FACTS.protects(options.get("protection")?);
    LOOK_AT.store(0, Relaxed);
    let seconds =
        |name: &str| options.get::<f64>(name).map(|s| Duration::from_secs_f64(s.clamp(1.0, 31_536_000.0)));
    Ok(Some(Telemetry {
        facts: Arc::clone(&FACTS),
        heartbeat: seconds("heartbeat")?,
        extended: seconds("extended_heartbeat")?,
        metrics: options.get("metrics")?,
        dependencies: options.get("dependencies")?,
        logs: options.get("logs")?,
        #[cfg(unix)]
        on_crash: options.get::<bool>("crashes")?.then_some(crate::crash::watch as fn(_)),
        install: options
            .maybe::<(String, String, String)>("install")?
            .map(|(id, kind, time)| [id, kind, time]),
    }))
}

/// Notes what became of an integration: `version` of its library, whether it was put to work without being asked for by
/// name, and why it leaves its library alone, if it does.
#[pyfunction]
#[pyo3(signature = (name, version=None, automatic=true, error=None))]
pub fn note_integration(name: &str, version: Option<&str>, automatic: bool, error: Option<&str>) {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    FACTS.integrated(&Integration {
        name: name.to_owned(),
        version: text(version),
        automatic,
        error: text(error),
    });
}

/// Notes settings that changed at run time: dictionaries with `name`, `value` and `origin`.
#[pyfunction]
pub fn note_settings(entries: Vec<Bound<'_, PyAny>>) {
    if !ON.load(Relaxed) {
        return;
    }
    FACTS.changed(&entries.iter().map(json::plain).collect::<Vec<_>>());
}

/// Notes whether the application is protected now.
#[pyfunction]
pub fn note_protection(protected: bool) {
    FACTS.protects(protected);
}

/// Notes endpoints that an application has: method and path template each; `name` is that of the framework's requests.
#[pyfunction]
pub fn note_endpoints(name: &str, routes: Vec<(String, String)>) {
    let told = |(method, path): &(String, String)| {
        serde_json::json!({
            "method": method,
            "path": path,
            "operation_name": name,
            "resource_name": format!("{method} {path}"),
            "request_body_type": null,
            "response_body_type": null,
            "response_code": null,
        })
    };
    FACTS.has(&routes.iter().map(told).collect::<Vec<_>>());
}

/// Notes an error within vedette.
#[pyfunction]
pub fn note_trouble(message: &str, stack: &str) {
    FACTS.troubled(message, stack, clock::unix() / 1_000_000_000);
}

/// How much of what there was to tell never will be told.
pub fn dropped() -> u64 {
    FACTS.dropped()
}

/// Looks now and then which modules are loaded. Called where a trace is finished: no Python code is run for it.
#[inline]
pub fn observe() {
    if !ON.load(Relaxed) {
        return;
    }
    let now = clock::monotonic();
    if now >= LOOK_AT.load(Relaxed) {
        LOOK_AT.store(now.saturating_add(PAUSE), Relaxed);
        Python::try_attach(look);
    }
}

#[cold]
fn look(py: Python<'_>) {
    let Some((modules, path)) = tables(py) else { return };
    if SEEN.swap(modules.len(), Relaxed) == modules.len() {
        return;
    }
    let text = |object: &Bound<'_, PyAny>| object.cast::<PyString>().ok()?.to_str().ok().map(str::to_owned);
    let names = modules.iter().filter_map(|(name, _)| text(&name)).filter(|name| !name.contains('.'));
    let paths = path.iter().filter_map(|folder| text(&folder)).filter(|folder| !folder.is_empty());
    FACTS.observed(Loaded { modules: names.collect(), paths: paths.collect() });
}

/// `sys.modules` and `sys.path`.
fn tables(py: Python<'_>) -> Option<(Bound<'_, PyDict>, Bound<'_, PyList>)> {
    // SAFETY: both give borrowed references, or null, to objects that the interpreter holds; the thread is attached, and
    // a new reference is taken at once.
    let (modules, path) = unsafe {
        (
            Bound::from_borrowed_ptr_or_opt(py, pyo3::ffi::PyImport_GetModuleDict()),
            Bound::from_borrowed_ptr_or_opt(py, pyo3::ffi::PySys_GetObject(c"path".as_ptr())),
        )
    };
    Some((modules?.cast_into().ok()?, path?.cast_into().ok()?))
}
