//! Formats on the wire, one file each: encoding for the tracer, decoding for the agent.
