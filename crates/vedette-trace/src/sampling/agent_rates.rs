//! The rates that the Agent answers to each payload: by service and environment.

use foldhash::HashMap;

/// Rates by service and environment, found without allocation.
#[derive(Clone, Debug, Default)]
pub struct AgentRates {
    by_service: HashMap<String, Vec<(String, f64)>>,
    default: Option<f64>,
}

impl AgentRates {
    /// From keys such as `service:web,env:prod`; `service:,env:` is the rate of all others. Others are skipped.
    pub fn new(rates: &[(String, f64)]) -> AgentRates {
        let mut made = AgentRates::default();
        for (key, rate) in rates.iter().filter(|(_, rate)| (0.0..=1.0).contains(rate)) {
            match split(key) {
                Some(("", "")) => made.default = Some(*rate),
                Some((service, env)) => made.insert(service, env, *rate),
                None => {}
            }
        }
        made
    }

    fn insert(&mut self, service: &str, env: &str, rate: f64) {
        self.by_service.entry(service.to_owned()).or_default().push((env.to_owned(), rate));
    }

    /// Whether the Agent has told nothing yet.
    pub fn is_empty(&self) -> bool {
        self.by_service.is_empty() && self.default.is_none()
    }

    /// The rate for that service and environment.
    pub fn find(&self, service: &str, env: &str) -> Option<f64> {
        let of_service = self.by_service.get(service);
        let exact = of_service.and_then(|envs| envs.iter().find(|(known, _)| known == env));
        exact.map(|(_, rate)| *rate).or(self.default)
    }
}

/// A service may hold commas and colons, an environment may not hold a comma.
fn split(key: &str) -> Option<(&str, &str)> {
    key.strip_prefix("service:")?.rsplit_once(",env:")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rates(keys: &[(&str, f64)]) -> AgentRates {
        AgentRates::new(&keys.iter().map(|(key, rate)| ((*key).to_owned(), *rate)).collect::<Vec<_>>())
    }

    #[test]
    fn the_exact_pair_wins_over_the_default() {
        let rates =
            rates(&[("service:,env:", 0.5), ("service:web,env:prod", 0.1), ("service:a,b,env:", 0.2)]);
        assert_eq!(rates.find("web", "prod"), Some(0.1));
        assert_eq!(rates.find("web", "dev"), Some(0.5));
        assert_eq!(rates.find("a,b", ""), Some(0.2));
        assert_eq!(rates.find("other", "prod"), Some(0.5));
    }

    #[test]
    fn nonsense_is_skipped() {
        assert!(
            rates(&[("web", 0.5), ("service:web,env:x", 2.0), ("service:web,env:x", f64::NAN)]).is_empty()
        );
        assert_eq!(rates(&[]).find("web", ""), None);
    }
}
