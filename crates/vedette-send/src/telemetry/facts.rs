//! What a process knows of itself. Written by the application's threads, read by the worker; without locks, since the
//! process may fork at any moment.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::Arc;

use arc_swap::ArcSwap;
use serde_json::{json, Value};

/// Entries of each kind that are kept; a process that changes its settings all day must not grow by it.
const MOST: usize = 4_096;
/// Errors that are kept.
const MOST_TROUBLES: usize = 50;

/// Facts that only become more.
#[derive(Default)]
pub struct Facts {
    configuration: ArcSwap<Vec<Value>>,
    integrations: ArcSwap<Vec<Integration>>,
    loaded: ArcSwap<Loaded>,
    endpoints: ArcSwap<Vec<Value>>,
    troubles: ArcSwap<Vec<Value>>,
    protected: AtomicBool,
    dropped: AtomicU64,
}

/// What became of an integration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Integration {
    /// Its name.
    pub name: String,
    /// Version of the library; empty if it is not known.
    pub version: String,
    /// Whether it was put to work without being asked for by name.
    pub automatic: bool,
    /// Why it leaves the library alone; empty if it does not.
    pub error: String,
}

/// What was imported, and from where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Loaded {
    /// Top-level names of the modules that are loaded.
    pub modules: Vec<String>,
    /// Folders that modules are imported from.
    pub paths: Vec<String>,
}

impl Facts {
    /// Begins anew: the process was configured, perhaps not for the first time.
    pub fn configure(&self, entries: Vec<Value>) {
        self.lose(entries.len().saturating_sub(MOST));
        self.configuration.store(Arc::new(numbered(Vec::new(), entries)));
    }

    /// Takes settings that changed while the process runs.
    pub fn changed(&self, entries: &[Value]) {
        let known = self.configuration.rcu(|known| numbered(known.to_vec(), entries.to_vec()));
        self.lose((known.len() + entries.len()).saturating_sub(MOST));
    }

    /// Takes what became of an integration.
    pub fn integrated(&self, integration: &Integration) {
        let known = self.integrations.rcu(|known| {
            let mut all = known.to_vec();
            if all.len() < MOST && !all.contains(integration) {
                all.push(integration.clone());
            }
            all
        });
        self.lose(usize::from(known.len() >= MOST && !known.contains(integration)));
    }

    /// Takes endpoints that an application has.
    pub fn has(&self, endpoints: &[Value]) {
        let known = self.endpoints.rcu(|known| {
            let mut all = known.to_vec();
            all.extend(endpoints.iter().take(MOST.saturating_sub(known.len())).cloned());
            all
        });
        self.lose((known.len() + endpoints.len()).saturating_sub(MOST));
    }

    /// Takes what is loaded now.
    pub fn observed(&self, loaded: Loaded) {
        self.loaded.store(Arc::new(loaded));
    }

    /// Takes whether the application is protected now.
    pub fn protects(&self, protected: bool) {
        self.protected.store(protected, Relaxed);
    }

    pub(super) fn is_protected(&self) -> bool {
        self.protected.load(Relaxed)
    }

    /// Takes an error within the library itself, at `time` in seconds since the epoch.
    pub fn troubled(&self, message: &str, stack: &str, time: u64) {
        let known = self.troubles.rcu(|known| {
            let mut all = known.to_vec();
            if all.len() < MOST_TROUBLES {
                all.push(
                    json!({"message": message, "level": "ERROR", "stack_trace": stack, "tracer_time": time}),
                );
            }
            all
        });
        self.lose(usize::from(known.len() >= MOST_TROUBLES));
    }

    /// Counts what is never told, since there was no room for it, or since the Agent refused it.
    pub(super) fn lose(&self, count: usize) {
        self.dropped.fetch_add(count as u64, Relaxed);
    }

    /// How much of what there was to tell never will be: entries, counts, refused messages.
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Relaxed)
    }

    pub(super) fn troubles(&self) -> Arc<Vec<Value>> {
        self.troubles.load_full()
    }

    pub(super) fn configuration(&self) -> Arc<Vec<Value>> {
        self.configuration.load_full()
    }

    pub(super) fn integrations(&self) -> Arc<Vec<Integration>> {
        self.integrations.load_full()
    }

    pub(super) fn endpoints(&self) -> Arc<Vec<Value>> {
        self.endpoints.load_full()
    }

    pub(super) fn loaded(&self) -> Arc<Loaded> {
        self.loaded.load_full()
    }
}

/// `known` and `new`, each entry with its number (`seq_id`), from 1.
fn numbered(mut known: Vec<Value>, new: Vec<Value>) -> Vec<Value> {
    for mut entry in new {
        if known.len() < MOST && entry.is_object() {
            entry["seq_id"] = (known.len() + 1).into();
            known.push(entry);
        }
    }
    known
}

impl Integration {
    pub(super) fn json(&self) -> Value {
        let fine = self.error.is_empty();
        let text = |text: &str| if text.is_empty() { Value::Null } else { text.into() };
        json!({
            "name": self.name,
            "version": text(&self.version),
            "enabled": fine,
            "compatible": fine,
            "auto_enabled": self.automatic,
            "error": text(&self.error),
        })
    }
}
