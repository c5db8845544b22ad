//! A backend that hands out what a test wants.

#![allow(dead_code, reason = "each test file uses a part of it")]

use base64::engine::general_purpose::STANDARD;
use base64::Engine;
use serde_json::{json, Value};
use vedette_remote::{canonical_json, public_key, sha256, sign};

pub const NOW: &str = "2026-01-01T00:00:00Z";

pub struct Backend {
    pub key: Option<[u8; 32]>,
    pub expires: &'static str,
    pub roots: Vec<String>,
    pub configs: Vec<(String, u64, Vec<u8>)>,
    pub version: u64,
}

impl Default for Backend {
    fn default() -> Self {
        Backend {
            key: None,
            expires: "2099-01-01T00:00:00Z",
            roots: Vec::new(),
            configs: Vec::new(),
            version: 0,
        }
    }
}

impl Backend {
    pub fn put(&mut self, product: &str, id: &str, content: &[u8]) -> String {
        let path = format!("datadog/2/{product}/{id}/config");
        self.put_at(&path, content);
        path
    }

    pub fn put_at(&mut self, path: &str, content: &[u8]) {
        self.remove(path);
        self.configs.push((path.to_owned(), self.version, content.to_vec()));
    }

    pub fn remove(&mut self, path: &str) {
        self.version += 1;
        self.configs.retain(|(known, _, _)| known != path);
    }

    pub fn answer(&self) -> Vec<u8> {
        self.value().to_string().into_bytes()
    }

    pub fn value(&self) -> Value {
        let paths: Vec<&String> = self.configs.iter().map(|(path, _, _)| path).collect();
        let file =
            |(path, _, raw): &(String, u64, Vec<u8>)| json!({ "path": path, "raw": STANDARD.encode(raw) });
        json!({
            "roots": self.roots,
            "targets": self.signed(|_| ()),
            "target_files": self.configs.iter().map(file).collect::<Vec<_>>(),
            "client_configs": paths,
        })
    }

    /// The list of targets, changed before it is signed.
    pub fn signed(&self, change: impl FnOnce(&mut Value)) -> Value {
        let target = |(path, version, raw): &(String, u64, Vec<u8>)| {
            let about = json!({ "custom": { "v": version }, "hashes": { "sha256": sha256(raw) }, "length": raw.len() });
            (path.clone(), about)
        };
        let mut signed = json!({
            "_type": "targets",
            "expires": self.expires,
            "targets": self.configs.iter().map(target).collect::<serde_json::Map<_, _>>(),
            "version": self.version,
        });
        change(&mut signed);
        json!(document(&signed, &self.key.iter().collect::<Vec<_>>()))
    }

    /// The same, each target changed.
    pub fn each(&self, change: fn(&mut Value)) -> Value {
        self.signed(|signed| signed["targets"].as_object_mut().unwrap().values_mut().for_each(change))
    }

    /// A root document that names the keys of both roles.
    pub fn root(&self, version: u64, root: &[u8; 32], targets: &[u8; 32], by: &[&[u8; 32]]) -> String {
        document(&self.root_document(version, root, targets), by)
    }

    /// The same, not signed yet.
    pub fn root_document(&self, version: u64, root: &[u8; 32], targets: &[u8; 32]) -> Value {
        let key = |seed: &[u8; 32]| json!({ "keytype": "ed25519", "keyval": { "public": public_key(seed).unwrap() } });
        json!({
            "_type": "root",
            "version": version,
            "expires": self.expires,
            "keys": { "r": key(root), "t": key(targets) },
            "roles": { "root": { "keyids": ["r"], "threshold": 1 }, "targets": { "keyids": ["t"], "threshold": 1 } },
        })
    }
}

/// Base64 of a signed document.
pub fn document(signed: &Value, by: &[&[u8; 32]]) -> String {
    let message = canonical_json(&signed.to_string()).unwrap();
    let signature =
        |seed: &&[u8; 32]| json!({ "keyid": "k", "sig": sign(*seed, message.as_bytes()).unwrap() });
    let signatures: Vec<Value> = by.iter().map(signature).collect();
    STANDARD.encode(json!({ "signatures": signatures, "signed": signed }).to_string())
}
