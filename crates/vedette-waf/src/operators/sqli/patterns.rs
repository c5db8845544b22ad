//! What the codes of an injection look like.

use std::ops::Range;

use once_cell::race::OnceBox;
use regex::Regex;

use super::codes::Reading;
use crate::clock::once;

/// Patterns of one kind of reading, joined into one expression.
pub(super) struct Patterns {
    own: &'static [&'static str],
    joined: OnceBox<Option<Regex>>,
}

impl Patterns {
    pub(super) fn find(&self, reading: &Reading<'_>) -> Option<Range<usize>> {
        if !reading.is_suspicious() {
            return None;
        }
        let regex = self.joined.get_or_init(|| once(|| Box::new(joined(self.own))));
        let found = regex.as_ref()?.find(&reading.codes)?;
        (!found.is_empty()).then(|| reading.range(found.range()))
    }
}

/// Anywhere in either reading.
const ANYWHERE: &[&str] = &[
    // A second query: UNION SELECT and a column that no sentence has, or a FROM.
    r"U[A(]*S[A(aN]*[nsetfd]",
    r"U[A(]*Sa(?:[F,)c]|$)",
    r"U[A(]*Sw[,(.]",
    r"U[A(]*S[^;]*F",
    // Two literals compared behind AND or OR.
    r"[&|][N(a]*[nt]\)*[olE][N(a]*[nt]",
    r"[&|][N(a]*[se]\)*[oE][N(a]*[seuv]",
    // A subquery or a dangerous call as an operand.
    r"[&|oga,(][N(a]*\(S[A(aN]*[wnsetfda][^;]*F",
    r"[&|][N(a]*d",
    r"[&|][N(a]*\(+S",
];

/// Behind a quote.
const BEHIND_QUOTE: &[&str] = &[
    // A condition: `' or name = 'x`, `' or name like '%`, `' and substr(`, `') or (a > 1`.
    r"^[se]\)*[&|][N(a]*[nsetw](\.w)?\)*[og]",
    r"^[se]\)*[&|][N(a]*w\(.*c$",
    r"^[se]\)*[&|][N(a]*[nset]\)*E",
    r"^[se]\)*[&|][N(a]*[nt](a[nt])+\)*[olE][N(a]*[nt]",
    r"^[se]\)*[&|][N(a]*[nsetw]\)*N?l[N(a]*[nseuvt(]",
    r"^[se]\)*[&|][N(a]*[fd]",
    r"^[se]\)*[&|][N(a]*[nset]\)*[c;]",
    r"^e\)*[&|][N(a]*[nt]\)*$",
    r"^[se]\)*[&|][N(a]*u$",
    // Another statement, or nothing more.
    r"^[se]\)*;+[KSc]",
    r"^[se]\)*c",
    // Arithmetic with a query or a call, comparisons with an empty string.
    r"^[se]\)*[oga|l]+[N(]*[fdS]",
    r"^[se]\)*[oga|l][nse]\)*[&|c]",
    r"^e[oga|][uv]$",
    r"^e[oga|]+e?$",
    r"^e[oga|]+n[oga|]+[ue]?$",
    r"^[se]l[suv]",
    // Clauses.
    r"^[se]\)*B.*c$",
    r"^[se]\)*Bw?[nw]?[nf][og,]",
    r"^[se]\)*I",
];

/// Text as it is.
const AS_IT_IS: &[&str] = &[
    // A condition behind a number: `1 or id > 0`, `1) or (1=1`, `-1 and substr(`.
    r"^[a(]*[nse]\)*[&|][N(a]*[nsetw](\.w)?\)*[og]",
    r"^[a(]*[nse]\)*[&|][N(a]*[nt]\)*N?l[N(a]*[nseuvt(]",
    r"^[a(]*[nse]\)*[&|][N(a]*[fd]",
    r"^[a(]*[nse]\)*[&|][N(a]*[nt](a[nt])+\)*[olE][N(a]*[nt]",
    r"^[a(]*[nse]\)*[&|][N(a]*[nset]\)*c",
    r"^[a(]*n\)*[&|][N(a]*t$",
    // Another statement.
    r"^[a(]*[nsew]?\)*;+K",
    r"^[a(]*[nse]\)*;+S[A(aN]*[nsetfdwF]",
    r"^[nse]\)*;+c",
    r"^K[^;]*;c$",
    // Calls.
    r"^[a(]*[nsew]\)*[oga|,;]?[N(a]*S?d",
    r"^[a(]*S?d\([^;]*\)[;c)]*$",
    r"^[a(]*[nse]\)*[ogal|]\(*S",
    r"^\(+S[A(aN]*[wnsetfd][^;]*F",
    r"^\(+SaF",
    // Clauses behind a number, and a closed parenthesis with a comment.
    r"^[a(]*n\)*B[w]?[nw](c|$)",
    r"^[a(]*n\)*B.*c$",
    r"^[a(]*n\)*Bn[og]n",
    r"^[a(]*n\)*I",
    r"^[a(]*n\)+c$",
];

pub(super) static QUOTED: Patterns = Patterns { own: BEHIND_QUOTE, joined: OnceBox::new() };
pub(super) static BARE: Patterns = Patterns { own: AS_IT_IS, joined: OnceBox::new() };

fn joined(own: &[&str]) -> Option<Regex> {
    let all: Vec<String> = own.iter().chain(ANYWHERE).map(|pattern| format!("(?:{pattern})")).collect();
    Regex::new(&all.join("|")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_patterns_are_valid() {
        assert!(joined(BEHIND_QUOTE).is_some() && joined(AS_IT_IS).is_some());
    }
}
