//! The way in at a backend: its client, the headers from the settings, and the counting of requests.

use std::path::PathBuf;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use ureq::http::Method;

use crate::config::Target;
use crate::counters::TargetMeter;
use crate::http::{Client, Endpoint, Failure, Headers, Reply};

/// A backend's door. The client is made with the first request.
pub(crate) struct Door {
    endpoint: Endpoint,
    certificate: Option<PathBuf>,
    extra: Headers,
    timeout: Duration,
    client: Option<Client>,
}

impl Door {
    /// The settings have been checked when the exporter was made.
    pub fn new(target: &Target) -> Door {
        let (url, headers, timeout, certificate) = match target {
            Target::Datadog { url, headers, timeout, .. } => (url, headers, timeout, &None),
            Target::Otlp { url, headers, timeout, certificate, .. } => (url, headers, timeout, certificate),
        };
        let nowhere = Endpoint { base: String::new(), socket: None };
        Door {
            endpoint: Endpoint::parse(url).unwrap_or(nowhere),
            certificate: certificate.clone(),
            extra: Headers::new().extend(headers).unwrap_or_default(),
            timeout: *timeout,
            client: None,
        }
    }

    /// Where it is.
    #[cfg(unix)]
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Sends a request, and counts it.
    pub fn send(
        &mut self,
        method: Method,
        path: &str,
        mut headers: Headers,
        body: &[u8],
        within: Option<Duration>,
        meter: &TargetMeter,
    ) -> Result<Reply, Failure> {
        headers.0.extend(self.extra.0.clone());
        let client = self.client()?;
        meter.requests.fetch_add(1, Relaxed);
        meter.bytes.fetch_add(body.len() as u64, Relaxed);
        client.send(method, path, headers, body, within)
    }

    fn client(&mut self) -> Result<&Client, Failure> {
        if self.client.is_none() {
            let made = Client::new(&self.endpoint, self.certificate.as_deref(), self.timeout);
            self.client = Some(made.map_err(Failure::Broken)?);
        }
        self.client.as_ref().ok_or_else(|| Failure::Broken(String::new()))
    }
}
