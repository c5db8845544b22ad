//! Command lines that people show each other.

use super::programs;
use super::starts::{Mark, Start};
use super::word::Word;

/// Tools whose command lines are shown, with `&&` and pipes in them.
const TOOLS: &[&str] = &[
    "git",
    "npm",
    "npx",
    "yarn",
    "pnpm",
    "pip",
    "pip3",
    "docker",
    "docker-compose",
    "podman",
    "kubectl",
    "helm",
    "make",
    "cmake",
    "cargo",
    "go",
    "mvn",
    "gradle",
    "apt",
    "apt-get",
    "sudo",
    "brew",
    "dnf",
    "yum",
    "apk",
    "pacman",
    "poetry",
    "uv",
    "conda",
    "terraform",
    "pytest",
    "python",
    "python3",
    "run",
    "./configure",
    "export",
    "rustup",
    "bundle",
    "composer",
    "dotnet",
    "journalctl",
    "systemctl",
    "for",
    "while",
    "if",
    "aws",
    "gcloud",
    "az",
    "ssh",
    "virtualenv",
    "source",
    "bun",
    "deno",
    "tox",
    "gem",
    "echo",
];

/// Whether the line before the command is itself one: an injection continues a value, not a command.
pub(super) fn shows(text: &str, start: &Start, word: &Word) -> bool {
    let before = &text[..start.at];
    if before.contains("```") || text.starts_with("#!") || is_list(text, start) {
        return true;
    }
    let line = before.rsplit('\n').next().unwrap_or("");
    let unmarked =
        line.trim_start_matches(|letter: char| letter.is_ascii_whitespace() || "$#>-*`".contains(letter));
    let unmarked =
        ["run:", "script:", "command:", "RUN ", "CMD "].iter().find_map(|mark| unmarked.strip_prefix(mark));
    let marked = unmarked.is_some();
    let own = unmarked
        .unwrap_or_else(|| line.trim_start_matches(['$', '#', '>', '-', '*', '`', ' ', '\t']))
        .trim_start();
    let first = own.split_ascii_whitespace().next().unwrap_or("");
    let has_arguments = own.len() > first.len() + 1;
    let is_command = programs::named(first).is_some() || first == "cd";
    let joined = matches!(start.mark, Mark::Pipe | Mark::Ampersand) && text[start.at..].len() > 2;
    has_arguments && !word.disguised && (marked || TOOLS.contains(&first) || is_command && joined)
}

/// Three plain words or more, as in `name;id;email`.
fn is_list(text: &str, start: &Start) -> bool {
    let is_plain = |part: &str| {
        let part = part.trim();
        part.starts_with(|letter: char| letter.is_ascii_alphabetic())
            && !part.contains(" -")
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_- ".contains(&byte))
    };
    let Some(mark) = text[start.at..].chars().next().filter(|mark| ";|,".contains(*mark)) else {
        return false;
    };
    let from = text[..start.at].rfind('\n').map_or(0, |at| at + 1);
    let line = text[from..].split('\n').next().unwrap_or("");
    line.len() <= 200 && line.split(mark).count() >= 3 && line.split(mark).all(is_plain)
}
