use proptest::prelude::*;

use super::find;

const ATTACKS: &[&str] = &[
    "' or 1=1 --",
    "' or '1'='1",
    "' OR 'a'='a",
    "admin'--",
    "admin' #",
    "admin'/*",
    "x' or 1=1#",
    "') or ('a'='a",
    "')) or (('x'))=(('x",
    "' or true--",
    "' or 1 -- -",
    "'='",
    "'-'",
    "'||'1'='1",
    "' || 1=1 -- ",
    "1 or 1=1",
    "1 OR 1=1--",
    "-1 or 1=1",
    "1) or (1=1",
    "1 and 1=2",
    "1' and '1'='1",
    "\" or \"\"=\"",
    "\" or 1=1--",
    "1 union select null,null",
    "-1 UNION ALL SELECT 1,2,3",
    "' union select username, password from users--",
    "x' UnIoN/**/SeLeCt 1,2 --",
    "1/**/union/**/select/**/1,2",
    "/*!50000union*/ /*!50000select*/ 1,2",
    "1;drop table users",
    "'; drop table users;--",
    "'; exec xp_cmdshell('dir')--",
    "1; waitfor delay '0:0:5'--",
    "1 and sleep(5)",
    "' and sleep(5)#",
    "sleep(5)",
    "1-sleep(5)",
    "'+(select 1 from users)+'",
    "' and (select count(*) from users)>0--",
    "1 and (select 1)=1",
    "1 and ascii(substring((select database()),1,1))>64",
    "' and extractvalue(1,concat(0x7e,version()))--",
    "1 order by 10--",
    "1' order by 3-- -",
    "' having 1=1--",
    "' group by id having 1=1--",
    "1 procedure analyse()",
    "' into outfile '/tmp/x",
    "1 or id is not null",
    "' or name is not null--",
    "' or name like '%a%",
    "1 or true",
    "' or 'x' in ('x') --",
    "(select * from (select(sleep(5)))a)",
    "1 and if(1=1,sleep(5),0)",
    "1' rlike (select 1)--",
    "%' or '%'='",
    "a' or 3=3--",
    "'or'1'='1",
    "1'or'1'='1",
    "' or''='",
    "0 union select password from users",
    "1' and 1=(select count(*) from x); --",
    "'; waitfor delay '0:0:10'--",
    "1;select pg_sleep(5)",
    "' or 1=1 limit 1 -- -+",
    "it's nice and 1=1",
    "1 AND 1=1",
    "x' and userid is null; --",
    "' or 1",
    "1) union select 1--",
    "1' or 1=1-- -",
    "' and 1=1 and ''='",
    "1 or 'a'='a'",
    "admin') or 1=1--",
    "1 having 1=1",
];

const HARMLESS: &[&str] = &[
    "O'Brien",
    "rock 'n' roll",
    "it's 5 o'clock",
    "the boys' and girls' rooms",
    "5' or 6' tall",
    "between 5' and 6'",
    "select a plan",
    "select a plan from the list",
    "please select one or two",
    "drop table reservations at 5",
    "union square",
    "the union select committee met",
    "1 or 2 years",
    "1 and 2",
    "5 - 3 = 2",
    "a = b",
    "x > 5 and y < 3",
    "if (a == 1 && b == 2) return;",
    "if x == 'a' or x == 'b': pass",
    "SELECT * FROM users WHERE id = 1",
    "Tom & Jerry; and more",
    "C# and F#",
    "#1 fan",
    "-- signed, me",
    "dogs' -- and cats'",
    "rock'n'roll # one",
    "Say 'yes' or 'no' in the form",
    "'quoted'",
    "\"quoted\" text",
    "{\"a\": \"b or c\", \"d\": 1}",
    "(555) 010-2345",
    "2024-01-01",
    "10-5",
    "1+1=2",
    "time.sleep(5)",
    "then call sleep(5) to wait",
    "50% off; today only",
    "a;b;c",
    "d'or et d'argent",
    "l'union fait la force",
    "Côte d'Ivoire",
    "12' x 14'",
    "6'2\"",
    "order by phone",
    "1 order by phone please",
    "I'd like 1 or 2",
    "rock or pop",
    "\"rock\" or \"pop\"",
    "'rock' or 'pop'",
    "he said 'no' and left",
    "group by age and height",
    "you and I like pizza",
    "2 and he is great",
    "insert into the slot",
    "update the set",
    "delete from my list",
    "create user account",
    "x = 'a'; y = 'b'",
    "let a = 'x' + b + 'y';",
    "console.log('a' + b)",
    "f(a, b) || g",
    "cmd1 && cmd2",
    "a||b",
    "it's; really",
    "1, 2, 3",
    "<b>bold</b>",
    "C:\\Users\\ann",
    "3/4",
    "'",
    "\"",
    "''",
    "John 'Johnny' Smith",
    "what's up -- not much",
    "Where's the 'any' key?",
];

#[test]
fn attacks_are_found() {
    let missed: Vec<_> = ATTACKS.iter().filter(|text| find(text).is_none()).collect();
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn plain_language_and_code_are_let_pass() {
    let alarms: Vec<_> =
        HARMLESS.iter().filter_map(|text| find(text).map(|found| (text, &text[found]))).collect();
    assert!(alarms.is_empty(), "{alarms:#?}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_judged_without_panic(text in "(['\"()#;=*/!-]| or |union |select |[a-z1-9 ]|é|--|/\\*!){0,30}") {
        if let Some(found) = find(&text) {
            prop_assert!(text.get(found).is_some());
        }
    }

    #[test]
    fn every_attack_has_a_mark_that_the_operator_needs(text in "[a-z0-9 .~_:\\[\\]{}\\\\$?]{0,30}") {
        use crate::operators::{IsSqli, TextOperator};
        prop_assert!(find(&text).is_none() || IsSqli.needs().met_by(crate::specials::of_all(text.as_bytes())) || text.contains("union"));
    }
}
