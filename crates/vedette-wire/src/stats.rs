//! Client-side stats: the body of the Datadog Agent's `/v0.6/stats` (MessagePack of `ClientStatsPayload`,
//! <https://github.com/DataDog/datadog-agent/blob/main/pkg/proto/datadog/trace/stats.proto>).

use crate::bounds::{Budget, DecodeLimits, Error};
use crate::msgpack::read::Reader;
use crate::msgpack::write;

/// What one process counted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Payload {
    /// Host name, if it is to be reported.
    pub hostname: String,
    /// Deployment environment.
    pub env: String,
    /// Version of the service.
    pub version: String,
    /// Global service name.
    pub service: String,
    /// Language, such as `python`.
    pub language: String,
    /// Version of the tracer.
    pub tracer_version: String,
    /// Random id of the process.
    pub runtime_id: String,
    /// Number of this payload within the process.
    pub sequence: u64,
    /// Tags of the process, comma separated.
    pub process_tags: String,
    /// The stats, by time.
    pub buckets: Vec<Bucket>,
}

/// Stats of a stretch of time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bucket {
    /// Nanoseconds since the Unix epoch.
    pub start: u64,
    /// Length in nanoseconds.
    pub duration: u64,
    /// The groups.
    pub groups: Vec<Group>,
}

/// Counts of the spans that have all of these in common.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Group {
    /// Service.
    pub service: String,
    /// Operation.
    pub name: String,
    /// Resource.
    pub resource: String,
    /// Datadog span type.
    pub span_type: String,
    /// HTTP status; 0 for none.
    pub http_status_code: u32,
    /// Whether a synthetic test caused them.
    pub synthetics: bool,
    /// `server`, `client`, `producer`, `consumer`, `internal` or empty.
    pub span_kind: String,
    /// Whether they are roots of their traces; None if the sender did not say.
    pub is_trace_root: Option<bool>,
    /// Who was called: `tag:value`.
    pub peer_tags: Vec<String>,
    /// HTTP method.
    pub http_method: String,
    /// HTTP route or path pattern.
    pub http_endpoint: String,
    /// gRPC status as a number, or empty.
    pub grpc_status_code: String,
    /// How many spans.
    pub hits: u64,
    /// How many of them entered their service.
    pub top_level_hits: u64,
    /// How many failed.
    pub errors: u64,
    /// Their durations together, in nanoseconds.
    pub duration: u64,
    /// Durations of those that did not fail: a DDSketch in protobuf.
    pub ok_summary: Vec<u8>,
    /// Durations of those that failed: a DDSketch in protobuf.
    pub error_summary: Vec<u8>,
}

/// Encodes a payload. Fields that the Agent fills in itself are there, and empty.
pub fn encode(payload: &Payload) -> Vec<u8> {
    let mut out = Vec::with_capacity(1024);
    write::map(&mut out, 13);
    let texts = [
        ("Hostname", &payload.hostname),
        ("Env", &payload.env),
        ("Version", &payload.version),
        ("Service", &payload.service),
        ("Lang", &payload.language),
        ("TracerVersion", &payload.tracer_version),
        ("RuntimeID", &payload.runtime_id),
        ("ProcessTags", &payload.process_tags),
    ];
    texts.iter().for_each(|(name, value)| text(&mut out, name, value));
    number(&mut out, "Sequence", payload.sequence);
    text(&mut out, "AgentAggregation", "");
    text(&mut out, "ContainerID", "");
    write::text(&mut out, "Tags");
    write::list(&mut out, 0);
    write::text(&mut out, "Stats");
    write::list(&mut out, payload.buckets.len());
    payload.buckets.iter().for_each(|bucket| write_bucket(&mut out, bucket));
    out
}

fn text(out: &mut Vec<u8>, name: &str, value: &str) {
    write::text(out, name);
    write::text(out, value);
}

fn number(out: &mut Vec<u8>, name: &str, value: u64) {
    write::text(out, name);
    write::unsigned(out, value);
}

fn write_bucket(out: &mut Vec<u8>, bucket: &Bucket) {
    write::map(out, 4);
    number(out, "Start", bucket.start);
    number(out, "Duration", bucket.duration);
    number(out, "AgentTimeShift", 0);
    write::text(out, "Stats");
    write::list(out, bucket.groups.len());
    bucket.groups.iter().for_each(|group| write_group(out, group));
}

