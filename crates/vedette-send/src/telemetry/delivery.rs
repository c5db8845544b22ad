//! What became of the message that was told last: one that did not arrive is told again, under its number, before
//! anything new is.

use std::time::{Duration, Instant};

use super::Message;

/// A message that did not arrive is told again after this time.
pub(super) const AGAIN: Duration = Duration::from_secs(10);
/// One of which nothing is heard, since it waits behind traces or was dropped with them, is taken for lost.
const LOST: Duration = Duration::from_secs(60);

/// The message that is under way, if there is one.
#[derive(Default)]
pub(super) enum Delivery {
    /// All that was told has arrived, or was refused.
    #[default]
    Done,
    /// One was handed over then.
    Away(Message, Instant),
    /// One has to be told again.
    Back(Message),
}

impl Delivery {
    /// Until when nothing new may be told, if the fate of what was told is open.
    pub fn open_until(&self) -> Option<Instant> {
        match self {
            Delivery::Away(_, since) => Some(*since + LOST),
            Delivery::Done | Delivery::Back(_) => None,
        }
    }

    /// Whether nothing new may be told yet.
    pub fn is_away(&self, now: Instant) -> bool {
        self.open_until().is_some_and(|until| now < until)
    }

    /// The message that has to be told again, if there is one.
    pub fn again(&mut self, now: Instant) -> Option<Message> {
        let (Delivery::Back(message) | Delivery::Away(message, _)) = std::mem::take(self) else {
            return None;
        };
        Some(self.hand_over(message, now))
    }

    /// Notes that a message is under way; gives it to be sent.
    pub fn hand_over(&mut self, message: Message, now: Instant) -> Message {
        *self = Delivery::Away(message.clone(), now);
        message
    }

    /// The Agent has it.
    pub fn arrived(&mut self) {
        *self = Delivery::Done;
    }

    /// It did not arrive.
    pub fn failed(&mut self) {
        if let Delivery::Away(message, _) = std::mem::take(self) {
            *self = Delivery::Back(message);
        }
    }
}
