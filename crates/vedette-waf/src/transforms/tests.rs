use proptest::prelude::*;

use super::*;

fn through(name: &str, text: &str) -> String {
    let transform = Transform::named(name).expect(name);
    apply(&[transform], text, of_all(text.as_bytes())).0.into_owned()
}

#[test]
fn each_transformer_does_what_its_name_says() {
    let cases = [
        ("lowercase", "SeLeCT Ä", "select Ä"),
        ("urlDecode", "%27+or%201%3d1%zz%", "' or 1=1%zz%"),
        ("urlDecodeUni", "%u0027%uff1cb%u00e9", "'<bé"),
        ("htmlEntityDecode", "&lt;a&#x3A;&#0000058&colon;&bogus;&", "<a:::&bogus;&"),
        ("jsDecode", r"\x3cscript\u003e\u{41}\n\'\", "<script>A\n'\\"),
        ("cssDecode", r"\65 xpression\28", "expression("),
        ("removeNulls", "sc\0ript", "script"),
        ("compressWhitespace", "a \t\u{a0}\n b", "a b"),
        ("removeWhitespace", "a \t b", "ab"),
        ("normalizePath", "/a/./b//../c/", "/a/c/"),
        ("normalizePath", "../../etc/passwd", "../../etc/passwd"),
        ("normalizePathWin", "a\\..\\b", "b"),
        ("base64Decode", "JyBvciAxPTE", "' or 1=1"),
        ("base64Encode", "' or 1=1", "JyBvciAxPTE="),
        ("base64Encode", "abc", "YWJj"),
        ("urlPath", "/a/b?c=/d#e", "/a/b"),
        ("urlQuerystring", "/a/b?c=/d#e", "c=/d"),
        ("urlQuerystring", "/a/b", ""),
        ("removeComments", "un/**/ion -- rest", "union "),
        ("replaceComments", "union/*x*/select/*", "union select "),
        ("cmdLine", "C^a\"t\" ; /etc/p'a'sswd", "cat/etc/passwd"),
        ("unicode_normalize", "ｓｅｌéct", "select"),
        ("decode", "%252e%252e%252f", "../"),
        ("decode", "PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==", "<script>alert(1)</script>"),
    ];
    for (name, from, to) in cases {
        assert_eq!(through(name, from), to, "{name} of {from:?}");
    }
}

#[test]
fn what_needs_no_decoding_stays() {
    for text in [
        "plain",
        "100% sure",
        "a+b=c",
        "9f86d081-884c-4d65-9a2f-eaa0c55ad015",
        "C:\\Users\\ann",
        "5d41402abc4b2a76b9719d911017c592",
    ] {
        assert_eq!(through("decode", text), text);
    }
}

proptest! {
    #[test]
    fn no_transformer_panics_or_makes_text_much_longer(text in "[ -~%&\\\\\u{0}\t\u{a0}é𝄞]{0,60}") {
        for definition in DEFINITIONS {
            if let Some(changed) = (definition.apply)(&text) {
                prop_assert!(changed.len() <= text.len() * 20 + 3);
            }
        }
    }

    /// The promise that lets evaluation skip transformers.
    #[test]
    fn a_text_without_the_marks_of_a_transformer_stays(text in "[a-zA-Z0-9 ./'é]{0,40}") {
        for definition in DEFINITIONS {
            if definition.touches & of_all(text.as_bytes()) == 0 {
                prop_assert_eq!((definition.apply)(&text).unwrap_or_else(|| text.clone()), text.clone());
            }
        }
    }
}
