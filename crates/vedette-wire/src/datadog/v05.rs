//! `/v0.5/traces`: a table of texts, then chunks of spans that are lists of fixed length and point into the table.

use foldhash::{HashMap, HashMapExt};
use vedette_model::{Chunk, Process, Span};

use super::structured;
use super::tags::{self, Place, ProcessTags, Sink};
use crate::entry::{service_entries, service_of};
use crate::msgpack::write;
use crate::{DecodeLimits, Error, Options, Received};

/// Encodes `chunks` as the body of a `/v0.5/traces` request. The format has no place for `meta_struct`.
pub fn encode(chunks: &[Chunk], process: &Process, _options: &Options) -> Vec<u8> {
    let tags = ProcessTags::new(process);
    let mut table = Table::new();
    let mut body = Vec::with_capacity(chunks.len() * 256);
    write::list(&mut body, chunks.len());
    for chunk in chunks {
        let entries = service_entries(chunk, process);
        write::list(&mut body, chunk.spans.len());
        for (at, span) in chunk.spans.iter().enumerate() {
            let place = Place { chunk, process, first: at == 0, entry: entries[at] };
            write_span(&mut body, span, place, &tags, &mut table);
        }
    }
    let mut out = Vec::with_capacity(body.len() + table.bytes.len() + 8);
    write::list(&mut out, 2);
    write::list(&mut out, table.places.len());
    out.extend_from_slice(&table.bytes);
    out.extend_from_slice(&body);
    out
}

fn write_span(out: &mut Vec<u8>, span: &Span, place: Place, tags: &ProcessTags, table: &mut Table) {
    write::list(out, 12);
    for text in [service_of(span, place.process), &span.name, span.resource_or_name()] {
        write::unsigned(out, table.place(text));
    }
    for number in [place.chunk.trace_id as u64, span.id, span.parent, span.start, span.duration] {
        write::unsigned(out, number);
    }
    write::unsigned(out, u64::from(span.error));
    write_tags(out, span, place, tags, table);
    write::unsigned(out, table.place(&span.span_type));
}

fn write_tags(out: &mut Vec<u8>, span: &Span, place: Place, tags: &ProcessTags, table: &mut Table) {
    let meta = write::open_map(out);
    let mut sink = Maps { meta: out, texts: 0, metrics: Vec::new(), numbers: 0, table };
    tags::tell(span, place, tags, &mut sink);
    structured::tell_links(span, &mut sink);
    structured::tell_events(span, &mut sink);
    structured::tell_findings(span, &mut sink);
    let Maps { texts, metrics, numbers, .. } = sink;
    write::close_map(out, meta, texts);
    let at = write::open_map(out);
    out.extend_from_slice(&metrics);
    write::close_map(out, at, numbers);
}

/// The texts of a payload, each once; the empty one has place 0.
struct Table {
    bytes: Vec<u8>,
    places: HashMap<Box<str>, u64>,
}

impl Table {
    fn new() -> Self {
        let mut table = Table { bytes: Vec::with_capacity(1024), places: HashMap::new() };
        table.place("");
        table
    }

    fn place(&mut self, text: &str) -> u64 {
        if let Some(place) = self.places.get(text) {
            return *place;
        }
        let place = self.places.len() as u64;
        write::text(&mut self.bytes, text);
        self.places.insert(text.into(), place);
        place
    }
}

struct Maps<'a> {
    meta: &'a mut Vec<u8>,
    texts: u32,
    metrics: Vec<u8>,
    numbers: u32,
    table: &'a mut Table,
}

impl Sink for Maps<'_> {
    fn text(&mut self, name: &str, value: &str) {
        self.texts += 1;
        let places = [self.table.place(name), self.table.place(value)];
        places.iter().for_each(|place| write::unsigned(self.meta, *place));
    }

    fn number(&mut self, name: &str, value: f64) {
        self.numbers += 1;
        write::unsigned(&mut self.metrics, self.table.place(name));
        write::double(&mut self.metrics, value);
    }
}

/// Decodes the body of a `/v0.5/traces` request, from any tracer.
///
/// # Errors
/// If it is not MessagePack of that form, or passes one of the limits.
pub fn decode(bytes: &[u8], limits: &DecodeLimits) -> Result<Vec<Received>, Error> {
    super::v05_read::decode(bytes, limits)
}
