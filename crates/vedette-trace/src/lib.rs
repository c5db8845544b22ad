//! What happens to a trace between its first span and the queue: propagation, sampling, stats.
