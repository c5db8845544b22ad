//! What an exporter is told: where to send, and how much it may hold.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use vedette_model::Process;
use vedette_trace::sampling::Sampler;

use crate::http::{Endpoint, Headers};
use crate::redact::without_user_info;
use crate::telemetry::Telemetry;

/// Settings of an [`Exporter`](crate::Exporter).
#[derive(Clone)]
pub struct Config {
    /// The process whose spans are sent.
    pub process: Process,
    /// Backends; every chunk goes to each of them.
    pub targets: Vec<Target>,
    /// Bytes of finished spans that may wait, by [`Chunk::bytes`](vedette_model::Chunk::bytes). Beyond it the newest are dropped.
    pub queue_bytes: usize,
    /// Bytes of one request body before compression; more is split over several requests.
    pub payload_bytes: usize,
    /// Whether to compute statistics for Datadog targets that take them (`/v0.6/stats`).
    pub stats: bool,
    /// What is made unreadable before it leaves the process.
    pub obfuscate: Obfuscation,
    /// Whether stacks of errors get the lines of source that they name.
    pub source_lines: bool,
    /// Told the rates that a Datadog Agent answers with.
    pub sampler: Arc<Sampler>,
    /// The configuration as JSON, to be told on standard error when sending begins, as the first backend that can't be
    /// reached is then; None to say nothing.
    pub announcement: Option<String>,
    /// What Datadog targets are told about the process; None for nothing.
    pub telemetry: Option<Telemetry>,
}

/// A backend.
#[derive(Clone, Debug)]
pub enum Target {
    /// A Datadog Agent, or anything that speaks its protocol.
    Datadog {
        /// Base address: `http://host:8126`, `https://...` or `unix:///path/to/socket`.
        url: String,
        /// The trace format wanted; falls back to 0.4 where the Agent does not offer it.
        version: Version,
        /// Longest one request may take, connecting included.
        timeout: Duration,
        /// Further request headers.
        headers: Vec<(String, String)>,
    },
    /// An OTLP/HTTP receiver, such as an OpenTelemetry Collector.
    Otlp {
        /// Full address, usually ending in `/v1/traces`.
        url: String,
        /// JSON instead of protobuf.
        json: bool,
        /// Full address for findings as log records, usually ending in `/v1/logs`; None to send none.
        logs: Option<String>,
        /// Whether bodies are compressed.
        gzip: bool,
        /// Further request headers.
        headers: Vec<(String, String)>,
        /// PEM file of the certificates to trust instead of the platform's (`OTEL_EXPORTER_OTLP_CERTIFICATE`).
        certificate: Option<PathBuf>,
        /// Longest one request may take, connecting included.
        timeout: Duration,
    },
}

/// Version of the Datadog trace format.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Version {
    /// `/v0.4/traces`: maps, one per span.
    #[default]
    V04,
    /// `/v0.5/traces`: arrays and a table of strings.
    V05,
}

/// What is made unreadable before it leaves the process.
#[derive(Clone, Debug)]
pub struct Obfuscation {
    /// Whether literals in SQL statements and arguments of Redis commands become `?`.
    pub sql: bool,
    /// Regular expression of secrets in query strings; None for the built-in one, empty for no search.
    pub query_string: Option<String>,
}

impl Default for Obfuscation {
    fn default() -> Self {
        Obfuscation { sql: true, query_string: None }
    }
}

impl Config {
    /// Defaults without any target: 16 MiB of queue, 4 MiB per request, statistics on, everything obfuscated.
    pub fn new(process: Process, sampler: Arc<Sampler>) -> Config {
        Config {
            process,
            targets: Vec::new(),
            queue_bytes: 16 << 20,
            payload_bytes: 4 << 20,
            stats: true,
            obfuscate: Obfuscation::default(),
            source_lines: false,
            sampler,
            announcement: None,
            telemetry: None,
        }
    }

    /// Finds out without touching network or files whether every target can be understood.
    pub(crate) fn check(&self) -> Result<(), Error> {
        self.targets.iter().try_for_each(Target::check)
    }
}

impl Target {
    /// A Datadog Agent at `url` with the usual settings: format 0.4, 2 s per request.
    pub fn datadog(url: &str) -> Target {
        Target::Datadog {
            url: url.to_string(),
            version: Version::V04,
            timeout: Duration::from_secs(2),
            headers: Vec::new(),
        }
    }

    /// An OTLP receiver at `url` with the usual settings: protobuf, gzip, platform's certificates, 2 s per request.
    pub fn otlp(url: &str) -> Target {
        Target::Otlp {
            url: url.to_string(),
            json: false,
            logs: None,
            gzip: true,
            headers: Vec::new(),
            certificate: None,
            timeout: Duration::from_secs(2),
        }
    }

    /// The address as it was given, without user information, for messages.
    pub fn address(&self) -> String {
        without_user_info(self.url()).into_owned()
    }

    /// The same receiver at its address for log records, if it has one.
    pub(crate) fn for_logs(&self) -> Option<Target> {
        let mut target = self.clone();
        let Target::Otlp { url, logs, .. } = &mut target else { return None };
        *url = logs.take()?;
        Some(target)
    }

    fn url(&self) -> &str {
        match self {
            Target::Datadog { url, .. } | Target::Otlp { url, .. } => url,
        }
    }

    fn check(&self) -> Result<(), Error> {
        let (Target::Datadog { headers, .. } | Target::Otlp { headers, .. }) = self;
        Endpoint::parse(self.url())?;
        if let Target::Otlp { logs: Some(logs), .. } = self {
            Endpoint::parse(logs)?;
        }
        Headers::new().extend(headers).map(|_| ())
    }
}

/// Why an exporter could not be made. The texts name the setting's value, never a secret in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The address of a target is not one.
    Url(String, &'static str),
    /// A header's name or value has characters that HTTP does not allow; holds the name.
    Header(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Url(url, why) => write!(f, "cannot send to {url:?}: {why}"),
            Error::Header(name) => {
                write!(f, "header {name:?} has characters that HTTP does not allow")
            }
        }
    }
}

impl std::error::Error for Error {}
