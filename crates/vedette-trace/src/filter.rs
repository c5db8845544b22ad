//! Trace filters that the Agent announces in `/info`: traces it would throw away need not be sent.

use std::borrow::Cow;

use regex::Regex;
use serde_json::Value as Json;
use vedette_model::{Process, Span};
use vedette_wire::entry::service_of;

use crate::sampling::{TagName, TagText};

/// What the Agent wants to see, and what not. By default everything passes.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    require: Vec<Tag>,
    reject: Vec<Tag>,
    ignore_resources: Vec<Regex>,
}

/// A tag that a root has, by its Datadog name.
#[derive(Clone, Debug)]
struct Tag {
    text: String,
    name: TagName,
    value: Wanted,
}

#[derive(Clone, Debug)]
enum Wanted {
    Anything,
    Exactly(String),
    Matching(Regex),
}

impl Filter {
    /// Reads `filter_tags`, `filter_tags_regex` and `ignore_resources` of an `/info` answer. What is not as
    /// expected, such as an invalid expression, is ignored.
    pub fn from_info(info: &Json) -> Filter {
        let both = |list: &str| {
            let exact = texts(&info["filter_tags"][list]).filter_map(|text| tag(text, exactly));
            let matching = texts(&info["filter_tags_regex"][list]).filter_map(|text| tag(text, matching));
            exact.chain(matching).collect()
        };
        let resources = texts(&info["ignore_resources"]).filter_map(|text| Regex::new(text).ok());
        Filter { require: both("require"), reject: both("reject"), ignore_resources: resources.collect() }
    }

    /// Whether everything passes.
    pub fn is_empty(&self) -> bool {
        self.require.is_empty() && self.reject.is_empty() && self.ignore_resources.is_empty()
    }

    /// Whether the trace with that root is to be dropped.
    pub fn rejects(&self, root: &Span, process: &Process) -> bool {
        if self.is_empty() {
            return false;
        }
        let has = |tag: &Tag| tag.value_of(root, process).is_some_and(|value| tag.value.fits(&value));
        self.reject.iter().any(has)
            || !self.require.iter().all(has)
            || self.ignore_resources.iter().any(|resource| resource.is_match(root.resource_or_name()))
    }
}

fn texts(list: &Json) -> impl Iterator<Item = &str> {
    list.as_array().into_iter().flatten().filter_map(Json::as_str)
}

/// `key`, or `key:value`, with blanks around either.
fn tag(text: &str, wanted: fn(&str) -> Option<Wanted>) -> Option<Tag> {
    let (name, value) = text.split_once(':').map_or((text, ""), |(name, value)| (name, value));
    let (name, value) = (name.trim(), value.trim());
    let value = if value.is_empty() { Wanted::Anything } else { wanted(value)? };
    (!name.is_empty()).then(|| Tag { text: name.to_owned(), name: TagName::new(name), value })
}

fn exactly(value: &str) -> Option<Wanted> {
    Some(Wanted::Exactly(value.to_owned()))
}

fn matching(value: &str) -> Option<Wanted> {
    Regex::new(value).ok().map(Wanted::Matching)
}

impl Wanted {
    fn fits(&self, value: &str) -> bool {
        match self {
            Wanted::Anything => true,
            Wanted::Exactly(wanted) => wanted == value,
            Wanted::Matching(wanted) => wanted.is_match(value),
        }
    }
}

impl Tag {
    /// The value on the root, or of the process, as the Agent would see it.
    fn value_of<'s>(&self, root: &'s Span, process: &'s Process) -> Option<Cow<'s, str>> {
        let own = match self.name.of(root) {
            Some(TagText::Text(text)) => Some(text),
            Some(TagText::Fraction(_)) => None,
            None => self.of_process(root, process).map(Cow::Borrowed),
        };
        match self.text.as_str() {
            "env" => own.map(|env| Cow::Owned(normalized(&env))),
            "http.status_code" => own.filter(|status| is_status(status)),
            _ => own,
        }
    }

