//! The part of a statement that an input is found in, and what it does there.

use super::{is_comment, Reason};
use crate::words::one_of;
use crate::{Kind, Token, Tokens};

/// A found input: the tokens it touches, and its bytes.
pub(super) struct Fragment<'a> {
    pub(super) sql: &'a str,
    pub(super) tokens: &'a Tokens,
    pub(super) first: usize,
    pub(super) last: usize,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Below this an input is found in statements by chance.
const SHORT: usize = 3;
/// Words that sort or bound a result and can carry no condition.
const ORDERING: &[&str] = &["ASC", "DESC", "FIRST", "LAST", "NULLS"];
/// Words a harmless clause starts with, or has among its names.
const CLAUSES: &[&str] = &[
    "AS", "BY", "DEFAULT", "FROM", "GROUP", "IN", "INNER", "INTO", "IS", "JOIN", "LEFT", "LIMIT", "NOT",
    "NULL", "OFFSET", "ON", "ORDER", "OUTER", "RIGHT", "SET", "TABLE", "TO", "WHERE",
];
const AGGREGATES: &[&str] = &["AVG", "COUNT", "MAX", "MIN", "SUM"];

impl Fragment<'_> {
    fn covered(&self) -> &[Token] {
        &self.tokens[self.first..=self.last]
    }

    fn input(&self) -> &str {
        self.sql.get(self.start..self.end).unwrap_or("")
    }

    /// A value, unless it is a comment, or took part in leaving the statement open.
    pub(super) fn within_one(&self) -> Option<Reason> {
        let token = self.tokens[self.first];
        if is_comment(token.kind) {
            let has_mark =
                self.start == token.start || (self.end == token.end && self.input().ends_with("*/"));
            return (has_mark && self.input().len() >= SHORT).then_some(Reason::Comment);
        }
        if !token.is_quoted() || !self.tokens.ends_open() || !self.input().contains(['\'', '"', '`', '\\']) {
            return None;
        }
        let reason = if self.start == token.start { Reason::OpensString } else { Reason::ClosesString };
        Some(reason)
    }

    pub(super) fn across_many(&self) -> Option<Reason> {
        let reason = self.border_crossed();
        if self.is_by_chance(reason) || (reason == Reason::Tokens && self.is_harmless()) {
            return None;
        }
        Some(reason)
    }

    fn border_crossed(&self) -> Reason {
        let (first, last) = (self.tokens[self.first], self.tokens[self.last]);
        if first.is_quoted() && self.start > first.start {
            return Reason::ClosesString;
        }
        if self.covered().iter().any(|token| is_comment(token.kind)) {
            return Reason::Comment;
        }
        if last.is_quoted() && (self.end < last.end || !last.closed) {
            return Reason::OpensString;
        }
        Reason::Tokens
    }

    /// Whether the input is too little to be told from the application's own text.
    fn is_by_chance(&self, reason: Reason) -> bool {
        let input = self.input();
        let has_letters = input.bytes().any(|byte| byte.is_ascii_alphanumeric() || byte >= 0x80);
        let comments = self.covered()[1..].iter().any(|token| is_comment(token.kind));
        if self.tokens.ends_open() && input.contains(['\'', '"', '`', '\\'])
            || comments && (has_letters || input.len() >= SHORT)
        {
            return false;
        }
        input.len() < SHORT || (!has_letters && (reason == Reason::Tokens || !self.has_operator()))
    }

    /// Between the two outermost tokens, which may be the application's strings.
    fn has_operator(&self) -> bool {
        let inner = |token: &&Token| token.start >= self.start && token.end <= self.end;
        self.covered()
            .iter()
            .filter(inner)
            .any(|token| token.kind == Kind::Operator || token.text(self.sql) == ";")
    }

    fn is_harmless(&self) -> bool {
        self.is_signed_number()
            || self.is_aggregate()
            || self.is_names_and_clauses()
            || self.begins_statement()
    }

    fn text(&self, at: usize) -> &str {
        self.covered().get(at).map_or("", |token| token.text(self.sql))
    }

    fn is_signed_number(&self) -> bool {
        let covered = self.covered();
        covered.len() == 2 && matches!(self.text(0), "-" | "+") && covered[1].kind == Kind::Number
    }

    /// `count(*)`, `max(price)`.
    fn is_aggregate(&self) -> bool {
        let covered = self.covered();
        covered.len() == 4
            && one_of(self.text(0), AGGREGATES)
            && (self.text(1), self.text(3)) == ("(", ")")
            && (self.text(2) == "*" || covered[2].kind == Kind::Word)
    }

    /// Names and numbers in a list, or a clause of nothing but them. A clause must begin the input: in
    /// `secret from users` or `1 limit 1` something of the statement's own was ended before it.
    fn is_names_and_clauses(&self) -> bool {
        let mut clause = false;
        for (at, token) in self.covered().iter().enumerate() {
            let text = token.text(self.sql);
            let is_clause = token.kind == Kind::Word && one_of(text, CLAUSES);
            let harmless = is_clause || is_name_or_number(token, text) || self.is_sign(at);
            if is_clause && at > 0 && !clause || !harmless {
                return false;
            }
            clause |= is_clause;
        }
        clause || self.is_list()
    }

    /// The sign of a number in a list: `-1, +2`.
    fn is_sign(&self, at: usize) -> bool {
        let behind = self.covered().get(at + 1);
        matches!(self.text(at), "-" | "+")
            && (at == 0 || self.text(at - 1) == ",")
            && behind.is_some_and(|token| token.kind == Kind::Number)
    }

    /// Not two numbers or names side by side, but for an alias or a direction: `a, b DESC`, `1,2,3`, `users.name`.
    fn is_list(&self) -> bool {
        let number = |token: &Token| token.kind == Kind::Number;
        let direction = |token: &Token| one_of(token.text(self.sql), ORDERING);
        !self
            .covered()
            .windows(2)
            .any(|pair| number(&pair[0]) && pair[1].kind == Kind::Word && !direction(&pair[1]))
    }

    fn begins_statement(&self) -> bool {
        let all = self.tokens.len();
        self.first == 0
            && self.last + 1 < all
            && self.covered().iter().all(|token| token.text(self.sql) != ";" && !is_comment(token.kind))
            && !(self.last + 2 == all && self.tokens[all - 1].text(self.sql) == ";")
    }
}

fn is_name_or_number(token: &Token, text: &str) -> bool {
    match token.kind {
        Kind::Word => !crate::is_keyword(text) || one_of(text, ORDERING),
        Kind::QuotedIdentifier => token.closed,
        Kind::Number => true,
        _ => matches!(text, "," | "."),
    }
}
