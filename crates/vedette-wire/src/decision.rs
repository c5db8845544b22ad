//! Sampling decisions as texts.

use vedette_model::Mechanism;

/// The mechanism that `_dd.p.dm` names, such as `-3`; None for one that is not known here.
pub(crate) fn mechanism(text: &str) -> Option<Mechanism> {
    use Mechanism::{
        AgentRate, AppSec, Default, LocalRule, Manual, RemoteDynamicRule, RemoteUserRule, SpanRule,
    };
    let number: u8 = text.strip_prefix('-')?.parse().ok()?;
    [Default, AgentRate, LocalRule, Manual, AppSec, SpanRule, RemoteUserRule, RemoteDynamicRule]
        .into_iter()
        .find(|mechanism| *mechanism as u8 == number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mechanisms_have_a_leading_minus() {
        assert_eq!(mechanism("-3"), Some(Mechanism::LocalRule));
        assert_eq!(["3", "-7", "", "-x"].map(mechanism), [None; 4]);
    }
}
