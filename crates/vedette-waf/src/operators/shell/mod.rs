//! Text that would add a command to a shell's, judged without the command that it ends up in.
//!
//! From each mark that ends a command (`;`, `|`, `&&`, `$(`, a backtick, a line break) the next word is read as a shell
//! reads it: without quotes, backslashes and empty variables, with wildcards. It is an attack if that word names a
//! program, and what follows is what one gives to this program: nothing, an option, a file, an address. Sentences with
//! such a word, tables, and command lines that developers show each other are not.
//!
//! Limits: a command at the very beginning of a text is not reported, since it continues nothing.

mod arguments;
mod programs;
mod starts;
mod transcript;
mod word;

use std::ops::Range;

use starts::{Mark, Start};
use word::Word;

/// Where the text would act as a command of its own.
///
/// ```
/// use vedette_waf::shell;
/// assert!(shell::find("127.0.0.1; c''at /etc/hosts").is_some());
/// assert!(shell::find("cats; dogs; please ping me; I am online").is_none());
/// ```
pub fn find(text: &str) -> Option<Range<usize>> {
    starts::of(text).find_map(|start| {
        let word = word::command(text, &start)?;
        let end = word.end;
        (acts(text, &start, &word) && !transcript::shows(text, &start, &word)).then_some(start.at..end)
    })
}

fn acts(text: &str, start: &Start, word: &Word) -> bool {
    let arguments = || arguments::of(text, start, word);
    if word.in_folder {
        return programs::by_path(&word.name) && (word.wildcards || !arguments().is_prose());
    }
    let Some(program) = programs::named(&word.name).filter(|_| !word.wildcards) else { return false };
    // `ID: 5; Sort by name`: programs are written small.
    if word.capital && !program.is_sure() && !word.disguised {
        return false;
    }
    let arguments = arguments();
    program.is_given(&arguments, &text[..start.at])
        || word.disguised && !arguments.is_prose()
        || start.mark == Mark::Braces
}

#[cfg(test)]
mod tests;
