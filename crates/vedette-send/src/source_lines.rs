//! Puts the lines of source into stacks, as tracebacks have them. Runs on the worker: while a request waits, nobody
//! reads files for it.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use vedette_model::limits::cut_text;
use vedette_model::Chunk;

/// Bytes of a file that is looked into; of a longer one no line is told.
const LONGEST_FILE: u64 = 512 << 10;
/// Bytes of a line.
const LONGEST_LINE: usize = 200;
/// Lines that are remembered; when there are more, all are forgotten.
const MOST_LINES: usize = 1_000;
/// Files that are read for one stack.
const MOST_FILES: usize = 8;

/// Lines that were read once, by file and number; empty for those that can't be had.
#[derive(Default)]
pub(crate) struct SourceLines {
    known: HashMap<(String, usize), String>,
}

impl SourceLines {
    /// Completes the stacks of failed spans.
    pub fn put_into(&mut self, chunks: &mut [Chunk]) {
        let failed = chunks
            .iter_mut()
            .flat_map(|chunk| &mut chunk.spans)
            .filter_map(|span| span.extras.as_mut()?.failure.as_mut());
        for error in failed.filter(|error| !error.stack.is_empty()) {
            error.stack = self.completed(&error.stack).into();
        }
    }

    /// The stack with a line of source after each frame of the application's own that has none.
    fn completed(&mut self, stack: &str) -> String {
        let mut made = String::with_capacity(stack.len() * 2);
        let mut left = MOST_FILES;
        let mut lines = stack.split_inclusive('\n').peekable();
        while let Some(line) = lines.next() {
            made.push_str(line);
            let told = lines.peek().is_some_and(|next| next.starts_with("    "));
            let Some(place) = frame(line).filter(|_| !told && line.ends_with('\n')) else { continue };
            let source = self.line(place, &mut left);
            if !source.is_empty() {
                made.extend(["    ", source, "\n"]);
            }
        }
        made
    }

    fn line(&mut self, (file, number): (&str, usize), left: &mut usize) -> &str {
        let place = (file.to_string(), number);
        if !self.known.contains_key(&place) {
            if *left == 0 {
                return "";
            }
            *left -= 1;
            if self.known.len() >= MOST_LINES {
                self.known.clear();
            }
            self.known.insert(place.clone(), read(file, number).unwrap_or_default());
        }
        self.known.get(&place).map_or("", String::as_str)
    }
}

/// File and line of `  File "/app/shop.py", line 13, in handler`, if it is Python source of the application.
fn frame(line: &str) -> Option<(&str, usize)> {
    let (file, rest) = line.strip_prefix("  File \"")?.split_once("\", line ")?;
    let digits = rest.split(|c: char| !c.is_ascii_digit()).next()?;
    let own =
        file.ends_with(".py") && !["site-packages", "dist-packages"].iter().any(|part| file.contains(part));
    own.then(|| digits.parse().ok()).flatten().map(|number| (file, number))
}

/// A line of a file, trimmed. Only of a regular file: opening anything else might wait for ever.
fn read(file: &str, number: usize) -> Option<String> {
    let path = Path::new(file);
    if !path.is_absolute()
        || !fs::metadata(path).is_ok_and(|told| told.is_file() && told.len() <= LONGEST_FILE)
    {
        return None;
    }
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(LONGEST_FILE).read_to_end(&mut bytes).ok()?;
    let line = bytes.split(|byte| *byte == b'\n').nth(number.checked_sub(1)?)?;
    Some(cut_text(String::from_utf8_lossy(line).trim(), LONGEST_LINE).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(name: &str, text: &[u8]) -> String {
        let folder = std::env::temp_dir().join(format!("vedette-lines-{}-{name}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join("shop.py");
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_string()
    }

    fn completed(stack: &str) -> String {
        SourceLines::default().completed(stack)
    }

    #[test]
    fn frames_of_the_application_get_their_lines() {
        let file = written("own", b"one\n    raise \xff(2)\n");
        let stack = format!("Traceback\n  File \"{file}\", line 2, in f\nE: x");
        assert_eq!(
            completed(&stack),
            format!("Traceback\n  File \"{file}\", line 2, in f\n    raise \u{fffd}(2)\nE: x")
        );
        assert_eq!(completed(&completed(&stack)), completed(&stack), "lines that are there stay alone");
    }

    #[test]
    fn what_is_no_source_of_the_application_is_left_as_it_is() {
        let file = written("left", b"one\n");
        let lines = [
            format!("  File \"{file}\", line 9, in beyond\n"),
            format!("  File \"{file}\", line 0, in nowhere\n"),
            format!("  File \"{file}\", line 99999999999999999999, in f\n"),
            format!("  File \"{}\", line 1, in f\n", file.replace("shop.py", "gone.py")),
            "  File \"/venv/site-packages/shop.py\", line 1, in f\n".into(),
            "  File \"/etc/passwd\", line 1, in f\n  File \"shop.py\", line 1, in f\n".into(),
            "  File \"<string>\", line 1, in f\n  File \"\n\n  File \"a.py\", line \n".into(),
        ];
        for stack in lines {
            assert_eq!(completed(&stack), stack);
        }
    }

    #[test]
    fn lines_files_and_memory_are_bounded() {
        let file = written("long", "x".repeat(5_000).as_bytes());
        let stack = format!("  File \"{file}\", line 1, in f\nE\n");
        assert_eq!(completed(&stack).len(), stack.len() + "    \n".len() + LONGEST_LINE);
        let huge = written("huge", "x\n".repeat(300_000).as_bytes());
        let stack = format!("  File \"{huge}\", line 1, in f\nE\n");
        assert_eq!(completed(&stack), stack);
        let mut lines = SourceLines::default();
        let file = written("many", "x\n".repeat(3_000).as_bytes());
        for number in 1..3_000 {
            lines.completed(&format!("  File \"{file}\", line {number}, in f\nE\n"));
            assert!(lines.known.len() <= MOST_LINES);
        }
        let stack: String =
            (1..40).map(|number| format!("  File \"{file}\", line {number}, in f\n")).collect();
        assert_eq!(completed(&stack).matches("    x\n").count(), MOST_FILES);
    }
}
