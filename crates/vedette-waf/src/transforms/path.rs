//! `normalizePath`: `a/./b//c/../d` as `a/b/d`, and for Windows `\` as `/` before.

pub(super) fn normalize(text: &str) -> Option<String> {
    if !text.contains("//") && !text.contains("./") && !text.ends_with("/.") && !text.ends_with("/..") {
        return None;
    }
    let absolute = text.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in text.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => drop(parts.pop()),
            ".." if absolute => {}
            part => parts.push(part),
        }
    }
    let start = if absolute { "/" } else { "" };
    let end = if text.ends_with('/') && !parts.is_empty() { "/" } else { "" };
    Some(format!("{start}{}{end}", parts.join("/")))
}

pub(super) fn normalize_windows(text: &str) -> Option<String> {
    let forward = text.replace('\\', "/");
    Some(normalize(&forward).unwrap_or(forward))
}