fn write_group(out: &mut Vec<u8>, group: &Group) {
    write::map(out, 19);
    let texts = [
        ("Service", &*group.service),
        ("Name", &group.name),
        ("Resource", &group.resource),
        ("Type", &group.span_type),
        ("DBType", ""),
        ("SpanKind", &group.span_kind),
        ("HTTPMethod", &group.http_method),
        ("HTTPEndpoint", &group.http_endpoint),
        ("GRPCStatusCode", &group.grpc_status_code),
    ];
    texts.iter().for_each(|(name, value)| text(out, name, value));
    let numbers = [
        ("HTTPStatusCode", u64::from(group.http_status_code)),
        ("IsTraceRoot", trilean(group.is_trace_root)),
        ("Hits", group.hits),
        ("TopLevelHits", group.top_level_hits),
        ("Errors", group.errors),
        ("Duration", group.duration),
    ];
    numbers.iter().for_each(|(name, value)| number(out, name, *value));
    write::text(out, "Synthetics");
    write::truth(out, group.synthetics);
    write::text(out, "PeerTags");
    write::list(out, group.peer_tags.len());
    group.peer_tags.iter().for_each(|tag| write::text(out, tag));
    for (name, summary) in [("OkSummary", &group.ok_summary), ("ErrorSummary", &group.error_summary)] {
        write::text(out, name);
        write::binary(out, summary);
    }
}

/// The protocol's three-valued truth: 0 not said, 1 true, 2 false.
fn trilean(truth: Option<bool>) -> u64 {
    truth.map_or(0, |truth| if truth { 1 } else { 2 })
}

/// Decodes a payload of any tracer; what it does not know is passed over. Groups count as spans in `limits`.
///
/// # Errors
/// If it is not of that format, or passes one of the limits.
pub fn decode(bytes: &[u8], limits: &DecodeLimits) -> Result<Payload, Error> {
    let mut decoder = Decoder { reader: Reader::new(bytes), budget: Budget::open(bytes, limits)? };
    let mut payload = Payload::default();
    for _ in 0..decoder.reader.map()? {
        let field = decoder.reader.text()?;
        decoder.payload_field(&field, &mut payload)?;
    }
    Ok(payload)
}

struct Decoder<'a> {
    reader: Reader<'a>,
    budget: Budget,
}

