//! What happens to a trace between its first span and the queue: propagation, sampling, stats.

pub mod filter;
pub mod propagation;
pub mod sampling;
pub mod stats;
