//! Moments in UTC, as documents write them (RFC 3339, whole seconds): in this form they compare as texts.

use std::time::{SystemTime, UNIX_EPOCH};

/// Form of the first nineteen characters; `0` stands for any digit.
const FORM: &[u8; 19] = b"0000-00-00T00:00:00";

/// What comes before the fraction and the `Z` of a moment in UTC; None for any other text.
pub(crate) fn seconds(text: &str) -> Option<&str> {
    let (head, rest) = (text.get(..FORM.len())?, text.get(FORM.len()..)?);
    let fits = |(given, form): (u8, &u8)| if *form == b'0' { given.is_ascii_digit() } else { given == *form };
    let fraction = rest.strip_suffix('Z')?;
    let whole = fraction.is_empty()
        || fraction.strip_prefix('.').is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    (whole && head.bytes().zip(FORM).all(fits)).then_some(head)
}

/// The time in UTC, as `2026-01-31T23:59:59Z`.
pub(crate) fn now() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let (year, month, day) = date(seconds / 86_400);
    let (hour, minute, second) = (seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// The date that many days after 1970-01-01 (Howard Hinnant, "chrono-compatible low-level date algorithms").
fn date(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let of_era = shifted % 146_097;
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year_of_era + era * 400 + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_become_dates() {
        assert_eq!(date(0), (1970, 1, 1));
        assert_eq!(date(11_016), (2000, 2, 29));
        assert_eq!(date(20_453), (2025, 12, 31));
        assert_eq!(seconds(&now()).map(str::len), Some(19));
    }

    #[test]
    fn only_moments_in_utc_are_understood() {
        assert_eq!(seconds("2026-01-31T23:59:59Z"), Some("2026-01-31T23:59:59"));
        assert_eq!(seconds("2026-01-31T23:59:59.25Z"), Some("2026-01-31T23:59:59"));
        for text in [
            "",
            "Z",
            "2026-01-31",
            "2026-01-31T23:59:59",
            "2026-01-31T23:59:59+01:00",
            "2026-01-31T23:59:59.xZ",
            "2026-01-31 23:59:59Z",
            "zzzz-zz-zzTzz:zz:zzZ",
            "2026-01-31T23:59:5\u{e9}Z",
            "\u{1f980}\u{1f980}\u{1f980}\u{1f980}\u{1f980}",
        ] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }
}