impl Decoder<'_> {
    fn payload_field(&mut self, field: &str, payload: &mut Payload) -> Result<(), Error> {
        match field {
            "Hostname" => payload.hostname = self.text()?,
            "Env" => payload.env = self.text()?,
            "Version" => payload.version = self.text()?,
            "Service" => payload.service = self.text()?,
            "Lang" => payload.language = self.text()?,
            "TracerVersion" => payload.tracer_version = self.text()?,
            "RuntimeID" => payload.runtime_id = self.text()?,
            "ProcessTags" => payload.process_tags = self.text()?,
            "Sequence" => payload.sequence = self.reader.unsigned()?,
            "Stats" => payload.buckets = self.list(Self::bucket)?,
            _ => self.reader.skip(self.budget.depth)?,
        }
        Ok(())
    }

    fn bucket(&mut self) -> Result<Bucket, Error> {
        self.budget.charge(std::mem::size_of::<Bucket>())?;
        let mut bucket = Bucket::default();
        for _ in 0..self.reader.map()? {
            match &*self.reader.text()? {
                "Start" => bucket.start = self.reader.unsigned()?,
                "Duration" => bucket.duration = self.reader.unsigned()?,
                "Stats" => bucket.groups = self.list(Self::group)?,
                _ => self.reader.skip(self.budget.depth)?,
            }
        }
        Ok(bucket)
    }

    fn group(&mut self) -> Result<Group, Error> {
        self.budget.charge_span()?;
        self.budget.charge(std::mem::size_of::<Group>())?;
        let mut group = Group::default();
        for _ in 0..self.reader.map()? {
            let field = self.reader.text()?;
            if !self.group_text(&field, &mut group)? && !self.group_number(&field, &mut group)? {
                self.reader.skip(self.budget.depth)?;
            }
        }
        Ok(group)
    }

    /// Reads the field if it is one of the texts and lists.
    fn group_text(&mut self, field: &str, group: &mut Group) -> Result<bool, Error> {
        let slot = match field {
            "Service" => &mut group.service,
            "Name" => &mut group.name,
            "Resource" => &mut group.resource,
            "Type" => &mut group.span_type,
            "SpanKind" => &mut group.span_kind,
            "HTTPMethod" => &mut group.http_method,
            "HTTPEndpoint" => &mut group.http_endpoint,
            "GRPCStatusCode" => &mut group.grpc_status_code,
            "PeerTags" => {
                group.peer_tags = self.list(Self::text)?;
                return Ok(true);
            }
            _ => return Ok(false),
        };
        *slot = self.text()?;
        Ok(true)
    }

    /// Reads the field if it is one of the numbers and sketches.
    fn group_number(&mut self, field: &str, group: &mut Group) -> Result<bool, Error> {
        match field {
            "HTTPStatusCode" => group.http_status_code = self.reader.unsigned()? as u32,
            "IsTraceRoot" => group.is_trace_root = read_trilean(self.reader.unsigned()?),
            "Hits" => group.hits = self.reader.unsigned()?,
            "TopLevelHits" => group.top_level_hits = self.reader.unsigned()?,
            "Errors" => group.errors = self.reader.unsigned()?,
            "Duration" => group.duration = self.reader.unsigned()?,
            "Synthetics" => group.synthetics = self.reader.unsigned()? != 0,
            "OkSummary" => group.ok_summary = self.binary()?,
            "ErrorSummary" => group.error_summary = self.binary()?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn text(&mut self) -> Result<String, Error> {
        let text = self.reader.text()?;
        self.budget.charge(24 + text.len())?;
        Ok(text.into_owned())
    }

    fn binary(&mut self) -> Result<Vec<u8>, Error> {
        use crate::msgpack::read::Token;
        match self.reader.token()? {
            Token::Bytes(bytes) | Token::Text(bytes) => {
                self.budget.charge(bytes.len())?;
                Ok(bytes.to_vec())
            }
            Token::Nil => Ok(Vec::new()),
            _ => Err(self.reader.expected("bytes")),
        }
    }

    fn list<T>(&mut self, item: impl Fn(&mut Self) -> Result<T, Error>) -> Result<Vec<T>, Error> {
        let length = self.reader.list()?;
        (0..length).map(|_| item(self)).collect()
    }
}

fn read_trilean(number: u64) -> Option<bool> {
    match number {
        1 => Some(true),
        2 => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sample() -> Payload {
        let group = Group {
            service: "shop".into(),
            name: "flask.request".into(),
            resource: "GET /cart".into(),
            span_type: "web".into(),
            http_status_code: 200,
            span_kind: "server".into(),
            is_trace_root: Some(false),
            peer_tags: vec!["db.name:orders".into()],
            hits: 3,
            top_level_hits: 2,
            errors: 1,
            duration: 1 << 40,
            ok_summary: vec![1, 2, 3],
            ..Group::default()
        };
        let bucket =
            Bucket { start: 1_700_000_000_000_000_000, duration: 10_000_000_000, groups: vec![group] };
        let buckets = vec![bucket];
        Payload { env: "prod".into(), runtime_id: "r".into(), sequence: 7, buckets, ..Payload::default() }
    }

    #[test]
    fn a_payload_comes_back_as_it_was() {
        let bytes = encode(&sample());
        assert_eq!(decode(&bytes, &DecodeLimits::default()), Ok(sample()));
    }

    #[test]
    fn a_cut_payload_is_refused_at_every_byte() {
        let bytes = encode(&sample());
        for length in 0..bytes.len() {
            assert!(decode(&bytes[..length], &DecodeLimits::default()).is_err(), "{length}");
        }
    }

    #[test]
    fn more_groups_than_allowed_are_refused() {
        let mut payload = sample();
        payload.buckets[0].groups = vec![Group::default(); 20];
        let limits = DecodeLimits { spans: 10, ..DecodeLimits::default() };
        assert_eq!(decode(&encode(&payload), &limits), Err(Error::TooBig { limit: "spans" }));
    }

    proptest! {
        #[test]
        fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = decode(&bytes, &DecodeLimits::default());
        }

        #[test]
        fn a_changed_byte_never_panics(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
            let mut bytes = encode(&sample());
            let at = at.index(bytes.len());
            bytes[at] = byte;
            let _ = decode(&bytes, &DecodeLimits::default());
        }
    }
}
