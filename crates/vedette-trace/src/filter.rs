//! Trace filters that the Agent announces in `/info`.
