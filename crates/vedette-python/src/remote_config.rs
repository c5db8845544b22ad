//! Remote configuration as Python sees it: a client per process, and who is called when something changed.
//!
//! The client's thread has the interpreter only while a change is applied. There is no lock that its thread and the
//! application's would take both: a fork copies whatever it finds, and nobody would ever give such a lock back.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use pyo3::exceptions::{PyOSError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use vedette_model::{ids, Chunk};
use vedette_remote::{Applied, Config, Handle, Host, Offer, Settings, State, Tracer, Trust, Verdict};
use vedette_send::Courier;

use crate::configure::Options;
use crate::{json, process};

/// Longest that the end of a process waits for a change that is being applied.
const PATIENCE: Duration = Duration::from_millis(200);
/// Names of services that are told beside the process's own.
const MOST_SERVICES: usize = 64;
/// Bytes of an answer to what is posted.
const MOST_ANSWER: u64 = 1 << 20;

/// What the clients of this process and of its children are made of.
struct Watch {
    settings: Settings,
    apply: Py<PyAny>,
}

static WATCHED: AtomicBool = AtomicBool::new(false);
/// Generation of the process whose client was started.
static AWAKE: AtomicU64 = AtomicU64::new(u64::MAX);
static WATCH: ArcSwapOption<Watch> = ArcSwapOption::const_empty();
static CLIENT: ArcSwapOption<Asking> = ArcSwapOption::const_empty();
/// Names of services of which this process has finished traces.
static SERVICES: ArcSwapOption<Vec<String>> = ArcSwapOption::const_empty();

/// A client, and the generation of the process that it belongs to.
struct Asking {
    generation: u64,
    handle: Handle,
}

/// The client of this process, if it has one: a parent's is not its own.
fn client() -> Option<Arc<Asking>> {
    CLIENT.load_full().filter(|client| client.generation == ids::generation())
}

/// A trace has finished: the first one of a process starts its client.
#[inline]
pub fn wake(chunk: &Chunk) {
    if !WATCHED.load(Relaxed) {
        return;
    }
    if let Some(root) = chunk.spans.first().filter(|root| !root.service.is_empty()) {
        note_service(root.service.as_str());
    }
    if AWAKE.load(Relaxed) != ids::generation() {
        start();
    }
}

fn note_service(name: &str) {
    let known = SERVICES.load();
    let is_news = known
        .as_ref()
        .is_none_or(|names| names.len() < MOST_SERVICES && !names.iter().any(|known| known == name));
    if is_news {
        drop(known);
        SERVICES.rcu(|known| {
            let mut names = known.as_ref().map_or_else(Vec::new, |names| names.to_vec());
            if names.len() < MOST_SERVICES && !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
            Some(Arc::new(names))
        });
    }
}

#[cold]
fn start() {
    AWAKE.store(ids::generation(), Relaxed);
    let Some(watch) = WATCH.load_full() else { return };
    let mut settings = watch.settings.clone();
    settings.tracer.runtime_id = process::runtime_id();
    let own = settings.tracer.service.clone();
    let Ok(handle) = vedette_remote::start(settings, Box::new(Interpreter { watch, own })) else { return };
    // The parent's client may have been copied in the middle of anything: it is left alone, not dropped.
    std::mem::forget(CLIENT.swap(Some(Arc::new(Asking { generation: ids::generation(), handle }))));
}

/// Ends the client of this process, if there is one; another trace does not start it again.
pub fn stop(py: Python<'_>) {
    AWAKE.store(ids::generation(), Relaxed);
    if let Some(client) = client() {
        py.detach(|| client.handle.stop(PATIENCE));
    }
}

/// Python on the client's thread.
struct Interpreter {
    watch: Arc<Watch>,
    own: String,
}

impl Host for Interpreter {
    fn apply(&mut self, configs: &[Config]) -> Option<Applied> {
        let applied = Python::try_attach(|py| match told(py, &self.watch.apply, configs) {
            Ok(applied) => applied,
            Err(error) => {
                let error = error.to_string();
                let verdict = |config: &Config| {
                    (config.path.clone(), Verdict { state: State::Error, error: error.clone() })
                };
                Applied { verdicts: configs.iter().map(verdict).collect(), offer: None }
            }
        });
        applied
    }

    fn extra_services(&mut self) -> Vec<String> {
        let services = SERVICES.load_full();
        services.iter().flat_map(|names| names.iter()).filter(|name| **name != self.own).cloned().collect()
    }
}

type Told = (Vec<(String, String)>, Option<(Vec<String>, Vec<u8>)>);

fn told(py: Python<'_>, apply: &Py<PyAny>, configs: &[Config]) -> PyResult<Applied> {
    let configs: Vec<RemoteConfig> = configs.iter().cloned().map(|config| RemoteConfig { config }).collect();
    let (verdicts, offer): Told = apply.call1(py, (configs,))?.extract(py)?;
    let verdict = |(path, error): (String, String)| {
        let state = if error.is_empty() { State::Applied } else { State::Error };
        (path, Verdict { state, error })
    };
    Ok(Applied {
        verdicts: verdicts.into_iter().map(verdict).collect(),
        offer: offer.map(|(products, capabilities)| Offer { products, capabilities }),
    })
}

