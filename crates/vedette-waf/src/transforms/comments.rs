//! `removeComments` and `replaceComments`: `/* ... */`, and for the first also what follows `--` or `#`.

pub(super) fn remove(text: &str) -> Option<String> {
    let without = blocks(text, "");
    let kept = without.as_deref().unwrap_or(text);
    let end = kept.find("--").into_iter().chain(kept.find('#')).min();
    match end {
        Some(end) => Some(kept[..end].to_owned()),
        None => without,
    }
}

pub(super) fn replace(text: &str) -> Option<String> {
    blocks(text, " ")
}

fn blocks(text: &str, instead: &str) -> Option<String> {
    let mut start = text.find("/*")?;
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    loop {
        out.push_str(&rest[..start]);
        out.push_str(instead);
        let Some(end) = rest[start + 2..].find("*/") else { return Some(out) };
        rest = &rest[start + 2 + end + 2..];
        match rest.find("/*") {
            Some(next) => start = next,
            None => {
                out.push_str(rest);
                return Some(out);
            }
        }
    }
}
