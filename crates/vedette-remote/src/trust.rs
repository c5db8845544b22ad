//! Whose word counts: the keys that the user gave, and those that documents signed by them name (The Update Framework,
//! sections 4.3 and 5.3).

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{canonical, encoding, moment, signature};

/// Signatures of one document that are looked at.
const MOST_SIGNATURES: usize = 32;

/// A document and who signed it.
#[derive(Deserialize)]
pub(crate) struct Signed {
    #[serde(default)]
    signatures: Vec<Signature>,
    pub(crate) signed: Value,
}

#[derive(Deserialize)]
struct Signature {
    #[serde(default)]
    sig: String,
}

/// Keys of which some have to sign.
#[derive(Clone, Debug, Default)]
struct Role {
    keys: Vec<Vec<u8>>,
    threshold: usize,
}

/// The keys that are trusted. Without any, documents are taken unsigned.
#[derive(Clone, Debug)]
pub struct Trust {
    root: Role,
    targets: Role,
    root_version: u64,
    checks: bool,
}

impl Trust {
    /// Trusts these public keys (64 hexadecimal digits each).
    ///
    /// # Errors
    /// When one is no such key; the text says which.
    pub fn new(keys: &[String]) -> Result<Trust, String> {
        let read = |key: &String| {
            encoding::from_hex(key.trim())
                .filter(|bytes| bytes.len() == 32)
                .ok_or_else(|| format!("not an Ed25519 public key of 64 hexadecimal digits: {key:?}"))
        };
        let keys: Vec<Vec<u8>> = keys.iter().map(read).collect::<Result<_, _>>()?;
        let role = Role { keys, threshold: 1 };
        let checks = !role.keys.is_empty();
        Ok(Trust { root: role.clone(), targets: role, root_version: 1, checks })
    }

    /// Version of the newest root document that was taken.
    pub(crate) fn root_version(&self) -> u64 {
        self.root_version
    }

    /// Takes a root document, which names the keys that count from now on. Older ones are passed over.
    pub(crate) fn take_root(&mut self, json: &[u8], now: &str) -> Result<(), String> {
        let document: Signed = serde_json::from_slice(json).map_err(|error| format!("root: {error}"))?;
        let root = &document.signed;
        let version = root["version"].as_u64().ok_or("root: it has no version")?;
        if version < self.root_version || (version == self.root_version && !self.checks) {
            return Ok(());
        }
        if self.checks {
            self.root.check(&document, "root")?;
            is_a(root, "root")?;
            fresh(root, "root", now)?;
            let (own, targets) = (role(root, "root")?, role(root, "targets")?);
            own.check(&document, "root")?;
            (self.root, self.targets) = (own, targets);
        }
        self.root_version = version;
        Ok(())
    }

    /// Whether the list of targets may be believed.
    pub(crate) fn check_targets(&self, document: &Signed, now: &str) -> Result<(), String> {
        if !self.checks {
            return Ok(());
        }
        self.targets.check(document, "targets")?;
        is_a(&document.signed, "targets")?;
        fresh(&document.signed, "targets", now)
    }
}

impl Role {
    fn check(&self, document: &Signed, what: &str) -> Result<(), String> {
        let message =
            canonical::write(&document.signed).ok_or_else(|| format!("{what}: it can't be signed"))?;
        let signatures: Vec<Vec<u8>> = document
            .signatures
            .iter()
            .take(MOST_SIGNATURES)
            .filter_map(|signature| encoding::from_hex(&signature.sig))
            .collect();
        let has_signed = |key: &&Vec<u8>| {
            signatures.iter().any(|one| signature::is_signed_by(key, message.as_bytes(), one))
        };
        let count = self.keys.iter().filter(has_signed).count();
        if count >= self.threshold.max(1) {
            return Ok(());
        }
        Err(format!("{what}: signed by {count} of the trusted keys, {} needed", self.threshold.max(1)))
    }
}

/// The keys of a role in a root document.
fn role(root: &Value, name: &str) -> Result<Role, String> {
    let role = &root["roles"][name];
    let threshold = role["threshold"].as_u64().filter(|threshold| *threshold > 0);
    let ids = role["keyids"].as_array();
    let (Some(threshold), Some(ids), Some(known)) = (threshold, ids, root["keys"].as_object()) else {
        return Err(format!("root: it has no role {name}"));
    };
    let mut keys: Vec<Vec<u8>> =
        ids.iter().filter_map(Value::as_str).filter_map(|id| key(known, id)).collect();
    keys.sort_unstable();
    keys.dedup(); // one key under two names signs once
    Ok(Role { keys, threshold: threshold as usize })
}

fn key(known: &Map<String, Value>, id: &str) -> Option<Vec<u8>> {
    let key = known.get(id).filter(|key| key["keytype"] == "ed25519")?;
    encoding::from_hex(key["keyval"]["public"].as_str()?)
}

/// A document says what it is: one of another role must never be taken for it, whoever signed it.
fn is_a(document: &Value, what: &str) -> Result<(), String> {
    match document["_type"].as_str() {
        Some(kind) if kind.eq_ignore_ascii_case(what) => Ok(()),
        Some(kind) => Err(format!("{what}: it calls itself {kind:.40}")),
        None => Err(format!("{what}: it does not say what it is")),
    }
}

fn fresh(document: &Value, what: &str, now: &str) -> Result<(), String> {
    let now = moment::seconds(now).ok_or("the time is not known")?;
    let Some(until) = document["expires"].as_str() else {
        return Err(format!("{what}: it does not say until when it is good"));
    };
    match moment::seconds(until) {
        Some(end) if end >= now => Ok(()),
        Some(_) => Err(format!("{what}: it was good until {until:.40}")),
        None => Err(format!("{what}: until {until:.40} is no moment in UTC")),
    }
}
