//! Which tags and attributes run scripts.

use super::tag::{Attribute, Tag};

/// Attributes whose value is an address that the browser follows or loads.
const ADDRESSES: &[&str] = &[
    "action",
    "background",
    "code",
    "codebase",
    "data",
    "dynsrc",
    "formaction",
    "from",
    "href",
    "lowsrc",
    "poster",
    "src",
    "to",
    "values",
    "xlink:href",
];

/// Starts of handler names, without `on`; each event of HTML, SVG and the old browsers begins like one of these.
const EVENTS: &[&str] = &[
    "abort",
    "activate",
    "after",
    "anim",
    "auxclick",
    "before",
    "begin",
    "bounce",
    "blur",
    "canplay",
    "cancel",
    "change",
    "click",
    "close",
    "content",
    "copy",
    "cuechange",
    "cut",
    "dataavail",
    "dataset",
    "dblclick",
    "deactivate",
    "devicem",
    "deviceo",
    "drag",
    "drop",
    "duration",
    "emptied",
    "end",
    "error",
    "filter",
    "finish",
    "focus",
    "form",
    "fullscreen",
    "gesture",
    "gotpointer",
    "hashchange",
    "help",
    "input",
    "invalid",
    "key",
    "language",
    "layout",
    "load",
    "losecap",
    "lostpointer",
    "message",
    "mouse",
    "mozfull",
    "move",
    "offline",
    "online",
    "page",
    "paste",
    "pause",
    "play",
    "pointer",
    "popstate",
    "progress",
    "property",
    "ratechange",
    "ready",
    "repeat",
    "reset",
    "resize",
    "resume",
    "reverse",
    "row",
    "scroll",
    "search",
    "seek",
    "select",
    "show",
    "stalled",
    "start",
    "storage",
    "stop",
    "submit",
    "suspend",
    "synchrestored",
    "timeout",
    "timeupdate",
    "toggle",
    "touch",
    "track",
    "transition",
    "unhandled",
    "unload",
    "urlflip",
    "volume",
    "waiting",
    "webkit",
    "wheel",
    "zoom",
];

/// Whether a tag, followed by `rest`, runs a script or loads what does.
pub(super) fn of_tag(tag: &Tag<'_>, rest: &str) -> bool {
    tag.attributes.iter().any(is_dangerous) || of_element(tag, rest)
}

fn of_element(tag: &Tag<'_>, rest: &str) -> bool {
    let has = |name: &str| tag.get(name).is_some();
    match tag.name.as_ref() {
        "script" => has("src") || has("href") || has("xlink:href") || has_code(rest),
        "iframe" | "frame" | "embed" | "portal" => tag.get("src").is_some_and(|src| !is_plain_https(src)),
        "object" => has("data") || has("code"),
        "applet" => has("code") || has("archive"),
        "base" => has("href"),
        "meta" => has("http-equiv"),
        "link" => has("href") && has("rel"),
        "style" => styled_code(&rest.to_ascii_lowercase()),
        _ => false,
    }
}

/// Rich-text editors embed videos like this.
fn is_plain_https(src: &str) -> bool {
    src.starts_with("https://")
}

fn is_dangerous(attribute: &Attribute<'_>) -> bool {
    let name = attribute.name.as_ref();
    if is_handler(attribute) {
        return true;
    }
    match name {
        "srcdoc" => attribute.value.contains(['<', '&']),
        "style" => styled_code(&attribute.effective()),
        _ => ADDRESSES.contains(&name) && script_address(&attribute.effective()),
    }
}

/// A handler in a tag: whatever it holds, it holds code.
fn is_handler(attribute: &Attribute<'_>) -> bool {
    let event = attribute.name.strip_prefix("on");
    let known = event.is_some_and(|event| EVENTS.iter().any(|known| event.starts_with(known)));
    known && !attribute.value.is_empty()
}

/// An attribute outside of any tag: only if its value does something.
pub(super) fn works_alone(attribute: &Attribute<'_>) -> bool {
    let value = || attribute.effective();
    match attribute.name.as_ref() {
        "style" => styled_code(&value()),
        "href" | "src" | "action" | "formaction" => script_address(&value()),
        _ => is_handler(attribute) && value().contains(['(', '`', '=', '.']),
    }
}

/// Whether what follows `<script>` is code rather than a sentence: a call or an assignment without blanks, or an end tag.
fn has_code(rest: &str) -> bool {
    let rest = rest.trim_start();
    let end = rest.char_indices().nth(400).map_or(rest.len(), |(at, _)| at);
    let head = &rest.as_bytes()[..end];
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b')' | b']');
    let called =
        head.windows(2).any(|pair| is_name(&pair[0]) && matches!(pair[1], b'(' | b'`' | b'=' | b'['));
    called
        || rest.starts_with(['(', '{', '!', '+', '[', '/'])
        || rest.to_ascii_lowercase().contains("</script")
}

/// CSS that old browsers run, and imports.
fn styled_code(css: &str) -> bool {
    ["expression(", "javascript:", "-moz-binding", "behavior:", "behaviour:", "@import", "vbscript:"]
        .iter()
        .any(|mark| css.contains(mark))
}

/// An address that is a script.
pub(super) fn script_address(text: &str) -> bool {
    if !text.contains(':') {
        return false;
    }
    let address = Attribute { name: "".into(), value: text }.effective();
    let address = address.trim_start_matches(|letter: char| letter.is_ascii_punctuation() && letter != '<');
    if let Some(code) =
        ["javascript:", "vbscript:", "livescript:"].iter().find_map(|scheme| address.strip_prefix(scheme))
    {
        return code.contains(['(', '`', '=', '%', '\\', '/']);
    }
    let inline = address.strip_prefix("data:");
    inline.is_some_and(|data| {
        ["text/html", "image/svg", "text/xml", "application/x", "text/javascript", ";base64", ","]
            .iter()
            .any(|kind| data.starts_with(kind))
            && (data.contains('<')
                || data.contains("script")
                || data.contains("base64,")
                    && !data.starts_with("application/x-font")
                    && !data.starts_with("image"))
    })
}
