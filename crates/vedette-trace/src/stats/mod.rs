//! Client-side stats.
