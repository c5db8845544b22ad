//! `ssrf_detector`: an input of the request decides where a request of the application goes.
//!
//! Detects: input that moves the host (`@evil.example/`, `.evil.example/`, `:6379/`), that ends the part of the URL it was
//! meant for, or climbs out of the path; and input that is the host or the whole URL, if that leads inside: to
//! loopback, private or link-local addresses in any spelling, metadata services, names without a dot, other schemes.
//! Why it matters: the application's network answers to the application.
//! Example: `http://169.254.169.254/latest/meta-data/` fetched by an image proxy.
//! Limits: a whole URL of a public host is what clients of a webhook or a proxy send, and let pass; names are not
//! resolved here.
//! References: CWE-918; WHATWG URL.

use std::ops::Range;

use vedette_sql::{Folded, Needle};

use super::host::is_dangerous;
use super::{part, Reading};
use crate::data::Data;

/// Schemes that requests of an application have.
const SCHEMES: &[&str] = &["http", "https", "ws", "wss"];

struct Url<'s> {
    text: &'s str,
    folded: Folded,
    scheme: Range<usize>,
    /// Between `//` and the path.
    authority: Range<usize>,
    host: Range<usize>,
    path: Range<usize>,
    leads_inside: bool,
}

/// A URL about to be asked for.
pub(super) fn read<'s>(sink: &'s Data, _: &str) -> Option<Box<dyn Reading + 's>> {
    let Data::Str(text) = sink else { return None };
    Url::parse(text).map(|url| Box::new(url) as Box<dyn Reading + 's>)
}

impl<'s> Url<'s> {
    fn parse(text: &'s str) -> Option<Self> {
        let colon = text.find("://")?;
        let start = colon + 3;
        let until = |from: usize, ends: &[char]| text[from..].find(ends).map_or(text.len(), |at| from + at);
        let end = until(start, &['/', '\\', '?', '#']);
        let path = end..until(end, &['?', '#']);
        let host = host(text, start, end);
        let name = text[host.clone()].trim_matches(['[', ']']).to_ascii_lowercase();
        let leads_inside = is_dangerous(&decoded(&name)) || !is_usual(&text[..colon]);
        let folded = Folded::new(text);
        Some(Url { text, folded, scheme: 0..colon, authority: start..end, host, path, leads_inside })
    }

    fn judge(&self, input: &Range<usize>) -> bool {
        let (authority, host) = (&self.authority, &self.host);
        if input.start < authority.start {
            // The scheme is the input's, and with it everything.
            return input.end > host.start && self.leads_inside || input.start > self.scheme.start;
        }
        if input.start >= authority.end {
            return self.climbs(input);
        }
        let rest = input.end < self.text.len();
        let went_on = input.end > authority.end;
        if input.start == authority.start && input.end >= host.end {
            return self.leads_inside || (went_on && rest && self.ends_path(input));
        }
        self.moves_host(input) || went_on
    }

    /// Input behind the beginning of the authority, which is the application's.
    fn moves_host(&self, input: &Range<usize>) -> bool {
        let text = &self.text[input.clone()];
        let takes_over = input.start < self.host.start && input.end > self.host.start;
        let is_suffix = input.start > self.host.start && input.end >= self.host.end && text.contains('.');
        let changes_port = input.start >= self.host.end && text.contains(':');
        takes_over || is_suffix || changes_port
    }

    /// Host and more in the place of a host: what the application wrote behind is no path any more.
    fn ends_path(&self, input: &Range<usize>) -> bool {
        self.text[self.authority.end..input.end].contains(['?', '#']) || self.climbs(input)
    }

    fn climbs(&self, input: &Range<usize>) -> bool {
        let within = input.start.max(self.path.start)..input.end.min(self.path.end);
        if within.start >= within.end {
            return false;
        }
        let text =
            self.text[within].to_ascii_lowercase().replace("%2e", ".").replace("%2f", "/").replace('\\', "/");
        text.contains("../") || text.ends_with("/..") || text == ".."
    }
}

impl Reading for Url<'_> {
    fn injection(&self, input: &Needle) -> Option<String> {
        let input = input.plain();
        if input.len() < 3 && input != ".." {
            return None;
        }
        let occurrences = || self.folded.occurrences(input).map(|(start, end)| start..end);
        let found = occurrences().find(|found| self.judge(found))?;
        // A host that the application names itself, and that the client names as well, as a value elsewhere.
        let by_chance = found == self.host && occurrences().any(|other| !self.judge(&other));
        (!by_chance).then(|| part(self.text, found.start, found.end))
    }
}

/// Where the host is in an authority: behind user information, before the port.
fn host(text: &str, start: usize, end: usize) -> Range<usize> {
    let start = text[start..end].rfind('@').map_or(start, |at| start + at + 1);
    let rest = &text[start..end];
    let closed = rest.find(']').map_or(0, |at| at + 1);
    start..rest[closed..].find(':').map_or(end, |at| start + closed + at)
}

/// A host as a client reads it.
fn decoded(host: &str) -> String {
    crate::transforms::url_decoded(host).to_ascii_lowercase()
}

fn is_usual(scheme: &str) -> bool {
    SCHEMES.iter().any(|usual| scheme.eq_ignore_ascii_case(usual))
}
