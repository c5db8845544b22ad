//! What a repository takes, and what it refuses without changing.

mod made;

use made::{Backend, NOW};
use proptest::prelude::*;
use serde_json::{json, Value};
use vedette_remote::{public_key, Repository, State, Trust, Verdict};

fn repository() -> Repository {
    Repository::new(Trust::new(&[]).unwrap())
}

fn contents(repository: &Repository) -> Vec<(String, u64, Vec<u8>)> {
    repository.configs().map(|one| (one.path.clone(), one.version, one.content.to_vec())).collect()
}

#[test]
fn configurations_come_change_and_go() {
    let (mut repository, mut backend) = (repository(), Backend::default());
    let path = backend.put("ASM_DATA", "ips", b"one");
    assert!(repository.update(&backend.answer(), NOW).unwrap());
    assert_eq!(contents(&repository), [(path.clone(), 1, b"one".to_vec())]);
    assert!(!repository.update(&backend.answer(), NOW).unwrap(), "nothing has changed");
    backend.put("ASM_DATA", "ips", b"two");
    assert!(repository.update(&backend.answer(), NOW).unwrap());
    assert_eq!(contents(&repository), [(path.clone(), 2, b"two".to_vec())]);
    backend.remove(&path);
    assert!(repository.update(&backend.answer(), NOW).unwrap());
    assert_eq!(contents(&repository), []);
}

#[test]
fn an_empty_answer_changes_nothing() {
    let (mut repository, mut backend) = (repository(), Backend::default());
    backend.put("ASM", "a", b"{}");
    repository.update(&backend.answer(), NOW).unwrap();
    for body in ["{}", r#"{"targets": ""}"#, r#"{"targets": null, "client_configs": null}"#] {
        assert!(!repository.update(body.as_bytes(), NOW).unwrap(), "{body}");
    }
    assert_eq!(contents(&repository).len(), 1);
}

#[test]
fn files_that_are_here_need_not_come_again() {
    let (mut repository, mut backend) = (repository(), Backend::default());
    backend.put("ASM", "a", b"{}");
    repository.update(&backend.answer(), NOW).unwrap();
    backend.put("ASM", "b", b"{ }");
    let mut answer = backend.value();
    answer["target_files"]
        .as_array_mut()
        .unwrap()
        .retain(|file| file["path"].as_str().unwrap().contains("/b/"));
    assert!(repository.update(answer.to_string().as_bytes(), NOW).unwrap());
    assert_eq!(contents(&repository).len(), 2);
}

#[test]
fn verdicts_stay_as_long_as_the_content() {
    let (mut repository, mut backend) = (repository(), Backend::default());
    let path = backend.put("ASM", "a", b"{}");
    repository.update(&backend.answer(), NOW).unwrap();
    assert_eq!(repository.verdict(&path).state, State::Unacknowledged);
    repository.judge(&path, Verdict { state: State::Applied, error: String::new() });
    backend.put("ASM", "other", b"{}");
    repository.update(&backend.answer(), NOW).unwrap();
    assert_eq!(repository.verdict(&path).state, State::Applied);
    backend.put("ASM", "a", b"{ }");
    repository.update(&backend.answer(), NOW).unwrap();
    assert_eq!(repository.verdict(&path).state, State::Unacknowledged);
}

