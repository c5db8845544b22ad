//! What a request's evaluations cost and left out.

use vedette_waf::{Outcome, Truncated};

/// What the evaluations of one request came to.
#[derive(Default)]
pub(super) struct Totals {
    truncated: Truncated,
    micros: u64,
    timeouts: u32,
    sinks: u32,
    sink_micros: u64,
    sink_timeouts: u32,
}

impl Totals {
    /// One more evaluation.
    pub(super) fn add(&mut self, outcome: &Outcome) {
        self.truncated = self.truncated.and(outcome.truncated);
        if outcome.sinks > 0 {
            self.sinks += outcome.sinks;
            self.sink_micros += outcome.micros;
            self.sink_timeouts += u32::from(outcome.timed_out);
        } else {
            self.micros += outcome.micros;
            self.timeouts += u32::from(outcome.timed_out);
        }
    }

    /// As attributes of the request's span, without those that say nothing.
    pub(super) fn attributes(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let cut = &self.truncated;
        let all = [
            ("_dd.appsec.waf.duration", self.micros),
            ("_dd.appsec.waf.timeouts", self.timeouts.into()),
            ("_dd.appsec.rasp.rule.eval", self.sinks.into()),
            ("_dd.appsec.rasp.duration", self.sink_micros),
            ("_dd.appsec.rasp.timeout", self.sink_timeouts.into()),
            ("_dd.appsec.truncated.string_length", cut.string_bytes as u64),
            ("_dd.appsec.truncated.container_size", cut.elements as u64),
            ("_dd.appsec.truncated.container_depth", cut.depth as u64),
        ];
        all.into_iter().filter(|(_, value)| *value > 0)
    }
}
