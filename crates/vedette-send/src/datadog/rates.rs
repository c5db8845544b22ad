//! Sampling rates that an Agent answers with.

use serde_json::Value;
use vedette_trace::sampling::Sampler;

/// Tells the sampler; an answer without rates changes nothing.
pub(super) fn feed(sampler: &Sampler, body: &[u8]) {
    if let Some(rates) = parse(body) {
        sampler.set_agent_rates(&rates);
    }
}

/// `{"rate_by_service": {"service:shop,env:prod": 0.5, ...}}`; entries that are no rates are skipped.
fn parse(body: &[u8]) -> Option<Vec<(String, f64)>> {
    let json: Value = serde_json::from_slice(body).ok()?;
    let rates = json.get("rate_by_service")?.as_object()?.iter();
    let valid = |rate: &f64| (0.0..=1.0).contains(rate);
    Some(rates.filter_map(|(key, rate)| Some((key.clone(), rate.as_f64().filter(valid)?))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_found() {
        let rates = parse(br#"{"rate_by_service":{"service:,env:":1,"service:shop,env:prod":0.25}}"#);
        let expected = [("service:,env:".to_string(), 1.0), ("service:shop,env:prod".to_string(), 0.25)];
        assert_eq!(rates.unwrap(), expected);
    }

    #[test]
    fn what_is_no_rate_is_skipped() {
        let rates = parse(br#"{"rate_by_service":{"a":7,"b":"0.5","c":-1,"d":null,"e":0}}"#);
        assert_eq!(rates.unwrap(), [("e".to_string(), 0.0)]);
        for body in ["OK", "", "{}", "[]", r#"{"rate_by_service":[]}"#] {
            assert_eq!(parse(body.as_bytes()), None, "{body}");
        }
    }
}
