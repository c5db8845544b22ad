//! Globs: `*` for any run of characters, `?` for one, the rest literally, in any case.

/// A compiled glob.
#[derive(Clone, Debug, PartialEq)]
pub enum Glob {
    /// Only stars: matches everything.
    Any,
    /// No wildcard: the text in lower case.
    Exact(String),
    /// The general case, in lower case.
    Pattern(Vec<char>),
}

impl Glob {
    /// Compiles a pattern; every text is one.
    pub fn new(pattern: &str) -> Glob {
        if !pattern.is_empty() && pattern.bytes().all(|byte| byte == b'*') {
            return Glob::Any;
        }
        let folded: String = pattern.chars().map(fold).collect();
        if folded.contains(['*', '?']) {
            Glob::Pattern(folded.chars().collect())
        } else {
            Glob::Exact(folded)
        }
    }

    /// Whether the whole of `text` matches.
    pub fn matches(&self, text: &str) -> bool {
        match self {
            Glob::Any => true,
            Glob::Exact(exact) => exact.chars().eq(text.chars().map(fold)),
            Glob::Pattern(pattern) => wild(pattern, text),
        }
    }
}

/// Simple case folding: one character stays one character, so that `?` means what it says.
fn fold(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(single), None) => single,
        _ => c,
    }
}

/// On a mismatch only the last star is widened: at worst pattern times text steps, never exponential.
fn wild(pattern: &[char], text: &str) -> bool {
    let (mut at, mut rest) = (0, text.chars());
    let mut star: Option<(usize, std::str::Chars<'_>)> = None;
    loop {
        let mut next = rest.clone();
        match (pattern.get(at), next.next()) {
            (Some('*'), _) => {
                at += 1;
                star = Some((at, rest.clone()));
                continue;
            }
            (None, None) => return true,
            (Some(p), Some(c)) if *p == '?' || *p == fold(c) => {
                at += 1;
                rest = next;
                continue;
            }
            _ => {}
        }
        let Some((after, from)) = &mut star else { return false };
        if from.next().is_none() {
            return false;
        }
        at = *after;
        rest = from.clone();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn wildcards_match_runs_and_single_characters() {
        let cases = [
            ("*", "", true),
            ("**", "anything", true),
            ("", "", true),
            ("", "a", false),
            ("web.*", "WEB.request", true),
            ("web.*", "web", false),
            ("?b?", "abc", true),
            ("?b?", "ab", false),
            ("*a*b", "xxaxxbxxb", true),
            ("*a*b", "xxaxxbx", false),
            ("[ab]", "a", false),
            ("[ab]", "[AB]", true),
            ("a.c", "abc", false),
            ("a?c", "aéc", true),
            ("É*", "école", true),
            ("{a,b}", "a", false),
            ("a|b", "a", false),
        ];
        for (pattern, text, expected) in cases {
            assert_eq!(Glob::new(pattern).matches(text), expected, "{pattern} on {text}");
        }
    }

    #[test]
    fn a_hostile_pattern_takes_no_exponential_time() {
        assert!(!Glob::new(&"a*".repeat(50)).matches(&"a".repeat(20_000).replace("aaa", "aab")[..49]));
        assert!(!Glob::new(&format!("{}b", "*a".repeat(30))).matches(&"a".repeat(20_000)));
    }

    proptest! {
        #[test]
        fn a_text_matches_itself_with_parts_replaced_by_stars(head in ".{0,8}", cut in ".{0,8}", tail in ".{0,8}") {
            prop_assume!(!format!("{head}{tail}").contains(['*', '?']));
            let glob = Glob::new(&format!("{head}*{tail}"));
            let text = format!("{head}{cut}{tail}");
            prop_assert!(glob.matches(&text));
        }
    }
}