    fn of_process<'s>(&self, root: &Span, process: &'s Process) -> Option<&'s str> {
        let own_service = service_of(root, process) == process.service;
        let value = match self.text.as_str() {
            "env" => &process.env,
            "version" if own_service => &process.version,
            "_dd.base_service" if !own_service => &process.service,
            "runtime-id" => &process.runtime_id,
            "language" => &process.language,
            name => process.tags.iter().find(|(tag, _)| tag == name).map(|(_, value)| value)?,
        };
        Some(value.as_str()).filter(|value| !value.is_empty())
    }
}

/// The Agent removes statuses that are none.
fn is_status(status: &str) -> bool {
    status.parse().is_ok_and(|status: u16| (100..600).contains(&status))
}

/// A tag value as the Agent writes it: lower case, from the first letter on, `_` for runs of anything unusual.
fn normalized(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for c in
        value.chars().flat_map(char::to_lowercase).skip_while(|c| !c.is_alphabetic() && *c != ':').take(200)
    {
        let usual = c.is_alphanumeric() || matches!(c, ':' | '.' | '/' | '-');
        if usual {
            out.push(c);
        } else if !out.ends_with('_') {
            out.push('_');
        }
    }
    out.truncate(out.trim_end_matches('_').len());
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use vedette_model::{keys, Key};

    fn root() -> Span {
        let mut span = Span { name: "web.request".into(), resource: "GET /health".into(), ..Span::default() };
        span.set(Key::new("team").unwrap(), "blue");
        span.set(Key::new("count").unwrap(), 5i64);
        span.set(keys::HTTP_RESPONSE_STATUS_CODE, 404i64);
        span
    }

    fn rejects(info: Json) -> bool {
        let process = Process { env: "PROD Eu".into(), service: "shop".into(), ..Process::default() };
        Filter::from_info(&info).rejects(&root(), &process)
    }

    #[test]
    fn without_filters_everything_passes() {
        for info in [json!({}), json!(null), json!({"filter_tags": 5}), json!({"ignore_resources": ["("]})] {
            assert!(!rejects(info.clone()), "{info}");
        }
    }

    #[test]
    fn one_rejected_tag_is_enough() {
        let list = |tags: &[&str]| json!({"filter_tags": {"reject": tags}});
        assert!(rejects(list(&["no", "team"])));
        assert!(rejects(list(&[" team : blue "])));
        assert!(rejects(list(&["count:5"])));
        assert!(rejects(list(&["http.status_code:404"])));
        assert!(rejects(list(&["env:prod_eu"])));
        assert!(!rejects(list(&["team:red", "env:PROD Eu", ":blue", ""])));
    }

    #[test]
    fn all_required_tags_must_be_there() {
        let list = |tags: &[&str]| json!({"filter_tags": {"require": tags}});
        assert!(!rejects(list(&["team", "count"])));
        assert!(rejects(list(&["team", "color"])));
        assert!(rejects(list(&["team:red"])));
    }

    #[test]
    fn expressions_match_parts_of_values_and_invalid_ones_are_ignored() {
        let reject = |tags: &[&str]| json!({"filter_tags_regex": {"reject": tags}});
        assert!(rejects(reject(&["team:^bl.e$"])));
        assert!(rejects(reject(&["team:lu"])));
        assert!(!rejects(reject(&["team:(", "team:^lu"])));
        assert!(rejects(json!({"filter_tags_regex": {"require": ["team:^r"]}})));
    }

    #[test]
    fn resources_are_ignored_by_expression_and_default_to_the_name() {
        assert!(rejects(json!({"ignore_resources": ["[", "/health$"]})));
        let unnamed = Span { resource: "".into(), ..root() };
        let filter = Filter::from_info(&json!({"ignore_resources": ["^web\\.request$"]}));
        assert!(filter.rejects(&unnamed, &Process::default()));
        assert!(!filter.rejects(&root(), &Process::default()));
    }

    #[test]
    fn a_status_that_is_none_is_no_tag() {
        let mut span = root();
        span.set(keys::HTTP_RESPONSE_STATUS_CODE, 9000i64);
        let filter = Filter::from_info(&json!({"filter_tags": {"reject": ["http.status_code"]}}));
        assert!(!filter.rejects(&span, &Process::default()));
    }
}
