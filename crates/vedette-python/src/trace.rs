//! One trace within this process: who belongs to it, what is finished, what was decided.

use std::borrow::Cow;
use std::sync::{Arc, Mutex, MutexGuard};

use vedette_model::{clock, ids, Chunk, Decision, Mechanism, Span, SpanId, Text, TraceId};
use vedette_trace::propagation::Remote;

use crate::core::Core;
use crate::live;

/// Shared by all spans of a trace that were made in this process.
pub struct Trace {
    pub core: Arc<Core>,
    pub id: TraceId,
    /// What turns the monotonic clock into Unix time, in this trace.
    pub anchor: u64,
    /// The process it belongs to: a trace inherited by a fork is its parent's to send.
    pub generation: u64,
    /// The local root span.
    pub root: SpanId,
    /// What came with the request that began it.
    pub remote: Option<Box<Remote>>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    finished: Vec<Span>,
    open: usize,
    decision: Option<Decision>,
    /// Products that found something in the trace here: bits of `_dd.p.ts`.
    source: u8,
    baggage: Vec<(String, String)>,
}

/// What tells the products that a trace is of interest to, as two hexadecimal digits.
const SOURCE: &str = "_dd.p.ts";
/// The bit of application protection in it.
const SECURITY: u8 = 0x02;

impl Trace {
    /// A new trace, or the local part of a remote one. `inherited` is a decision made by a parent process.
    pub fn new(
        core: Arc<Core>,
        remote: Option<Box<Remote>>,
        baggage: Vec<(String, String)>,
        root: SpanId,
        inherited: Option<Decision>,
    ) -> Arc<Trace> {
        let now = clock::unix();
        let id =
            remote.as_ref().map_or_else(|| ids::trace_id(core.wide_ids, now / 1_000_000_000), |r| r.trace_id);
        let decision =
            inherited.or_else(|| remote.as_deref().and_then(|remote| decided_upstream(&core, remote)));
        let state = State { decision, baggage, ..State::default() };
        let generation = ids::generation();
        Arc::new(Trace {
            core,
            id,
            anchor: clock::anchor(),
            generation,
            root,
            remote,
            state: Mutex::new(state),
        })
    }

    /// Whether this process is the one that sends it.
    #[inline]
    pub fn is_ours(&self) -> bool {
        self.generation == ids::generation()
    }

    // A panic while the lock is held would be ours; the data is still the best there is.
    #[inline]
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Counts a span that was started.
    #[inline]
    pub fn opened(&self) {
        self.state().open += 1;
    }

    /// Takes a finished span, and sends what is complete.
    #[inline]
    pub fn finished(&self, mut span: Span) {
        if !span.service.is_empty() {
            live::rename(&mut span.service);
        }
        let mut state = self.state();
        state.finished.push(span);
        state.open = state.open.saturating_sub(1);
        self.send_if_due(state);
    }

    /// A span was thrown away unfinished: the others must not wait for it.
    pub fn abandoned(&self) {
        let mut state = self.state();
        state.open = state.open.saturating_sub(1);
        self.send_if_due(state);
    }

    #[inline]
    fn send_if_due(&self, mut state: MutexGuard<'_, State>) {
        let complete = state.open == 0 && !state.finished.is_empty();
        if !(complete || state.finished.len() >= self.core.partial_min) || !self.is_ours() {
            return;
        }
        let spans = std::mem::take(&mut state.finished);
        let decided = state.decision;
        drop(state);
        self.send(spans, decided);
    }

    fn send(&self, mut spans: Vec<Span>, decided: Option<Decision>) {
        let root = spans.iter().position(|span| span.id == self.root);
        if let Some(at) = root {
            spans.swap(0, at);
        }
        let decision = decided.unwrap_or_else(|| self.decide(&spans[0]));
        let trace_id = self.id;
        let mut chunk = Chunk { trace_id, spans, has_root: root.is_some(), decision, ..Chunk::default() };
        if let Some(remote) = &self.remote {
            chunk.origin.clone_from(&remote.origin);
            chunk.tracestate.clone_from(&remote.tracestate);
        }
        chunk.tags = self.tags().into_owned();
        self.core.send(chunk);
    }

    /// The decision; made now, by what `root` looks like, if there is none yet.
    pub fn decide(&self, root: &Span) -> Decision {
        if let Some(decision) = self.state().decision {
            return decision;
        }
        let decision = self.core.decide(root, self.id);
        self.state().decision.get_or_insert(decision).to_owned()
    }

    /// What was decided so far.
    pub fn decision(&self) -> Option<Decision> {
        self.state().decision
    }

    /// The user's (or protection's) word, which wins over rules.
    pub fn overrule(&self, keep: bool, mechanism: Mechanism) {
        let priority = if keep { 2 } else { -1 };
        let mut state = self.state();
        state.decision = Some(Decision { priority, mechanism: Some(mechanism), ..Decision::default() });
        if mechanism == Mechanism::AppSec {
            state.source |= SECURITY;
        }
    }

    /// Whether protection found something, here or in a service that the trace came from.
    pub fn is_of_security(&self) -> bool {
        (self.state().source | self.source_upstream()) & SECURITY != 0
    }

    /// Whether other services are to know of the trace: in standalone mode those of interest alone.
    pub fn goes_on(&self) -> bool {
        self.core.standalone.is_none() || self.is_of_security()
    }

    fn source_upstream(&self) -> u8 {
        self.remote.as_deref().map_or(0, source_of)
    }

    /// Propagation tags `_dd.p.*`: upstream's, and what was found here.
    pub fn tags(&self) -> Cow<'_, [(Text, Text)]> {
        let upstream = self.remote.as_ref().map_or(&[][..], |remote| &remote.tags);
        let source = self.state().source;
        if source == 0 {
            return Cow::Borrowed(upstream);
        }
        let bits = Text::new(format!("{:02x}", source | self.source_upstream()));
        let others = upstream.iter().filter(|(name, _)| name != SOURCE).cloned();
        others.chain([(Text::const_new(SOURCE), bits)]).collect()
    }

    /// Items of the trace's baggage, in order.
    pub fn baggage(&self) -> Vec<(String, String)> {
        self.state().baggage.clone()
    }

    /// Sets (or with None removes) a baggage item.
    pub fn set_baggage(&self, key: &str, value: Option<&str>) {
        let baggage = &mut self.state().baggage;
        baggage.retain(|(k, _)| k != key);
        if let Some(value) = value {
            baggage.push((key.to_owned(), value.to_owned()));
        }
    }

    /// Removes all baggage.
    pub fn clear_baggage(&self) {
        self.state().baggage.clear();
    }

    /// Origin and foreign tracestate, for injection.
    pub fn remote_parts(&self) -> (&str, &str) {
        self.remote.as_ref().map_or(("", ""), |r| (&r.origin, &r.tracestate))
    }
}

/// The products that a trace was of interest to before it came here.
fn source_of(remote: &Remote) -> u8 {
    let told = remote.tags.iter().find(|(name, _)| name == SOURCE);
    told.and_then(|(_, bits)| u8::from_str_radix(bits, 16).ok()).unwrap_or(0)
}

/// The decision that came with a trace; in standalone mode it counts where protection made it.
fn decided_upstream(core: &Core, remote: &Remote) -> Option<Decision> {
    let counts = core.standalone.is_none() || source_of(remote) & SECURITY != 0;
    let priority = remote.priority.filter(|_| counts)?;
    Some(Decision { priority, ..Decision::default() })
}
