//! The thread that asks: lazily started, stopped without being waited for, quiet where nobody answers.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::Builder;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::Value;
use vedette_send::{blocked, Courier};

use crate::question::{self, Asking, Offer, Tracer};
use crate::repository::{Config, Repository, Verdict};
use crate::trust::Trust;

const PATH: &str = "/v0.7/config";
/// Bytes of an answer; base64 makes a third more of what a repository takes.
const MOST_ANSWER: u64 = 96 << 20;
/// After a change the backend is told soon what became of it.
const SOON: Duration = Duration::from_millis(50);
/// A backend that does not answer is asked less and less often, but so often.
const LONGEST: Duration = Duration::from_secs(30);
/// One that has no remote configuration is asked whether it has learned it.
const RARELY: Duration = Duration::from_secs(300);
/// The interpreter may run anything when a change is applied; only what is used of it is memory.
const STACK: usize = 2 << 20;

/// What a client is told.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Address of the backend.
    pub url: String,
    /// Longest that one question may take.
    pub timeout: Duration,
    /// Time between questions.
    pub interval: Duration,
    /// Whose signatures count.
    pub trust: Trust,
    /// Who asks.
    pub tracer: Tracer,
    /// What the very first question of a process offers: backends judge a fresh tracer by it.
    pub first: Offer,
    /// What later ones offer, until the host says otherwise.
    pub offer: Offer,
}

/// What became of configurations.
#[derive(Debug, Default)]
pub struct Applied {
    /// By path.
    pub verdicts: Vec<(String, Verdict)>,
    /// What is understood from now on.
    pub offer: Option<Offer>,
}

/// Whoever puts configurations in force. Called on the client's thread.
pub trait Host: Send {
    /// Puts exactly these in force, whatever was before. None: it can't now, and wants to be asked again.
    fn apply(&mut self, configs: &[Config]) -> Option<Applied>;
    /// Names of further services of the process.
    fn extra_services(&mut self) -> Vec<String>;
}

/// Counts of what happened.
#[derive(Debug, Default)]
pub struct Status {
    /// Questions that were answered.
    pub answers: AtomicU64,
    /// Questions that were not, or with an error.
    pub failures: AtomicU64,
    /// Answers that could not be believed.
    pub refused: AtomicU64,
    /// Changes that were put in force.
    pub changes: AtomicU64,
    /// What went wrong last.
    pub last_error: Mutex<String>,
}

/// A client at work.
#[derive(Clone)]
pub struct Handle(Arc<Shared>);

struct Shared {
    stopped: AtomicBool,
    /// Whether the host is at work.
    applying: AtomicBool,
    lock: Mutex<()>,
    changed: Condvar,
    status: Status,
}

/// Starts a client. Its thread ends with `Handle::stop`.
///
/// # Errors
/// If the address can't be understood, or no thread can be had.
pub fn start(settings: Settings, host: Box<dyn Host>) -> io::Result<Handle> {
    let courier = Courier::new(&settings.url, settings.timeout, MOST_ANSWER).map_err(io::Error::other)?;
    let shared = Arc::new(Shared {
        stopped: AtomicBool::new(false),
        applying: AtomicBool::new(false),
        lock: Mutex::new(()),
        changed: Condvar::new(),
        status: Status::default(),
    });
    let repository = Repository::new(settings.trust.clone());
    let mut client = Client {
        settings,
        courier,
        host,
        repository,
        shared: Arc::clone(&shared),
        error: String::new(),
        failed: 0,
        asked: 0,
        settle: true,
    };
    let builder = Builder::new().name("vedette-remote".to_string()).stack_size(STACK);
    blocked(move || builder.spawn(move || client.run()))?;
    Ok(Handle(shared))
}

impl Handle {
    /// Ends the client; waits only for a host that is at work, and for it at most `patience`.
    pub fn stop(&self, patience: Duration) {
        let shared = &self.0;
        shared.stopped.store(true, Ordering::SeqCst);
        let guard = shared.lock.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        shared.changed.notify_all();
        let busy = |(): &mut ()| shared.applying.load(Ordering::SeqCst);
        drop(shared.changed.wait_timeout_while(guard, patience, busy));
    }

