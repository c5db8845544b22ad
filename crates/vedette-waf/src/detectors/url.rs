//! `ssrf_detector`: an input of the request decides where a request of the application goes.
//!
//! Detects: input that moves the host (`@evil.example/`, `.evil.example/`, `:6379/`), that ends the part of the URL it was
//! meant for, or climbs out of the path; and input that is the host or the whole URL, if that leads inside: to
//! loopback, private or link-local addresses in any spelling, metadata services, names without a dot, other schemes.
//! Why it matters: the application's network answers to the application.
//! Example: `http://169.254.169.254/latest/meta-data/` fetched by an image proxy.
//! Limits: a whole URL of a public host is what clients of a webhook or a proxy send, and let pass; names are not
//! resolved here, but what they turned out to be when the connection is made is judged as well.
//! References: CWE-918; WHATWG URL.

use std::ops::Range;

use vedette_sql::{Folded, Needle};

use super::host::{is_dangerous, is_inside_address};
use super::{part, Reading};
use crate::data::Data;

/// Schemes that requests of an application have.
const SCHEMES: &[&str] = &["http", "https", "ws", "wss"];

/// Schemes without a host that clients read files and services by.
const OPAQUE: &[&str] =
    &["file", "gopher", "dict", "ldap", "jar", "netdoc", "data", "php", "expect", "local_file"];

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
    let url = match sink {
        Data::Str(text) => Url::parse(text),
        Data::Map(_) => connected(sink),
        _ => None,
    };
    url.map(|url| Box::new(url) as Box<dyn Reading + 's>)
}

/// The URL of a connection (`url`, and the `address` that its host turned out to be), if only that leads inside.
fn connected(sink: &Data) -> Option<Url<'_>> {
    let (url, address) = (sink.get("url")?.text()?, sink.get("address")?.text()?);
    let url = Url::parse(url)?;
    (!url.leads_inside && is_inside_address(address)).then_some(Url { leads_inside: true, ..url })
}

impl<'s> Url<'s> {
    fn parse(text: &'s str) -> Option<Self> {
        let Some(colon) = text.find("://") else { return Url::without_host(text) };
        let start = colon + 3;
        let until = |from: usize, ends: &[char]| text[from..].find(ends).map_or(text.len(), |at| from + at);
        let end = until(start, &['/', '\\', '?', '#']);
        let path = end..until(end, &['?', '#']);
        let host = host(text, start, end);
        let name = text[host.clone()].trim_matches(['[', ']']).to_ascii_lowercase();
        let leads_inside = is_dangerous(&decoded(&name)) || !is_usual(text[..colon].trim_start());
        let folded = Folded::new(text);
        Some(Url { text, folded, scheme: 0..colon, authority: start..end, host, path, leads_inside })
    }

    /// `file:/etc/passwd`, `data:text/plain,x`: nothing but a scheme, and what it makes of the rest.
    fn without_host(text: &'s str) -> Option<Self> {
        let colon = text
            .find(':')
            .filter(|colon| OPAQUE.iter().any(|scheme| text[..*colon].trim().eq_ignore_ascii_case(scheme)))?;
        let (rest, end) = (colon + 1, text.len());
        let folded = Folded::new(text);
        Some(Url {
            text,
            folded,
            scheme: 0..colon,
            authority: rest..rest,
            host: rest..rest,
            path: rest..end,
            leads_inside: true,
        })
    }

    fn judge(&self, input: &Range<usize>) -> bool {
        let (authority, host) = (&self.authority, &self.host);
        if self.text[input.clone()].contains(['\r', '\n']) && input.end < self.text.len() {
            return true; // the rest is a request of the client's own
        }
        if input.start < authority.start {
            // The scheme is the input's, and with it everything.
            return input.end > host.start && self.leads_inside || input.start > self.scheme.start;
        }
        if input.start >= authority.end {
            return self.climbs(input) || self.ends_rest(input);
        }
        let rest = input.end < self.text.len();
        let went_on = input.end > authority.end;
        if input.start == authority.start && input.end >= host.end {
            let poses = self.text[input.start..host.start].contains('@');
            return self.leads_inside || poses || (went_on && rest && self.ends_path(input));
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
        let continues_host = self.text[input.end..].starts_with(['.', ':', '@']);
        let ends = self.text[self.authority.end..input.end].contains(['?', '#']);
        ends || continues_host || self.climbs(input)
    }

    /// Within the path or query: what the application wrote behind is cut off, or no path any more.
    fn ends_rest(&self, input: &Range<usize>) -> bool {
        let (text, rest) = (&self.text[input.clone()], &self.text[input.end..]);
        let cuts = text.contains('#') && !self.text[..input.start].contains('#');
        let asks = text.contains('?')
            && input.end > self.path.end
            && input.start < self.path.end
            && rest.starts_with('/');
        (cuts && !rest.is_empty()) || asks
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

    fn is_choosable(&self) -> bool {
        true
    }

    fn is_chosen_by(&self, input: &Needle) -> bool {
        let (input, host) = (input.plain(), &self.host);
        let covers = |(start, end): (usize, usize)| start <= host.start && end >= host.end;
        input.len() >= 3 && !host.is_empty() && self.folded.occurrences(input).any(covers)
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
    let host = crate::transforms::url_decoded(host);
    let plain = if host.is_ascii() { None } else { crate::transforms::normalized(&host) };
    plain.unwrap_or(host).to_ascii_lowercase()
}

fn is_usual(scheme: &str) -> bool {
    SCHEMES.iter().any(|usual| scheme.eq_ignore_ascii_case(usual))
}
