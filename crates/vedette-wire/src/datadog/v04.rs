//! `/v0.4/traces`: a list of chunks, each a list of spans, each a map (MessagePack). v0.3 has the same form.

use vedette_model::{Chunk, Process, Span};

use super::structured;
use super::tags::{self, Place, ProcessTags, Sink};
use crate::entry::{service_entries, service_of};
use crate::msgpack::write;
use crate::{DecodeLimits, Error, Options, Received};

/// Encodes `chunks` as the body of a `/v0.4/traces` request.
pub fn encode(chunks: &[Chunk], process: &Process, options: &Options) -> Vec<u8> {
    let spans: usize = chunks.iter().map(|chunk| chunk.spans.len()).sum();
    let mut out = Vec::with_capacity(64 + spans * 512);
    let mut writer =
        Writer { process, options, tags: ProcessTags::new(process), metrics: Vec::with_capacity(256) };
    write::list(&mut out, chunks.len());
    for chunk in chunks {
        writer.chunk(&mut out, chunk);
    }
    out
}

struct Writer<'a> {
    process: &'a Process,
    options: &'a Options,
    tags: ProcessTags<'a>,
    /// Numbers of the span being written: they come in between the texts, but stand behind them.
    metrics: Vec<u8>,
}

impl Writer<'_> {
    fn chunk(&mut self, out: &mut Vec<u8>, chunk: &Chunk) {
        let entries = service_entries(chunk, self.process);
        write::list(out, chunk.spans.len());
        for (at, span) in chunk.spans.iter().enumerate() {
            let place = Place { chunk, process: self.process, first: at == 0, entry: entries[at] };
            self.span(out, span, place);
        }
    }

    fn span(&mut self, out: &mut Vec<u8>, span: &Span, place: Place) {
        let map = write::open_map(out);
        let mut fields = 12;
        out.extend_from_slice(b"\xa8trace_id");
        write::unsigned(out, place.chunk.trace_id as u64);
        out.extend_from_slice(b"\xa7span_id");
        write::unsigned(out, span.id);
        out.extend_from_slice(b"\xa9parent_id");
        write::unsigned(out, span.parent);
        self.texts(out, span);
        out.extend_from_slice(b"\xa5start");
        write::unsigned(out, span.start);
        out.extend_from_slice(b"\xa8duration");
        write::unsigned(out, span.duration);
        out.extend_from_slice(b"\xa5error");
        write::unsigned(out, u64::from(span.error));
        self.tags(out, span, place);
        fields += self.extras(out, span);
        write::close_map(out, map, fields);
    }

    fn texts(&self, out: &mut Vec<u8>, span: &Span) {
        out.extend_from_slice(b"\xa4name");
        write::text(out, &span.name);
        out.extend_from_slice(b"\xa8resource");
        write::text(out, span.resource_or_name());
        out.extend_from_slice(b"\xa7service");
        write::text(out, service_of(span, self.process));
        out.extend_from_slice(b"\xa4type");
        write::text(out, &span.span_type);
    }

    fn tags(&mut self, out: &mut Vec<u8>, span: &Span, place: Place) {
        self.metrics.clear();
        out.extend_from_slice(b"\xa4meta");
        let meta = write::open_map(out);
        let mut sink = Maps { meta: out, texts: 0, metrics: &mut self.metrics, numbers: 0 };
        tags::tell(span, place, &self.tags, &mut sink);
        if !self.options.native_events {
            structured::tell_events(span, &mut sink);
        }
        if !self.options.structures {
            structured::tell_findings(span, &mut sink);
        }
        let Maps { texts, numbers, .. } = sink;
        write::close_map(out, meta, texts);
        out.extend_from_slice(b"\xa7metrics");
        let metrics = write::open_map(out);
        out.extend_from_slice(&self.metrics);
        write::close_map(out, metrics, numbers);
    }

    /// Writes the fields that few spans have, and says how many.
    fn extras(&self, out: &mut Vec<u8>, span: &Span) -> u32 {
        let Some(extras) = &span.extras else { return 0 };
        let mut fields = 0;
        if !extras.links.is_empty() {
            fields += 1;
            structured::write_links(out, &extras.links);
        }
        if self.options.native_events {
            fields += structured::write_events(out, extras);
        }
        if self.options.structures && !extras.structures.is_empty() {
            fields += 1;
            structured::write_structures(out, &extras.structures);
        }
        fields
    }
}

struct Maps<'a> {
    meta: &'a mut Vec<u8>,
    texts: u32,
    metrics: &'a mut Vec<u8>,
    numbers: u32,
}

impl Sink for Maps<'_> {
    #[inline]
    fn text(&mut self, name: &str, value: &str) {
        self.texts += 1;
        write::text(self.meta, name);
        write::text(self.meta, value);
    }

    #[inline]
    fn number(&mut self, name: &str, value: f64) {
        self.numbers += 1;
        write::text(self.metrics, name);
        write::double(self.metrics, value);
    }
}

/// Decodes the body of a `/v0.4/traces` or `/v0.3/traces` request, from any tracer.
///
/// # Errors
/// If it is not MessagePack of that form, or passes one of the limits.
pub fn decode(bytes: &[u8], limits: &DecodeLimits) -> Result<Vec<Received>, Error> {
    super::v04_read::decode(bytes, limits)
}
