//! The groups of ten seconds, and how many there may be.

use std::hash::BuildHasher;

use foldhash::fast::FixedState;
use foldhash::{HashMap, HashSet};
use vedette_model::{Kind, Span, Text};
use vedette_wire::stats;

use super::group::{Common, BETWEEN};
use super::sketch::Sketch;

/// What stands for values that are too many to tell apart.
pub const BLOCKED: &str = "tracer_blocked_value";
/// Groups of one bucket.
const MOST_GROUPS: usize = 7_000;
/// Distinct resources of one bucket.
const MOST_RESOURCES: usize = 1_024;
/// Distinct endpoints, and distinct sets of peer tags, of one bucket.
const MOST_DETAILS: usize = 512;

/// Ten seconds of counts.
#[derive(Debug, Default)]
pub(super) struct Bucket {
    /// Hash of what is common, to position in `groups`; the next hash where two things collide.
    positions: HashMap<u64, usize>,
    groups: Vec<Group>,
    resources: HashSet<u64>,
    endpoints: HashSet<u64>,
    peers: HashSet<u64>,
    /// Spans that were counted under [`BLOCKED`].
    pub collapsed: u64,
}

#[derive(Debug)]
struct Group {
    common: Common<Text>,
    hits: u64,
    top_level_hits: u64,
    errors: u64,
    duration: u64,
    ok: Sketch,
    failed: Sketch,
}

impl Bucket {
    /// Counts a span.
    pub fn add(&mut self, common: Common<&str>, span: &Span, top_level: bool) {
        let at = self.find(&common).unwrap_or_else(|hash| self.open(common, hash));
        let group = &mut self.groups[at];
        group.hits += 1;
        group.top_level_hits += u64::from(top_level);
        group.errors += u64::from(span.error);
        group.duration = group.duration.saturating_add(span.duration);
        let sketch = if span.error { &mut group.failed } else { &mut group.ok };
        sketch.add(span.duration);
    }

    /// The same, with values beyond their limits collapsed.
    fn bound<'c>(&mut self, mut common: Common<&'c str>) -> Common<&'c str> {
        let fields = [
            (&mut self.resources, &mut common.resource, MOST_RESOURCES),
            (&mut self.endpoints, &mut common.http_endpoint, MOST_DETAILS),
            (&mut self.peers, &mut common.peer_tags, MOST_DETAILS),
        ];
        for (seen, text, most) in fields {
            let hash = FixedState::default().hash_one(&**text);
            if seen.len() < most {
                seen.insert(hash);
            } else if !text.is_empty() && !seen.contains(&hash) {
                *text = BLOCKED;
            }
        }
        if self.groups.len() >= MOST_GROUPS && self.find(&common).is_err() {
            return all_blocked();
        }
        common
    }

    /// The group's position, or the hash under which it would be.
    fn find(&self, common: &Common<&str>) -> Result<usize, u64> {
        let mut hash = FixedState::default().hash_one(common);
        while let Some(at) = self.positions.get(&hash) {
            if self.groups[*at].common.map(Text::as_str) == *common {
                return Ok(*at);
            }
            hash = hash.wrapping_add(1);
        }
        Err(hash)
    }

    /// A new group, or the one that stands for those that are too many.
    fn open(&mut self, common: Common<&str>, hash: u64) -> usize {
        let bounded = self.bound(common);
        if bounded == common {
            return self.insert(common, hash);
        }
        self.collapsed += 1;
        self.find(&bounded).unwrap_or_else(|hash| self.insert(bounded, hash))
    }

    fn insert(&mut self, common: Common<&str>, hash: u64) -> usize {
        self.positions.insert(hash, self.groups.len());
        self.groups.push(Group::new(common));
        self.groups.len() - 1
    }

    /// The wire form.
    pub fn finish(self, start: u64, duration: u64) -> stats::Bucket {
        stats::Bucket { start, duration, groups: self.groups.into_iter().map(Group::finish).collect() }
    }
}

/// The group of all that found no room.
fn all_blocked() -> Common<&'static str> {
    Common {
        service: BLOCKED,
        name: BLOCKED,
        resource: BLOCKED,
        span_type: BLOCKED,
        peer_tags: BLOCKED,
        http_method: BLOCKED,
        http_endpoint: BLOCKED,
        ..Common::default()
    }
}

impl Group {
    fn new(common: Common<&str>) -> Group {
        let common = common.map(|text| Text::new(text));
        let (ok, failed) = (Sketch::default(), Sketch::default());
        Group { common, hits: 0, top_level_hits: 0, errors: 0, duration: 0, ok, failed }
    }

    fn finish(self) -> stats::Group {
        let common = self.common.map(Text::to_string);
        let tags = common.peer_tags.split(BETWEEN).filter(|tag| !tag.is_empty());
        stats::Group {
            peer_tags: tags.map(str::to_owned).collect(),
            service: common.service,
            name: common.name,
            resource: common.resource,
            span_type: common.span_type,
            http_status_code: common.http_status,
            synthetics: common.synthetics,
            span_kind: kind_name(common.kind).to_owned(),
            is_trace_root: Some(common.trace_root),
            http_method: common.http_method,
            http_endpoint: common.http_endpoint,
            grpc_status_code: common.grpc_status,
            hits: self.hits,
            top_level_hits: self.top_level_hits,
            errors: self.errors,
            duration: self.duration,
            ok_summary: self.ok.encode(),
            error_summary: self.failed.encode(),
        }
    }
}

fn kind_name(kind: u8) -> &'static str {
    let kinds = [Kind::Internal, Kind::Server, Kind::Client, Kind::Producer, Kind::Consumer];
    kinds.into_iter().find(|known| *known as u8 == kind).map_or("", Kind::name)
}
