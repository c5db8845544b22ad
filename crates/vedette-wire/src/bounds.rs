//! What decoding may cost. Payloads come from outside: a few bytes must not turn into gigabytes.

/// Bounds of one decoded payload.
#[derive(Clone, Copy, Debug)]
pub struct DecodeLimits {
    /// Bytes of the payload itself.
    pub bytes: usize,
    /// Spans in it.
    pub spans: usize,
    /// Levels of nesting, for values that are skipped or turned into JSON.
    pub depth: usize,
    /// Bytes that the decoded form may hold. A text that the payload repeats by reference counts each time; JSON counts 16 times its length.
    pub memory: usize,
}

impl DecodeLimits {
    /// The defaults: 32 MiB (the Datadog Agent takes 25 MB), 200,000 spans, 32 levels, 256 MiB in memory.
    pub const DEFAULT: DecodeLimits =
        DecodeLimits { bytes: 32 << 20, spans: 200_000, depth: 32, memory: 256 << 20 };
}

impl Default for DecodeLimits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// Why a payload was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// It ends in the middle of a value, or declares a length that it does not have.
    Truncated,
    /// Something else stands where `what` was expected.
    Malformed {
        /// What was expected.
        what: &'static str,
        /// Byte in the payload; 0 where the position is not known.
        at: usize,
    },
    /// One of the [`DecodeLimits`] was passed.
    TooBig {
        /// Name of the limit.
        limit: &'static str,
    },
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Error::Truncated => write!(f, "the payload is cut off"),
            Error::Malformed { what, at } => write!(f, "expected {what} at byte {at}"),
            Error::TooBig { limit } => write!(f, "the payload passes the limit of {limit}"),
        }
    }
}

impl std::error::Error for Error {}

/// Memory charged for a chunk beside its spans.
pub(crate) const CHUNK: usize = 1024;

/// What is left of the bounds while a payload is decoded.
pub(crate) struct Budget {
    memory: usize,
    spans: usize,
    /// Levels of nesting that may be entered.
    pub depth: usize,
}

impl Budget {
    /// Checks the size of the payload and opens a budget for it.
    pub fn open(bytes: &[u8], limits: &DecodeLimits) -> Result<Budget, Error> {
        if bytes.len() > limits.bytes {
            return Err(Error::TooBig { limit: "bytes" });
        }
        Ok(Budget { memory: limits.memory, spans: limits.spans, depth: limits.depth })
    }

    /// Charges `bytes` of memory.
    #[inline]
    pub fn charge(&mut self, bytes: usize) -> Result<(), Error> {
        self.memory = self.memory.checked_sub(bytes).ok_or(Error::TooBig { limit: "memory" })?;
        Ok(())
    }

    /// Charges one span.
    pub fn charge_span(&mut self) -> Result<(), Error> {
        self.spans = self.spans.checked_sub(1).ok_or(Error::TooBig { limit: "spans" })?;
        self.charge(256)
    }
}
