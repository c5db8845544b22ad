//! What a client is told, and whoever puts configurations in force for it.

use std::time::Duration;

use crate::question::{Offer, Tracer};
use crate::repository::{Config, Verdict};
use crate::trust::Trust;

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
