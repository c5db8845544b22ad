//! The configurations that are in force here, and how an answer changes them: all of it, or nothing.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde::Deserialize;

use crate::answer::Answer;
use crate::path::Path;
use crate::signature;
use crate::trust::{Signed, Trust};

/// Configurations of one client.
const MOST_CONFIGS: usize = 1_000;
/// Bytes of all of them.
const MOST_BYTES: u64 = 64 << 20;
/// Bytes of what the backend wants to be given back with each question.
const MOST_STATE: usize = 64 << 10;

/// One configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// `datadog/<organisation>/<product>/<id>/<name>`.
    pub path: String,
    /// What it is about.
    pub product: String,
    /// Which of several.
    pub id: String,
    /// Its version, which the backend counts.
    pub version: u64,
    /// SHA-256 of the content.
    pub hash: String,
    /// The content.
    pub content: Arc<[u8]>,
}

/// What became of a configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It has come.
    Unacknowledged = 1,
    /// It is in force.
    Applied = 2,
    /// It can't be.
    Error = 3,
}

/// What became of a configuration, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// What became of it.
    pub state: State,
    /// What is wrong with it.
    pub error: String,
}

impl Default for Verdict {
    fn default() -> Self {
        Verdict { state: State::Unacknowledged, error: String::new() }
    }
}

#[derive(Deserialize)]
struct Targets {
    version: u64,
    #[serde(default)]
    targets: HashMap<String, Target>,
    #[serde(default)]
    custom: TargetsCustom,
}

#[derive(Default, Deserialize)]
struct TargetsCustom {
    opaque_backend_state: Option<String>,
}

#[derive(Clone, Deserialize)]
struct Target {
    length: u64,
    hashes: HashMap<String, String>,
    #[serde(default)]
    custom: TargetCustom,
}

#[derive(Clone, Default, Deserialize)]
struct TargetCustom {
    #[serde(default)]
    v: u64,
}

/// The configurations of this client.
pub struct Repository {
    pub(crate) trust: Trust,
    pub(crate) targets_version: u64,
    pub(crate) backend_state: String,
    configs: BTreeMap<String, Config>,
    verdicts: HashMap<String, Verdict>,
}

impl Repository {
    /// Nothing yet.
    pub fn new(trust: Trust) -> Repository {
        Repository {
            trust,
            targets_version: 0,
            backend_state: String::new(),
            configs: BTreeMap::new(),
            verdicts: HashMap::new(),
        }
    }

    /// The configurations, by path.
    pub fn configs(&self) -> impl Iterator<Item = &Config> {
        self.configs.values()
    }

    /// What became of one.
    pub fn verdict(&self, path: &str) -> Verdict {
        self.verdicts.get(path).cloned().unwrap_or_default()
    }

    /// Notes what became of one that is here.
    pub fn judge(&mut self, path: &str, verdict: Verdict) {
        if self.configs.contains_key(path) {
            self.verdicts.insert(path.to_owned(), verdict);
        }
    }

    /// Takes an answer; `now` is the time in UTC (RFC 3339). True if configurations came, changed or went.
    ///
    /// # Errors
    /// If something in it can't be believed or understood; then nothing has changed.
    pub fn update(&mut self, body: &[u8], now: &str) -> Result<bool, String> {
        let answer = Answer::parse(body)?;
        let mut trust = self.trust.clone();
        answer.roots.iter().try_for_each(|root| trust.take_root(root, now))?;
        let Some(json) = &answer.targets else {
            self.trust = trust;
            return Ok(false);
        };
        let document: Signed = serde_json::from_slice(json).map_err(|error| format!("targets: {error}"))?;
        trust.check_targets(&document, now)?;
        let targets: Targets =
            serde_json::from_value(document.signed).map_err(|error| format!("targets: {error}"))?;
        if targets.version < self.targets_version {
            let known = self.targets_version;
            return Err(format!("targets: version {} is older than {known}", targets.version));
        }
        let state = targets.custom.opaque_backend_state.clone().unwrap_or_default();
        if state.len() > MOST_STATE {
            return Err(format!("targets: a state of {} bytes, {MOST_STATE} are taken", state.len()));
        }
        let configs = self.chosen(answer.mine, &targets, answer.files)?;
        let changed = configs != self.configs;
        let told = |path: &String| (path.clone(), self.verdict_for(path, &configs));
        self.verdicts = configs.keys().map(told).collect();
        self.configs = configs;
        self.trust = trust;
        self.targets_version = targets.version;
        self.backend_state = state;
        Ok(changed)
    }

    /// The verdict on a configuration stands as long as its content does.
    fn verdict_for(&self, path: &str, configs: &BTreeMap<String, Config>) -> Verdict {
        let same =
            self.configs.get(path).map(|config| &config.hash) == configs.get(path).map(|config| &config.hash);
        if same {
            self.verdict(path)
        } else {
            Verdict::default()
        }
    }

    fn chosen(
        &self,
        mine: Vec<String>,
        targets: &Targets,
        files: Vec<(String, Vec<u8>)>,
    ) -> Result<BTreeMap<String, Config>, String> {
        if mine.len() > MOST_CONFIGS {
            return Err(format!("{} configurations, {MOST_CONFIGS} are taken", mine.len()));
        }
        let files: HashMap<String, Vec<u8>> = files.into_iter().collect();
        let mut chosen = BTreeMap::new();
        let mut bytes = 0_u64;
        for path in mine {
            let target =
                targets.targets.get(&path).ok_or_else(|| format!("{path}: it is not among the targets"))?;
            bytes = bytes.saturating_add(target.length);
            if bytes > MOST_BYTES {
                return Err(format!("more than {MOST_BYTES} bytes"));
            }
            let config = self.config(&path, target, files.get(&path))?;
            chosen.insert(path, config);
        }
        Ok(chosen)
    }

    /// One configuration: as it is here already, or out of a file that has come.
    fn config(&self, path: &str, target: &Target, file: Option<&Vec<u8>>) -> Result<Config, String> {
        let hash = target.hashes.get("sha256").ok_or_else(|| format!("{path}: it has no SHA-256"))?;
        let known = self.configs.get(path);
        if let Some(known) = known {
            let version = target.custom.v;
            if version < known.version {
                return Err(format!("{path}: version {version} is older than {}", known.version));
            }
            if known.hash == hash.to_ascii_lowercase() && known.content.len() as u64 == target.length {
                return Ok(Config { version, ..known.clone() });
            }
        }
        let content = file.ok_or_else(|| format!("{path}: its file is missing"))?;
        if content.len() as u64 != target.length {
            return Err(format!("{path}: {} bytes where {} were announced", content.len(), target.length));
        }
        let found = signature::sha256(content);
        if found != hash.to_ascii_lowercase() {
            return Err(format!("{path}: its SHA-256 is {found}, {hash:.64} was announced"));
        }
        let named =
            Path::parse(path).ok_or_else(|| format!("{path:.200}: not the path of a configuration"))?;
        Ok(Config {
            path: path.to_owned(),
            product: named.product.to_owned(),
            id: named.id.to_owned(),
            version: target.custom.v,
            hash: found,
            content: content.as_slice().into(),
        })
    }
}
