//! SQL read as tokens, in linear time and without judging whether it is valid.
//!
//! One tokenizer serves three purposes, so that they agree about where a string ends:
//! [`obfuscate`] hides the values of a statement, [`summary`] and [`operation`] name what it does,
//! and [`injection`] tells whether user input changed its structure.
//!
//! Nothing here panics or fails: a lone quote is an unclosed string, an odd byte a token of its own.

mod dialect;
mod injection;
mod obfuscate;
mod summary;
mod token;
mod tokenize;
mod words;

pub use dialect::Dialect;
pub use injection::{injection, Folded, Injection, Needle, Reason, Statement};
pub use obfuscate::obfuscate;
pub use summary::{operation, summary};
pub use token::{Kind, Token, Tokens};
pub use tokenize::{tokenize, Scanner};
pub use words::is_keyword;
