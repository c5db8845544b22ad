//! The guard at the border of an organisation: whose decisions about a trace count here.
//!
//! An Agent knows a marker of its organisation (`org_prop_marker` in `/info`), which travels as `_dd.p.opm` (`t.opm` in
//! tracestate). Where a request comes from another organisation, its trace goes on under its ids, but what that one
//! decided and noted (priority, origin, `_dd.p.*`) does not count. Other vendors' tracestate and baggage are nobody's
//! decision, and stay.

use std::sync::Arc;

use arc_swap::ArcSwapOption;
use vedette_model::Text;

use super::Remote;

pub(super) const OPM: &str = "_dd.p.opm";
/// Bytes of a marker.
const LONGEST: usize = 128;

/// The marker of the organisation that this process sends to; none before an Agent has told it.
static OWN: ArcSwapOption<Text> = ArcSwapOption::const_empty();

/// Whose decisions count beside those of the own organisation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Guard {
    /// Whether contexts that tell no marker count as foreign (`DD_TRACE_ORG_GUARD_STRICT`).
    pub strict: bool,
    /// Markers of organisations that are trusted (`DD_TRACE_ORG_GUARD_TRUSTED_OPMS`).
    pub trusted: Vec<String>,
}

/// Takes the marker that an Agent tells; what can't stand in a header counts as none.
pub fn learn(marker: Option<&str>) {
    let usable = |text: &&str| {
        let fits = |byte: u8| matches!(byte, 0x21..=0x7e) && !matches!(byte, b',' | b';' | b'=' | b'~');
        (1..=LONGEST).contains(&text.len()) && text.bytes().all(fits)
    };
    let marker = marker.filter(usable);
    if OWN.load().as_ref().map(|own| own.as_str()) != marker {
        OWN.store(marker.map(|text| Arc::new(Text::new(text))));
    }
}

/// The marker that goes out with every context.
pub(super) fn own() -> Option<Text> {
    OWN.load().as_ref().map(|own| Text::clone(own))
}

impl Guard {
    /// Takes from a context what another organisation decided. As long as the own one is not known, all count.
    pub(super) fn watch(&self, remote: &mut Remote) {
        if let Some(own) = OWN.load().as_ref() {
            self.judge(remote, own);
        }
    }

    fn judge(&self, remote: &mut Remote, own: &str) {
        let counts = match remote.tag(OPM) {
            Some(marker) => marker == own || self.trusted.iter().any(|trusted| trusted == marker),
            None => !self.strict,
        };
        if !counts {
            (remote.priority, remote.origin) = (None, Text::default());
            remote.tags.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(marker: Option<&str>) -> Remote {
        let tags = [("_dd.p.dm", "-4")].into_iter().chain(marker.map(|marker| (OPM, marker)));
        Remote {
            trace_id: 7,
            span_id: 8,
            priority: Some(2),
            origin: "rum".into(),
            tags: tags.map(|(key, value)| (key.into(), value.into())).collect(),
            tracestate: "other=1".into(),
            ..Remote::default()
        }
    }

    fn judged(guard: &Guard, marker: Option<&str>) -> Remote {
        let mut remote = from(marker);
        guard.judge(&mut remote, "ours");
        remote
    }

    #[test]
    fn what_another_organisation_decided_does_not_count() {
        let stranger = judged(&Guard::default(), Some("theirs"));
        let stripped = Remote { priority: None, origin: Text::default(), tags: vec![], ..from(None) };
        assert_eq!(stranger, stripped, "ids and other vendors stay");
    }

    #[test]
    fn the_own_and_trusted_ones_count_and_unmarked_ones_unless_strict() {
        let guard = Guard { strict: false, trusted: vec!["friends".into()] };
        for marker in [Some("ours"), Some("friends"), None] {
            assert_eq!(judged(&guard, marker), from(marker));
        }
        let strict = Guard { strict: true, ..guard };
        assert_eq!(judged(&strict, Some("friends")), from(Some("friends")));
        assert_eq!(judged(&strict, None).priority, None);
    }

    #[test]
    fn markers_that_would_break_a_header_are_none() {
        learn(Some("ours"));
        assert_eq!(own().as_deref(), Some("ours"));
        for marker in ["", "a,b", "a;b", "a=b", "a b", "é", &"x".repeat(129)] {
            learn(Some("ours"));
            learn(Some(marker));
            assert_eq!(own(), None, "{marker}");
        }
    }
}
