//! The thread that asks: quiet where nobody answers, and not to be ended by what comes.

use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use vedette_send::Courier;

use crate::handle::Shared;
use crate::host::{Applied, Host, Settings};
use crate::moment;
use crate::question::{self, Asking};
use crate::repository::{Config, Repository};

const PATH: &str = "/v0.7/config";
/// Bytes of an answer; base64 makes a third more of what a repository takes.
const MOST_ANSWER: u64 = 96 << 20;
/// After a change the backend is told soon what became of it.
const SOON: Duration = Duration::from_millis(50);
/// A backend that does not answer is asked less and less often, but so often.
const LONGEST: Duration = Duration::from_secs(30);
/// One that has no remote configuration is asked whether it has learned it.
const RARELY: Duration = Duration::from_secs(300);
/// After so many panics the client ends: something is wrong for good, and each one writes to standard error.
const MOST_PANICS: u64 = 10;
/// Characters of a reason that is told to the backend: it may quote what came.
const MOST_REASON: usize = 1_000;

pub(crate) struct Client {
    settings: Settings,
    courier: Courier,
    host: Box<dyn Host>,
    repository: Repository,
    shared: Arc<Shared>,
    /// Why the last answer was refused.
    error: String,
    /// Questions without answer since the last one with.
    failed: u32,
    /// Questions that were answered; begins anew when the backend says that it has no remote configuration.
    asked: u64,
    /// Whether the host has to be told of the configurations, though none may have changed.
    settle: bool,
}

impl Client {
    /// # Errors
    /// If the address can't be understood.
    pub(crate) fn new(
        settings: Settings,
        host: Box<dyn Host>,
        shared: Arc<Shared>,
    ) -> Result<Client, String> {
        Ok(Client {
            courier: Courier::new(&settings.url, settings.timeout, MOST_ANSWER)
                .map_err(|error| error.to_string())?,
            repository: Repository::new(settings.trust.clone()),
            settings,
            host,
            shared,
            error: String::new(),
            failed: 0,
            asked: 0,
            settle: true,
        })
    }

    /// Asks until it is stopped.
    pub(crate) fn run(&mut self) {
        let shared = Arc::clone(&self.shared);
        while !shared.is_stopped() && shared.status.panics.load(Relaxed) < MOST_PANICS {
            let turn = catch_unwind(AssertUnwindSafe(|| self.turn()));
            shared.rest(turn.unwrap_or_else(|_| self.panicked()));
        }
    }

    /// Asks once, where that makes sense; how long to wait for the next time.
    fn turn(&mut self) -> Duration {
        if self.is_offered() {
            self.poll()
        } else {
            RARELY.max(self.settings.interval)
        }
    }

    /// A fault of ours costs one turn. What is in force is put in force anew: it may have been left half done.
    fn panicked(&mut self) -> Duration {
        self.shared.status.panics.fetch_add(1, Relaxed);
        self.settle = true;
        self.error = "an error within the tracer".to_owned();
        let why = self.error.clone();
        self.unanswered(&why)
    }

    /// Whether the backend has remote configuration: asked once, and again after it said no. One that says nothing
    /// about itself may have it.
    fn is_offered(&mut self) -> bool {
        if self.asked > 0 {
            return true;
        }
        let Ok((200, body)) = self.courier.get("/info") else { return true };
        let info: Value = serde_json::from_slice(&body).unwrap_or_default();
        info["endpoints"].as_array().is_none_or(|all| {
            all.iter().filter_map(Value::as_str).any(|one| one.trim_end_matches('/') == PATH)
        })
    }

    fn poll(&mut self) -> Duration {
        let body = self.question();
        let json = [("content-type".to_owned(), "application/json".to_owned())];
        match self.courier.post(PATH, &json, &body) {
            Ok((200, body)) => self.answered(&body),
            Ok((404 | 405 | 501, _)) => {
                self.asked = 0;
                RARELY.max(self.settings.interval)
            }
            Ok((status, _)) => self.unanswered(&format!("status {status}")),
            Err(why) => self.unanswered(&why),
        }
    }

    fn question(&mut self) -> Vec<u8> {
        let offer = if self.asked == 0 { &self.settings.first } else { &self.settings.offer };
        let services = self.host.extra_services();
        let asking = Asking {
            tracer: &self.settings.tracer,
            client: &self.settings.tracer.runtime_id, // a process has one client
            offer,
            extra_services: &services,
            error: &self.error,
        };
        question::body(&asking, &self.repository)
    }

    fn unanswered(&mut self, why: &str) -> Duration {
        self.shared.status.failures.fetch_add(1, Relaxed);
        self.shared.complain(why);
        self.failed = (self.failed + 1).min(8);
        let interval = self.settings.interval;
        (interval * (1 << (self.failed - 1))).min(LONGEST.max(interval))
    }

    fn answered(&mut self, body: &[u8]) -> Duration {
        let fresh = self.asked == 0 && self.settings.first != self.settings.offer;
        (self.failed, self.asked) = (0, self.asked + 1);
        self.shared.status.answers.fetch_add(1, Relaxed);
        let soon = match self.repository.update(body, &moment::now()) {
            Ok(news) => {
                self.error.clear();
                let told = (news || self.settle) && self.apply();
                told && news || fresh
            }
            Err(why) => self.refuse(why.chars().take(MOST_REASON).collect()),
        };
        if soon {
            SOON.min(self.settings.interval)
        } else {
            self.settings.interval
        }
    }

    /// An answer can't be believed. True if the backend has not been told of it yet.
    fn refuse(&mut self, why: String) -> bool {
        self.shared.status.refused.fetch_add(1, Relaxed);
        self.shared.complain(&why);
        let is_new = self.error != why;
        self.error = why;
        is_new
    }

    /// True if the host has put in force what there is.
    fn apply(&mut self) -> bool {
        self.settle = true;
        let configs: Vec<Config> = self.repository.configs().cloned().collect();
        let Some(Applied { verdicts, offer }) = self.shared.at_work(|| self.host.apply(&configs)) else {
            return false;
        };
        self.settle = false;
        self.shared.status.changes.fetch_add(1, Relaxed);
        verdicts.into_iter().for_each(|(path, verdict)| self.repository.judge(&path, verdict));
        if let Some(offer) = offer {
            self.settings.offer = offer;
        }
        true
    }
}