/// One remote configuration.
#[pyclass(frozen, module = "vedette._native")]
pub struct RemoteConfig {
    config: Config,
}

#[pymethods]
impl RemoteConfig {
    /// Its path, which is unique.
    #[getter]
    fn path(&self) -> &str {
        &self.config.path
    }

    /// What it is about, such as `ASM_DATA`.
    #[getter]
    fn product(&self) -> &str {
        &self.config.product
    }

    /// Which of several of a product.
    #[getter]
    fn id(&self) -> &str {
        &self.config.id
    }

    /// Its version.
    #[getter]
    fn version(&self) -> u64 {
        self.config.version
    }

    /// SHA-256 of the content, in hexadecimal digits.
    #[getter]
    fn hash(&self) -> &str {
        &self.config.hash
    }

    /// The content as it came.
    #[getter]
    fn content<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.config.content)
    }

    /// The content, which is JSON. Raises ValueError where it is not.
    fn value<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let parsed = py.detach(|| serde_json::from_slice(&self.config.content));
        let value: serde_json::Value = parsed.map_err(|error| PyValueError::new_err(error.to_string()))?;
        json::to_python(py, &value)
    }
}

/// Has `apply` called with the configurations of this process whenever they change, from a thread of its own, which the
/// first finished trace of each process starts.
///
/// Raises ValueError for options that are missing, of the wrong type, or that can't be understood.
#[pyfunction]
pub fn watch_remote(options: &Bound<'_, PyDict>, apply: Py<PyAny>) -> PyResult<()> {
    let options = Options(options);
    let trust = Trust::new(&options.get::<Vec<String>>("keys")?).map_err(PyValueError::new_err)?;
    let offer = |products: &str, capabilities: &str| -> PyResult<Offer> {
        Ok(Offer { products: options.get(products)?, capabilities: options.get(capabilities)? })
    };
    let settings = Settings {
        url: options.get("url")?,
        timeout: seconds(options.get("timeout")?),
        interval: seconds(options.get("interval")?),
        trust,
        tracer: tracer(&options)?,
        first: offer("products", "first_capabilities")?,
        offer: offer("products", "capabilities")?,
    };
    WATCH.store(Some(Arc::new(Watch { settings, apply })));
    AWAKE.store(u64::MAX, Relaxed);
    WATCHED.store(true, Relaxed);
    Ok(())
}

fn tracer(options: &Options<'_, '_>) -> PyResult<Tracer> {
    Ok(Tracer {
        runtime_id: String::new(),
        language: "python".to_owned(),
        tracer_version: env!("CARGO_PKG_VERSION").to_owned(),
        service: options.get("service")?,
        env: options.get("env")?,
        app_version: options.get("version")?,
        tags: options.get("tags")?,
    })
}

fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(if seconds.is_finite() { seconds.clamp(0.01, 86_400.0) } else { 86_400.0 })
}

/// Asks no more: what is in force stays.
#[pyfunction]
pub fn unwatch_remote(py: Python<'_>) {
    WATCHED.store(false, Relaxed);
    stop(py);
    WATCH.store(None);
    SERVICES.store(None);
}

/// What the client of this process has done; None if there is none.
#[pyfunction]
pub fn remote_status(py: Python<'_>) -> PyResult<Option<Bound<'_, PyDict>>> {
    let Some(client) = client() else { return Ok(None) };
    let (status, dict) = (client.handle.status(), PyDict::new(py));
    dict.set_item("answers", status.answers.load(Relaxed))?;
    dict.set_item("failures", status.failures.load(Relaxed))?;
    dict.set_item("refused", status.refused.load(Relaxed))?;
    dict.set_item("changes", status.changes.load(Relaxed))?;
    dict.set_item("panics", status.panics.load(Relaxed))?;
    dict.set_item(
        "last_error",
        status.last_error.lock().map_or_else(|_| String::new(), |text| text.clone()),
    )?;
    Ok(Some(dict))
}

/// Posts a body to the backend of remote configuration, without the GIL; the status of the answer.
///
/// Raises OSError if there is none, ValueError for an address that can't be understood.
#[pyfunction]
pub fn post(
    py: Python<'_>,
    url: &str,
    path: &str,
    content_type: &str,
    body: Vec<u8>,
    timeout: f64,
) -> PyResult<u16> {
    let courier = Courier::new(url, seconds(timeout), MOST_ANSWER);
    let courier = courier.map_err(|error| PyValueError::new_err(error.to_string()))?;
    let headers = [("content-type".to_owned(), content_type.to_owned())];
    let answer = py.detach(|| courier.post(path, &headers, &body));
    answer.map(|(status, _)| status).map_err(PyOSError::new_err)
}

/// How many rules of a rule file can be used, and what in it can't, with reasons. Raises ValueError if it is none at all.
#[pyfunction]
pub fn check_rules(py: Python<'_>, content: &[u8]) -> PyResult<(usize, Vec<String>)> {
    py.detach(|| vedette_waf::check(content)).map_err(|error| PyValueError::new_err(error.to_string()))
}