    /// What happened so far.
    pub fn status(&self) -> &Status {
        &self.0.status
    }
}

struct Client {
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
    fn run(&mut self) {
        while !self.shared.stopped.load(Ordering::SeqCst) {
            let pause = if self.is_offered() { self.poll() } else { RARELY.max(self.settings.interval) };
            self.rest(pause);
        }
    }

    fn rest(&self, pause: Duration) {
        let shared = &self.shared;
        let until = Instant::now() + pause;
        let mut guard = shared.lock.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        while !shared.stopped.load(Ordering::SeqCst) {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            guard = match shared.changed.wait_timeout(guard, left) {
                Ok((guard, _)) => guard,
                Err(poisoned) => poisoned.into_inner().0,
            };
        }
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

    /// Asks once; how long to wait for the next time.
    fn poll(&mut self) -> Duration {
        let offer = if self.asked == 0 { &self.settings.first } else { &self.settings.offer };
        let services = self.host.extra_services();
        let asking = Asking {
            tracer: &self.settings.tracer,
            client: &self.settings.tracer.runtime_id, // a process has one client
            offer,
            extra_services: &services,
            error: &self.error,
        };
        let body = question::body(&asking, &self.repository);
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

    fn unanswered(&mut self, why: &str) -> Duration {
        self.shared.status.failures.fetch_add(1, Ordering::Relaxed);
        self.shared.complain(why);
        self.failed = (self.failed + 1).min(8);
        let interval = self.settings.interval;
        (interval * (1 << (self.failed - 1))).min(LONGEST.max(interval))
    }

    fn answered(&mut self, body: &[u8]) -> Duration {
        let fresh = self.asked == 0 && self.settings.first != self.settings.offer;
        (self.failed, self.asked) = (0, self.asked + 1);
        self.shared.status.answers.fetch_add(1, Ordering::Relaxed);
        let news = match self.repository.update(body, &now()) {
            Ok(changed) => {
                self.error.clear();
                changed
            }
            Err(why) => {
                self.shared.status.refused.fetch_add(1, Ordering::Relaxed);
                self.shared.complain(&why);
                let is_new = self.error != why;
                self.error = why;
                return if is_new { SOON.min(self.settings.interval) } else { self.settings.interval };
            }
        };
        let told = (news || self.settle) && self.apply();
        if told && news || fresh {
            SOON.min(self.settings.interval)
        } else {
            self.settings.interval
        }
    }

    fn apply(&mut self) -> bool {
        let shared = &self.shared;
        shared.applying.store(true, Ordering::SeqCst);
        let applied = if shared.stopped.load(Ordering::SeqCst) {
            None
        } else {
            let configs: Vec<Config> = self.repository.configs().cloned().collect();
            self.host.apply(&configs)
        };
        shared.applied();
        let Some(applied) = applied else {
            self.settle = true;
            return false;
        };
        self.settle = false;
        shared.status.changes.fetch_add(1, Ordering::Relaxed);
        applied.verdicts.into_iter().for_each(|(path, verdict)| self.repository.judge(&path, verdict));
        if let Some(offer) = applied.offer {
            self.settings.offer = offer;
        }
        true
    }
}

impl Shared {
    fn applied(&self) {
        let _guard = self.lock.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        self.applying.store(false, Ordering::SeqCst);
        self.changed.notify_all();
    }

    fn complain(&self, why: &str) {
        let mut last = self.status.last_error.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        why.clone_into(&mut last);
    }
}

/// The time in UTC, as `2026-01-31T23:59:59Z`.
fn now() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let (year, month, day) = date(seconds / 86_400);
    let (hour, minute, second) = (seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// The date that many days after 1970-01-01 (Howard Hinnant, "chrono-compatible low-level date algorithms").
fn date(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let of_era = shifted % 146_097;
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year_of_era + era * 400 + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_become_dates() {
        assert_eq!(date(0), (1970, 1, 1));
        assert_eq!(date(11_016), (2000, 2, 29));
        assert_eq!(date(20_453), (2025, 12, 31));
        assert_eq!(now().len(), 20);
    }
}
