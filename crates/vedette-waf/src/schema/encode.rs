//! Shapes as text, in Datadog's encoding.

use super::classes::Class;
use super::shape::Shape;

/// The encoded schema.
pub fn text(shape: &Shape) -> String {
    let mut out = String::new();
    write(&mut out, shape);
    out
}

fn write(out: &mut String, shape: &Shape) {
    match shape {
        Shape::Unknown => out.push_str("[0]"),
        Shape::Null => out.push_str("[1]"),
        Shape::Bool => out.push_str("[2]"),
        Shape::Int => out.push_str("[4]"),
        Shape::Double => out.push_str("[16]"),
        Shape::Str(None) => out.push_str("[8]"),
        Shape::Str(Some(class)) => write_class(out, class),
        Shape::List { kinds, len, cut } => {
            out.push_str("[[");
            separated(out, kinds, write);
            let more = if *cut { r#","truncated":true"# } else { "" };
            out.push_str(&format!(r#"],{{"len":{len}{more}}}]"#));
        }
        Shape::Map { fields, cut } => {
            out.push_str("[{");
            separated(out, fields, |out, (name, shape)| {
                out.push_str(&quoted(name));
                out.push(':');
                write(out, shape);
            });
            out.push_str(if *cut { r#"},{"truncated":true}]"# } else { "}]" });
        }
    }
}

fn write_class(out: &mut String, class: &Class) {
    out.push_str(&format!(r#"[8,{{"category":"{}","type":"{}""#, class.category, class.kind));
    if let Some(issuer) = class.issuer {
        out.push_str(&format!(r#","card_type":"{issuer}""#));
    }
    out.push_str("}]");
}

fn separated<T>(out: &mut String, items: &[T], mut one: impl FnMut(&mut String, &T)) {
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        one(out, item);
    }
}

/// A name as JSON.
pub fn quoted(name: &str) -> String {
    serde_json::Value::from(name).to_string()
}
