//! Which installed packages are in use: those with a module that is loaded. Read from the folders that packages leave
//! (`*.dist-info`, as the "Recording installed projects" specification of Python packaging has it), by the sender's thread.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::io::Read;
use std::path::Path;
use std::time::Instant;

use serde_json::{json, Value};

use super::facts::Loaded;

/// Bytes that are read of a package's list of files; the first of them name its modules.
const MOST_RECORD: u64 = 64 << 10;
/// Bytes that are read of a package's description; name and version come first.
const MOST_METADATA: u64 = 4 << 10;
/// Packages looked at.
const MOST: usize = 5_000;

/// The packages that were told.
#[derive(Default)]
pub(super) struct Known {
    packages: BTreeMap<String, String>,
    looked_at: Loaded,
}

impl Known {
    /// Looks again if other modules are loaded than before, until `until` if given; the packages that are new.
    pub fn update(&mut self, loaded: &Loaded, until: Option<Instant>) -> Vec<Value> {
        if *loaded == self.looked_at {
            return Vec::new();
        }
        self.looked_at = loaded.clone();
        let found = in_use(loaded, until);
        let new: Vec<_> = found.into_iter().filter(|(name, _)| !self.packages.contains_key(name)).collect();
        let told = new.iter().map(|(name, version)| dependency(name, version)).collect();
        self.packages.extend(new);
        told
    }

    /// All of them.
    pub fn all(&self) -> Vec<Value> {
        self.packages.iter().map(|(name, version)| dependency(name, version)).collect()
    }
}

fn dependency(name: &str, version: &str) -> Value {
    json!({"name": name, "version": version})
}

fn in_use(loaded: &Loaded, until: Option<Instant>) -> BTreeMap<String, String> {
    let modules: HashSet<&str> = loaded.modules.iter().map(String::as_str).collect();
    let folders = loaded.paths.iter().filter_map(|path| fs::read_dir(path).ok()).flatten().flatten();
    let records =
        folders.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|e| e == "dist-info"));
    let in_time = |_: &_| until.is_none_or(|until| Instant::now() < until);
    let used = records.take(MOST).take_while(in_time).filter(|folder| has_module(folder, &modules));
    used.filter_map(|folder| identity(&folder)).collect()
}

/// Whether one of the package's modules is loaded.
fn has_module(folder: &Path, modules: &HashSet<&str>) -> bool {
    if let Some(text) = beginning(&folder.join("top_level.txt"), MOST_RECORD) {
        return text.lines().any(|line| modules.contains(line.trim()));
    }
    let Some(text) = beginning(&folder.join("RECORD"), MOST_RECORD) else { return false };
    text.lines().filter_map(module_of).any(|module| modules.contains(module))
}

/// The top-level module that a file in a package's list belongs to.
fn module_of(line: &str) -> Option<&str> {
    let file = line.split(',').next()?.trim_matches('"');
    let (first, rest) = file.split_once('/').unwrap_or((file, ""));
    let code = |name: &str| [".py", ".so", ".pyd"].iter().any(|ending| name.ends_with(ending));
    match (rest.is_empty(), code(file)) {
        (_, false) => None,
        (true, true) => first.split('.').next(),
        (false, true) => Some(first),
    }
}

/// Name and version, by the package's description.
fn identity(folder: &Path) -> Option<(String, String)> {
    let text = beginning(&folder.join("METADATA"), MOST_METADATA)?;
    let field = |name: &str| {
        let line = text.lines().take_while(|line| !line.is_empty()).find_map(|line| line.strip_prefix(name));
        line.map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    };
    Some((field("Name:")?, field("Version:")?))
}

fn beginning(path: &Path, most: u64) -> Option<String> {
    let mut bytes = Vec::new();
    fs::File::open(path).ok()?.take(most).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn install(site: &Path, folder: &str, files: &[(&str, &str)]) {
        let folder = site.join(folder);
        fs::create_dir_all(&folder).unwrap();
        files.iter().for_each(|(name, text)| fs::write(folder.join(name), text).unwrap());
    }

    #[test]
    fn packages_with_a_loaded_module_are_in_use() {
        let site = std::env::temp_dir().join(format!("vedette-packages-{}", std::process::id()));
        let metadata =
            |name: &str| format!("Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\n\nName: no\n");
        install(
            &site,
            "Flask-1.2.dist-info",
            &[("METADATA", &metadata("Flask")), ("top_level.txt", "flask\n")],
        );
        let record = "six.py,sha256=x,1\n../../bin/six,,\nsix-1.dist-info/RECORD,,\n";
        install(&site, "six-1.2.dist-info", &[("METADATA", &metadata("six")), ("RECORD", record)]);
        let compiled = "\"_yaml.cpython-311-x86_64-linux-gnu.so\",,\nyaml/__init__.py,,\n";
        install(&site, "PyYAML-1.2.dist-info", &[("METADATA", &metadata("PyYAML")), ("RECORD", compiled)]);
        install(&site, "broken-1.dist-info", &[("RECORD", "flask/x.py,,\n")]);
        install(&site, "other-1.dist-info", &[("METADATA", &metadata("other")), ("top_level.txt", "other")]);
        let paths = vec![site.to_string_lossy().into_owned(), "/there/is/no/such/folder".into()];
        let with = |modules: &[&str]| Loaded {
            modules: modules.iter().map(ToString::to_string).collect(),
            paths: paths.clone(),
        };
        let mut known = Known::default();
        assert_eq!(
            known.update(&with(&["flask", "six"]), None),
            [dependency("Flask", "1.2"), dependency("six", "1.2")]
        );
        assert!(known.update(&with(&["flask", "six"]), None).is_empty());
        assert_eq!(Known::default().update(&with(&["flask"]), Some(Instant::now())), [] as [Value; 0]);
        assert_eq!(known.update(&with(&["flask", "six", "_yaml"]), None), [dependency("PyYAML", "1.2")]);
        assert_eq!(known.all().len(), 3);
        fs::remove_dir_all(&site).unwrap();
    }
}
