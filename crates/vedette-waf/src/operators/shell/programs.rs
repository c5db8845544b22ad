//! Programs that injected commands run, and what each is given when it is meant.

use once_cell::race::OnceBox;

use foldhash::HashMap;

use super::arguments::Arguments;

/// How a program is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Program {
    /// Says something about the system, without arguments or with options.
    Explores,
    /// The same, and its name is a word of everyday language.
    Asks,
    /// The same, and its name is no word of a language.
    Tells,
    /// Needs a file or an option.
    Files,
    /// Needs a machine.
    Network,
    /// Waits for a number.
    Waits,
    /// Prints its arguments.
    Speaks,
    /// Runs other code.
    Runs,
}

const PROGRAMS: &[(Program, &str)] = &[
    (Program::Explores, "id ls dir ps pwd arp df uptime"),
    (Program::Asks, "env set ver w who date mount history last users groups top reboot shutdown halt poweroff jobs vol route ip"),
    (
        Program::Tells,
        "whoami uname ifconfig ipconfig netstat hostname printenv systeminfo tasklist lsof lsb_release getent ss \
         dmesg lscpu lsblk qwinsta getmac useradd adduser crontab iptables mkfifo chmod chown wget \
         nslookup systemctl tcpdump mshta rundll32 regsvr32 wmic certutil bitsadmin cscript wscript schtasks icacls \
         netsh nmap busybox get-content get-process get-childitem invoke-webrequest invoke-expression start-process iwr iex",
    ),
    (
        Program::Files,
        "cat tac head tail less more nl od xxd hexdump strings base64 base32 sort cut rev grep egrep zgrep awk sed find \
         file stat wc diff tee type cp mv rm touch mkdir rmdir ln dd tar zip unzip gunzip source cd del copy move rename \
         erase xcopy attrib paste fold fmt pr shuf split uniq tree vi vim nano ed locate readlink bzcat zcat kill pkill \
         killall passwd net sc reg mysql psql sqlite3 export unset alias su service at xargs test md5sum sha1sum cksum",
    ),
    (
        Program::Network,
        "curl ping ping6 nc ncat netcat telnet dig host traceroute tracert tracepath ssh scp ftp tftp socat lynx fetch \
         rsync drill whois finger openssl aria2c axel git",
    ),
    (Program::Waits, "sleep usleep timeout"),
    (Program::Speaks, "echo printf"),
    (
        Program::Runs,
        "sh bash zsh dash ksh csh tcsh ash python python2 python3 perl ruby php node nodejs lua gcc powershell pwsh cmd",
    ),
];

/// The program of that name.
pub(super) fn named(name: &str) -> Option<Program> {
    static BY_NAME: OnceBox<HashMap<&str, Program>> = OnceBox::new();
    let by_name = || {
        let named = |(program, names): &(Program, &'static str)| {
            let program = *program;
            names.split_ascii_whitespace().map(move |name| (name, program))
        };
        Box::new(PROGRAMS.iter().flat_map(named).collect())
    };
    BY_NAME.get_or_init(by_name).get(name).copied()
}

/// Whether a program is at that path, which may have wildcards and then names one in full.
pub(super) fn by_path(path: &str) -> bool {
    if !path.contains(['?', '*', '[']) {
        return named(path).is_some();
    }
    let has_letters = path.bytes().filter(u8::is_ascii_alphabetic).count() >= 1;
    let folders = ["/bin/", "/usr/bin/", "/sbin/", "/usr/sbin/"];
    let mut all = PROGRAMS.iter().flat_map(|(_, names)| names.split_ascii_whitespace());
    has_letters
        && path.len() <= 40
        && all.any(|name| {
            folders.iter().any(|folder| fits(path.as_bytes(), format!("{folder}{name}").as_bytes()))
        })
}

/// Whether a pattern with `?`, `*` and `[...]` fits a path.
fn fits(pattern: &[u8], path: &[u8]) -> bool {
    match (pattern, path) {
        ([], []) => true,
        ([b'*', rest @ ..], _) => (0..=path.len())
            .take_while(|end| !path[..*end].contains(&b'/'))
            .any(|end| fits(rest, &path[end..])),
        ([b'?', rest @ ..], [byte, others @ ..]) => *byte != b'/' && fits(rest, others),
        ([b'[', rest @ ..], [_, others @ ..]) => {
            let end = rest.iter().position(|byte| *byte == b']');
            end.is_some_and(|end| fits(&rest[end + 1..], others))
        }
        ([wanted, rest @ ..], [byte, others @ ..]) => wanted == byte && fits(rest, others),
        _ => false,
    }
}

impl Program {
    /// Whether its name alone means the program.
    pub(super) fn is_sure(self) -> bool {
        matches!(self, Program::Tells | Program::Runs)
    }

    /// Whether the arguments are what this program is given.
    pub(super) fn is_given(self, arguments: &Arguments<'_>, before: &str) -> bool {
        if arguments.is_prose() && !(self == Program::Tells && arguments.len() == 2) {
            return false;
        }
        match self {
            Program::Asks => {
                arguments.are_none() && arguments.end_all() && !has_words(before) || arguments.has_option()
            }
            Program::Explores => {
                arguments.are_none() && arguments.end_all()
                    || arguments.has_option()
                    || arguments.has_file() && arguments.len() <= 3
                    || matches!(arguments.first(), "aux" | "-ef" | "axu" | "root")
            }
            Program::Tells => {
                arguments.len() <= 2 || arguments.has_option() || arguments.has_file() || arguments.has_host()
            }
            Program::Files => arguments.has_file() || arguments.has_option(),
            Program::Network => {
                arguments.has_host()
                    || arguments.has_option()
                    || arguments.first().bytes().all(|byte| byte.is_ascii_digit()) && !arguments.are_none()
            }
            Program::Waits => is_number(arguments.first()) && arguments.len() == 1 || arguments.has_option(),
            Program::Speaks => speaks(arguments),
            Program::Runs => {
                arguments.has_option() || arguments.has_file() || arguments.are_none() && arguments.end_all()
            }
        }
    }
}

/// Whether somebody writes: nothing, an address or a quote before a command is no sentence.
fn has_words(before: &str) -> bool {
    let before = before.trim_matches(|letter: char| !letter.is_alphanumeric());
    before.contains(|letter: char| letter.is_alphabetic() || letter.is_whitespace())
}

/// `5`, `5s`, `0.5`.
fn is_number(word: &str) -> bool {
    let digits = word.trim_end_matches(['s', 'm', 'h']);
    !digits.is_empty()
        && digits.len() <= 8
        && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

/// A word or two that are no variable of a program.
fn speaks(arguments: &Arguments<'_>) -> bool {
    let first = arguments.first();
    let is_word = first.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.%{}\"'".contains(&byte));
    arguments.len() == 1 && is_word && arguments.end_all()
        || first.starts_with("$(")
        || first.starts_with("${")
        || arguments.has_file() && first.len() > 1 && !first.starts_with('$')
}