/// Each change makes an answer that must be refused whole, by a reason that names this.
type Spoil = (fn(&mut Value, &mut Backend), &'static str);

#[test]
fn what_cannot_be_believed_changes_nothing() {
    let spoils: [Spoil; 12] = [
        (|answer, _| answer["targets"] = json!("!!!"), "base64"),
        (|answer, _| answer["targets"] = json!("e30="), "targets"),
        (|answer, _| answer["target_files"][0]["raw"] = json!("%%"), "base64"),
        (|answer, _| answer["target_files"][0]["raw"] = json!("bmV4"), "SHA-256"),
        (|answer, _| answer["target_files"][0]["raw"] = json!("bmV3IQ=="), "bytes"),
        (|answer, _| answer["target_files"] = json!([]), "missing"),
        (|answer, _| answer["target_files"] = json!(7), "answer"),
        (|answer, _| answer["client_configs"] = json!(["datadog/2/ASM/x/config"]), "not among"),
        (|answer, _| answer["client_configs"] = json!(vec!["a"; 2_000]), "configurations"),
        (
            |answer, backend| answer["targets"] = backend.signed(|signed| signed["version"] = json!(0)),
            "older",
        ),
        (
            |answer, backend| answer["targets"] = backend.each(|target| target["hashes"] = json!({})),
            "SHA-256",
        ),
        (
            |answer, backend| answer["targets"] = backend.each(|target| target["custom"]["v"] = json!(0)),
            "older",
        ),
    ];
    for (at, (spoil, reason)) in spoils.into_iter().enumerate() {
        let (mut repository, mut backend) = (repository(), Backend::default());
        backend.put("ASM", "a", b"old");
        repository.update(&backend.answer(), NOW).unwrap();
        let before = contents(&repository);
        backend.put("ASM", "a", b"new");
        let mut answer = backend.value();
        spoil(&mut answer, &mut backend);
        let error = repository.update(answer.to_string().as_bytes(), NOW).unwrap_err();
        assert!(error.contains(reason), "{at}: {error}");
        assert_eq!(contents(&repository), before, "{at}");
        assert!(repository.update(&backend.answer(), NOW).unwrap(), "{at}: a good answer is taken again");
    }
}

#[test]
fn odd_paths_are_refused() {
    let mut backend = Backend::default();
    backend.put_at("../../etc/passwd", b"x");
    assert!(repository().update(&backend.answer(), NOW).unwrap_err().contains("path"));
}

#[test]
fn more_than_fits_is_refused() {
    let mut backend = Backend::default();
    backend.put("ASM", "big", b" ");
    let mut answer = backend.value();
    answer["targets"] = backend.each(|target| target["length"] = json!(1_u64 << 40));
    assert!(repository().update(answer.to_string().as_bytes(), NOW).unwrap_err().contains("more than"));
}

fn trusting(seed: &[u8; 32]) -> Repository {
    Repository::new(Trust::new(&[public_key(seed).unwrap()]).unwrap())
}

#[test]
fn with_a_key_only_what_it_signed_counts() {
    let mut backend = Backend { key: Some([7; 32]), ..Backend::default() };
    backend.put("ASM", "a", b"{}");
    assert!(trusting(&[7; 32]).update(&backend.answer(), NOW).unwrap());
    assert!(trusting(&[8; 32]).update(&backend.answer(), NOW).unwrap_err().contains("signed by 0"));
    backend.key = None;
    assert!(trusting(&[7; 32]).update(&backend.answer(), NOW).unwrap_err().contains("signed by 0"));
}

#[test]
fn with_a_key_what_is_over_does_not_count() {
    let mut backend = Backend { key: Some([7; 32]), expires: "2020-01-01T00:00:00Z", ..Backend::default() };
    backend.put("ASM", "a", b"{}");
    assert!(trusting(&[7; 32]).update(&backend.answer(), NOW).unwrap_err().contains("until"));
}

#[test]
fn a_root_hands_over_to_another_key() {
    let mut backend = Backend { key: Some([9; 32]), ..Backend::default() };
    backend.put("ASM", "a", b"{}");
    let mut repository = trusting(&[7; 32]);
    backend.roots = vec![backend.root(2, &[8; 32], &[9; 32], &[&[8; 32]])];
    assert!(
        repository.update(&backend.answer(), NOW).unwrap_err().contains("root"),
        "the trusted key must sign it"
    );
    backend.roots = vec![backend.root(2, &[8; 32], &[9; 32], &[&[7; 32]])];
    assert!(repository.update(&backend.answer(), NOW).unwrap_err().contains("root"), "and its own");
    backend.roots = vec![backend.root(2, &[8; 32], &[9; 32], &[&[7; 32], &[8; 32]])];
    assert!(repository.update(&backend.answer(), NOW).unwrap());
    backend.roots = vec![backend.root(1, &[1; 32], &[1; 32], &[&[1; 32]])];
    assert!(!repository.update(&backend.answer(), NOW).unwrap(), "an older root is passed over");
}

#[test]
fn keys_that_are_none_are_told() {
    for key in ["", "ab", &"g".repeat(64), &"a".repeat(63), &"ä".repeat(32)] {
        assert!(Trust::new(&[key.to_owned()]).is_err(), "{key}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_answer_makes_it_panic(body in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = repository().update(&body, NOW);
    }

    /// A good answer with one byte changed is refused, or means the same, or is another list of what was signed by nobody.
    #[test]
    fn a_changed_byte_is_never_another_content(at in any::<proptest::sample::Index>(), byte in any::<u8>()) {
        let mut backend = Backend { key: Some([7; 32]), ..Backend::default() };
        backend.put("ASM", "a", b"content");
        let mut answer = backend.answer();
        let at = at.index(answer.len());
        answer[at] = byte;
        let mut repository = trusting(&[7; 32]);
        if repository.update(&answer, NOW).is_ok() {
            for config in repository.configs() {
                prop_assert_eq!(&config.content[..], b"content");
                prop_assert_eq!(&config.product, "ASM");
            }
        }
    }
}
