//! Where inputs sent the application's requests, and where these were redirected to: a redirect is as much the client's
//! choice as the URL that it came from.

use vedette_sql::Needle;

use crate::data::Data;
use crate::detectors::candidates::Candidate;

/// The address by which redirects are told: a list of maps of `from` and `to`.
pub(super) const REDIRECT: &str = "server.io.net.redirect";
/// Destinations and redirects remembered of one request.
const MOST: usize = 16;

/// What is known of one request.
#[derive(Default)]
pub(super) struct Destinations {
    /// URLs that inputs chose, with the input.
    chosen: Vec<(String, Candidate)>,
    /// Redirects from there, as inputs.
    pub(super) followed: Vec<Candidate>,
}

impl Destinations {
    /// Notes that an input chose the host of a URL.
    pub(super) fn choose(&mut self, url: &str, by: &Candidate) {
        if self.chosen.len() < MOST {
            self.chosen.push((url.to_owned(), by.clone()));
        }
    }

    /// Notes redirects; one counts if an input chose where it came from.
    pub(super) fn redirected(&mut self, redirects: &Data) {
        if let Data::List(redirects) = redirects {
            redirects.iter().for_each(|redirect| self.redirected_once(redirect));
        }
    }

    fn redirected_once(&mut self, redirect: &Data) {
        let text = |name| redirect.get(name).and_then(Data::text);
        let (Some(from), Some(to)) = (text("from"), text("to")) else { return };
        let origin = self.chosen.iter().rev().find(|(url, _)| url == from);
        if let Some((_, by)) = origin.filter(|_| self.followed.len() < MOST) {
            self.followed.push(Candidate { forms: vec![Needle::new(to)], text: to.to_owned(), ..by.clone() });
        }
    }
}
