//! What an Agent says about itself (`GET /info`), as far as it matters here.

use serde_json::Value;
use vedette_trace::filter::Filter;

/// The newest obfuscation rules that ours agree with.
const OBFUSCATION: u64 = 1;

/// Abilities of an Agent. The default is that of one too old to say: the plain v0.4 format and nothing else.
#[derive(Clone, Debug, Default)]
pub(crate) struct Info {
    /// Takes `/v0.5/traces`.
    pub v05: bool,
    /// Takes `/v0.6/stats`.
    pub stats: bool,
    /// Lets the client drop what sampling decided against, if it sends statistics.
    pub drop_p0s: bool,
    /// Knows the `span_events` field.
    pub span_events: bool,
    /// Knows the `meta_struct` field.
    pub structures: bool,
    /// Takes telemetry.
    pub telemetry: bool,
    /// Version of its obfuscation rules that we follow as well; statistics then need not be obfuscated again.
    pub obfuscation: Option<u64>,
    /// Attributes that tell which peer a span talked to; statistics are grouped by them.
    pub peer_tags: Vec<String>,
    /// Marker of its organisation, which travels with contexts.
    pub organisation: Option<String>,
    /// Traces that it does not want to see.
    pub filter: Filter,
}

impl Info {
    /// Reads an answer; what is missing or of another type counts as not offered.
    pub fn parse(body: &[u8]) -> Info {
        let json: Value = serde_json::from_slice(body).unwrap_or_default();
        let flag = |name: &str| json[name].as_bool().unwrap_or(false);
        let offers = |path: &str| {
            let offered = json["endpoints"].as_array().is_some_and(|all| {
                all.iter().filter_map(Value::as_str).any(|one| one.trim_end_matches('/') == path)
            });
            offered
        };
        Info {
            v05: offers("/v0.5/traces"),
            stats: offers("/v0.6/stats"),
            drop_p0s: flag("client_drop_p0s"),
            span_events: flag("span_events"),
            structures: flag("span_meta_structs"),
            telemetry: offers("/telemetry/proxy"),
            obfuscation: json["obfuscation_version"].as_u64().filter(|v| (1..=OBFUSCATION).contains(v)),
            peer_tags: texts(&json["peer_tags"]),
            organisation: json["org_prop_marker"].as_str().map(str::to_owned),
            filter: Filter::from_info(&json),
        }
    }
}

fn texts(json: &Value) -> Vec<String> {
    json.as_array().into_iter().flatten().filter_map(|one| one.as_str().map(str::to_string)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_understood() {
        let info = Info::parse(
            br#"{"version":"7.60","endpoints":["/v0.4/traces","/v0.5/traces","/v0.6/stats","/v0.7/config"],
                "client_drop_p0s":true,"span_events":true,"span_meta_structs":true,
                "obfuscation_version":1,"peer_tags":["db.name","peer.service"],
                "org_prop_marker":"b7"}"#,
        );
        assert!(
            info.v05 && info.stats && info.drop_p0s && info.span_events && info.structures && !info.telemetry
        );
        assert_eq!((info.obfuscation, info.organisation.as_deref()), (Some(1), Some("b7")));
        assert_eq!(info.peer_tags, ["db.name", "peer.service"]);
    }

    #[test]
    fn newer_obfuscation_rules_are_not_ours() {
        assert_eq!(Info::parse(br#"{"obfuscation_version":2}"#).obfuscation, None);
        assert_eq!(Info::parse(br#"{"obfuscation_version":0}"#).obfuscation, None);
    }

    #[test]
    fn nonsense_is_an_agent_that_offers_nothing() {
        for body in ["", "[]", "null", "{", r#"{"endpoints":{"a":1},"client_drop_p0s":"yes","peer_tags":7}"#]
        {
            let (info, none) = (Info::parse(body.as_bytes()), Info::default());
            assert_eq!(format!("{info:?}"), format!("{none:?}"), "{body}");
        }
    }
}
