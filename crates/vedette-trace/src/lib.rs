//! What happens to a trace between its first span and the queue: propagation, sampling, stats.
//!
//! ```
//! use vedette_model::Span;
//! use vedette_trace::propagation::{extract, inject, Config, Headers, Outgoing};
//! use vedette_trace::sampling::{Sampler, SamplingConfig};
//!
//! let config = Config::default();
//! let headers = [("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")];
//! let remote = extract(&config, &Headers(&headers)).remote.unwrap();
//! assert_eq!((remote.span_id, remote.priority), (0x00f0_67aa_0ba9_02b7, Some(1)));
//!
//! let sampler = Sampler::new(SamplingConfig::default());
//! let decision = sampler.decide(&Span::default(), 77, "shop", "prod", 0);
//! let outgoing = Outgoing { trace_id: 77, span_id: 5, priority: Some(decision.priority), ..Outgoing::default() };
//! let mut written = Vec::new();
//! inject(&config, &outgoing, &mut |name, value| written.push(format!("{name}: {value}")));
//! assert_eq!(written[0], "x-datadog-trace-id: 77");
//! ```

pub mod filter;
pub mod propagation;
pub mod sampling;
pub mod stats;
