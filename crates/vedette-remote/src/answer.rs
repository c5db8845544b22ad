//! The answer of a backend, decoded.

use serde::Deserialize;

use crate::encoding;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Raw {
    roots: Option<Vec<String>>,
    targets: Option<String>,
    target_files: Option<Vec<RawFile>>,
    client_configs: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct RawFile {
    path: String,
    #[serde(default)]
    raw: String,
}

/// What a backend says; no targets mean that nothing has changed.
pub(crate) struct Answer {
    pub(crate) roots: Vec<Vec<u8>>,
    pub(crate) targets: Option<Vec<u8>>,
    /// Path and content.
    pub(crate) files: Vec<(String, Vec<u8>)>,
    /// Paths of the configurations that are this client's.
    pub(crate) mine: Vec<String>,
}

impl Answer {
    pub(crate) fn parse(body: &[u8]) -> Result<Answer, String> {
        let raw: Raw = serde_json::from_slice(body).map_err(|error| format!("answer: {error}"))?;
        let decoded =
            |text: &str, what: &str| encoding::from_base64(text).ok_or_else(|| format!("{what}: not base64"));
        let roots = raw.roots.unwrap_or_default();
        let files = raw.target_files.unwrap_or_default();
        Ok(Answer {
            roots: roots.iter().map(|root| decoded(root, "root")).collect::<Result<_, _>>()?,
            targets: match raw.targets.filter(|targets| !targets.is_empty()) {
                Some(targets) => Some(decoded(&targets, "targets")?),
                None => None,
            },
            files: files
                .into_iter()
                .map(|file| decoded(&file.raw, &file.path).map(|content| (file.path, content)))
                .collect::<Result<_, _>>()?,
            mine: raw.client_configs.unwrap_or_default(),
        })
    }
}
