//! The way out of the process: finished traces wait in a queue bounded by bytes, and one native thread, started
//! with the first of them, redacts, encodes and sends them to Datadog Agents and OTLP receivers over TCP, TLS
//! and Unix sockets. The application's threads only push; they never wait for a backend.
//!
//! What holds:
//! - [`Exporter::new`] starts nothing; [`Exporter::send`] takes well under a microsecond and never fails.
//! - Memory is bounded: the queue by [`Config::queue_bytes`], the payloads that wait for each backend by the same
//!   again, divided by the number of backends. What does not fit is dropped, newest first, and counted.
//! - After idleness a trace leaves within about 2 ms, under load within about 20 ms.
//! - [`Exporter::flush`] and [`Exporter::shutdown`] never wait longer than they are told.
//! - After a fork the child calls [`Exporter::respawn`]; nothing is shared with the parent, no lock is touched.

mod announce;
mod backend;
mod config;
mod counters;
mod courier;
mod datadog;
#[cfg(target_os = "linux")]
mod discovery;
mod door;
mod exporter;
mod farewell;
mod http;
mod lane;
mod otlp;
mod queue;
mod redact;
mod sampled;
mod signals;
mod source_lines;
mod telemetry;
mod worker;

pub use config::{Config, Error, Obfuscation, Target, Version};
pub use counters::{Amount, Counters, TargetCounters};
pub use courier::Courier;
pub use exporter::Exporter;
pub use farewell::farewell;
pub use signals::blocked;
pub use telemetry::{Facts, Integration, Loaded, Telemetry};
#[cfg(unix)]
pub use telemetry::{LastWords, Way};

/// One lane per target that can be built.
fn lanes(config: &Config) -> Vec<lane::Lane> {
    let share = config.queue_bytes / config.targets.len().max(1);
    config.targets.iter().map(|target| lane::Lane::new(backend(target, config), share)).collect()
}

fn backend(target: &Target, config: &Config) -> Box<dyn backend::Backend> {
    match target {
        Target::Datadog { .. } => Box::new(datadog::Agent::new(target, config)),
        Target::Otlp { .. } => Box::new(otlp::Receiver::new(target, config)),
    }
}
