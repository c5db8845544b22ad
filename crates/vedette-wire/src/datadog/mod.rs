//! The Datadog Agent's trace formats
//! (<https://github.com/DataDog/datadog-agent/blob/main/pkg/trace/api/version.go>): v0.3, v0.4 and v0.5, and for
//! reading v0.7 and v1.0.

pub mod envelope;
mod incoming;
mod structured;
mod structured_read;
mod tags;
mod trace;
pub mod v04;
mod v04_read;
pub mod v05;
mod v05_read;
pub mod v07;
pub mod v10;
mod v10_values;
