//! What a kind of backend has to know: how to write chunks, and how to hand them over.

use std::time::{Duration, Instant};

use vedette_model::Chunk;

use crate::counters::{Amount, TargetMeter};
use crate::http::{Failure, Reply};

/// A kind of backend. Lives on the worker.
pub(crate) trait Backend: Send {
    /// Writes chunks as request bodies. May ask the backend about itself, within `within` if given.
    fn encode(&mut self, chunks: &[Chunk], within: Option<Duration>, meter: &TargetMeter) -> Vec<Payload>;
    /// Hands one over, within `within` if given.
    fn send(&mut self, payload: &Payload, within: Option<Duration>, meter: &TargetMeter) -> Outcome;
    /// What comes due by itself, such as statistics; all of it with `last`, at the end.
    fn periodic(&mut self, _last: bool) -> Option<Payload> {
        None
    }
    /// When something comes due by itself.
    fn due(&self) -> Option<Instant> {
        None
    }
}

/// A request body.
pub(crate) struct Payload {
    pub body: Vec<u8>,
    /// What it holds.
    pub amount: Amount,
    /// Path under the backend's address.
    pub path: &'static str,
    /// How often to try before it is dropped.
    pub tries: u32,
    /// What kind of thing it is, where the path does not say so (telemetry); empty elsewhere.
    pub kind: &'static str,
}

/// Tries of traces: after 0.1 + 0.2 + 0.4 + ... s, together about 10 s, enough for an agent that restarts.
const TRACES_TRIES: u32 = 8;

impl Payload {
    /// A payload of traces.
    pub fn traces(body: Vec<u8>, amount: Amount, path: &'static str) -> Payload {
        Payload { body, amount, path, tries: TRACES_TRIES, kind: "" }
    }
}

/// What became of a payload.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// The backend has it. At the end of a killed process: it has been written, and nobody waits for the answer.
    Sent,
    /// The backend has it, but for some spans.
    Partly {
        /// How many spans it refused.
        refused: u64,
    },
    /// The backend does not want it, now or later.
    Rejected(String),
    /// It may be wanted later.
    Failed {
        /// Why.
        text: String,
        /// When the backend wants to be asked again.
        after: Option<Duration>,
        /// What kind of failure it was.
        trouble: Trouble,
    },
}

/// Kinds of failure, by what they say about another try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// Nobody answers: another try within the same second is pointless.
    Dead,
    /// The connection broke: a new one may do.
    Broken,
    /// An answer came, and asks for patience.
    Busy,
}

impl Outcome {
    /// Reads the status of an answer: what is overloaded or broken may recover, the rest will not.
    pub fn of(reply: Result<Reply, Failure>) -> Result<Reply, Outcome> {
        if matches!(reply, Err(Failure::Unheard)) {
            return Err(Outcome::Sent);
        }
        let reply = reply.map_err(|failure| Outcome::Failed {
            after: None,
            trouble: if matches!(failure, Failure::Broken(_)) { Trouble::Broken } else { Trouble::Dead },
            text: failure.text().to_string(),
        })?;
        match reply.status {
            200..=299 => Ok(reply),
            408 | 425 | 429 | 500..=599 => Err(Outcome::Failed {
                text: described(&reply),
                after: reply.retry_after,
                trouble: Trouble::Busy,
            }),
            _ => Err(Outcome::Rejected(described(&reply))),
        }
    }
}

/// Status and beginning of the body, for people.
fn described(reply: &Reply) -> String {
    let body = String::from_utf8_lossy(&reply.body[..reply.body.len().min(200)]).trim().to_string();
    format!("status {} {body}", reply.status).trim_end().to_string()
}

/// Writes `chunks` so that no body passes `most_bytes`, by writing halves where it does. A single trace is cut
/// between its spans; a single span goes out whatever its size.
pub(crate) fn split(
    chunks: &[Chunk],
    most_bytes: usize,
    write: &mut dyn FnMut(&[Chunk]) -> Vec<u8>,
) -> Vec<(Vec<u8>, Amount)> {
    let body = write(chunks);
    if body.len() <= most_bytes {
        return vec![(body, Amount::of(chunks))];
    }
    let [front, back] = match chunks {
        [one] if one.spans.len() < 2 => return vec![(body, Amount::of(chunks))],
        [one] => halves(one).map(|half| split(&[half], most_bytes, write)),
        more => {
            let (front, back) = more.split_at(more.len() / 2);
            [front, back].map(|half| split(half, most_bytes, write))
        }
    };
    front.into_iter().chain(back).collect()
}

/// A trace as two chunks, as a partial flush would have made them.
fn halves(chunk: &Chunk) -> [Chunk; 2] {
    let (front, back) = chunk.spans.split_at(chunk.spans.len() / 2);
    let with = |spans: &[vedette_model::Span], has_root| Chunk {
        trace_id: chunk.trace_id,
        spans: spans.to_vec(),
        has_root,
        decision: chunk.decision,
        origin: chunk.origin.clone(),
        tags: chunk.tags.clone(),
        tracestate: chunk.tracestate.clone(),
    };
    [with(front, chunk.has_root), with(back, false)]
}
