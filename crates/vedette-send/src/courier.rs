//! Requests to a backend that carry no traces: questions, and what is sent once in a while.

use std::time::Duration;

use ureq::http::Method;

use crate::config::Error;
use crate::http::{Client, Endpoint, Failure, Headers};

/// A blocking client of one backend, over TCP, TLS or a Unix socket.
pub struct Courier {
    client: Client,
}

impl Courier {
    /// Opens no connection yet. Answers of more than `most_answer` bytes are failures.
    ///
    /// # Errors
    /// When the address can't be understood.
    pub fn new(url: &str, timeout: Duration, most_answer: u64) -> Result<Courier, Error> {
        let endpoint = Endpoint::parse(url)?;
        let client = Client::new(&endpoint, None, timeout)
            .map_err(|_| Error::Url(url.to_owned(), "no client for it"))?;
        Ok(Courier { client: client.reading(most_answer) })
    }

    /// Asks for a path under the backend's address; status and body.
    ///
    /// # Errors
    /// When there is no answer; the text says why.
    pub fn get(&self, path: &str) -> Result<(u16, Vec<u8>), String> {
        self.ask(Method::GET, path, Headers::new(), &[])
    }

    /// Sends a body; status and body of the answer.
    ///
    /// # Errors
    /// When there is no answer, or a header can't be written; the text says why.
    pub fn post(
        &self,
        path: &str,
        headers: &[(String, String)],
        body: &[u8],
    ) -> Result<(u16, Vec<u8>), String> {
        let headers = Headers::new().extend(headers).map_err(|error| error.to_string())?;
        self.ask(Method::POST, path, headers, body)
    }

    fn ask(
        &self,
        method: Method,
        path: &str,
        headers: Headers,
        body: &[u8],
    ) -> Result<(u16, Vec<u8>), String> {
        let reply = self.client.send(method, path, headers, body, None);
        reply.map(|reply| (reply.status, reply.body)).map_err(|failure: Failure| failure.text().to_owned())
    }
}
