//! A backend that means harm: nothing of it is taken, nothing of it panics, and a good answer is taken afterwards.

mod made;

use made::{document, Backend, NOW};
use proptest::prelude::*;
use proptest::sample::{select, Index};
use serde_json::{json, Value};
use vedette_remote::{public_key, Path, Repository, Trust};

const KEY: [u8; 32] = [7; 32];

fn trusting() -> Repository {
    Repository::new(Trust::new(&[public_key(&KEY).unwrap()]).unwrap())
}

fn signing() -> Backend {
    Backend { key: Some(KEY), ..Backend::default() }
}

fn contents(repository: &Repository) -> Vec<(String, u64, Vec<u8>)> {
    repository.configs().map(|one| (one.path.clone(), one.version, one.content.to_vec())).collect()
}

/// Tries an answer on a repository that has something; why it was refused.
fn refused(backend: &mut Backend, spoil: impl FnOnce(&mut Value, &mut Backend)) -> String {
    let mut repository = trusting();
    backend.put("ASM", "a", b"old");
    repository.update(&backend.answer(), NOW).unwrap();
    let before = contents(&repository);
    backend.put("ASM", "a", b"new");
    let mut answer = backend.value();
    spoil(&mut answer, backend);
    let why = repository.update(answer.to_string().as_bytes(), NOW).unwrap_err();
    assert_eq!(contents(&repository), before, "{why}");
    assert!(repository.update(&backend.answer(), NOW).unwrap(), "{why}: a good answer is taken again");
    why
}

#[test]
fn ends_that_are_no_moments_are_refused() {
    for until in ["", "Z", "never", "2099", "2099-01-01", "é".repeat(10).as_str(), "🦀🦀🦀🦀🦀Z"] {
        let why = refused(&mut signing(), |answer, backend| {
            answer["targets"] = backend.signed(|signed| signed["expires"] = json!(until));
        });
        assert!(why.contains("no moment"), "{until}: {why}");
    }
    for until in [json!(7), json!(null), json!([])] {
        refused(&mut signing(), |answer, backend| {
            answer["targets"] = backend.signed(|signed| signed["expires"] = until);
        });
    }
}

#[test]
fn a_document_of_another_role_is_refused() {
    for kind in [json!("root"), json!("snapshot"), json!(""), json!(7), json!(null)] {
        let why = refused(&mut signing(), |answer, backend| {
            answer["targets"] = backend.signed(|signed| signed["_type"] = kind);
        });
        assert!(why.contains("it "), "{why}");
    }
}

#[test]
fn a_list_of_targets_is_no_root() {
    let mut backend = signing();
    backend.put("ASM", "a", b"{}");
    backend.roots = vec![document(
        &json!({
            "_type": "targets",
            "version": 2,
            "expires": "2099-01-01T00:00:00Z",
            "keys": {},
            "roles": {},
        }),
        &[&KEY],
    )];
    assert!(trusting().update(&backend.answer(), NOW).unwrap_err().contains("calls itself targets"));
}

#[test]
fn the_key_of_one_role_does_not_sign_for_another() {
    let mut backend = signing();
    backend.put("ASM", "a", b"{}");
    backend.roots = vec![backend.root(2, &KEY, &[9; 32], &[&KEY])]; // targets are another key's from now on
    assert!(trusting().update(&backend.answer(), NOW).unwrap_err().contains("signed by 0"));
    backend.key = Some([9; 32]);
    let mut repository = trusting();
    repository.update(&backend.answer(), NOW).unwrap();
    backend.roots = vec![backend.root(3, &[9; 32], &[9; 32], &[&[9; 32]])]; // and that one is no key of the root
    assert!(repository.update(&backend.answer(), NOW).unwrap_err().contains("root: signed by 0"));
}

#[test]
fn a_threshold_counts_keys_and_not_signatures() {
    let mut backend = signing();
    backend.put("ASM", "a", b"{}");
    let key = json!({ "keytype": "ed25519", "keyval": { "public": public_key(&KEY).unwrap() } });
    let role = |threshold: u64| json!({ "keyids": ["one", "two"], "threshold": threshold });
    let root = |threshold: u64| {
        let signed = json!({
            "_type": "root", "version": 2, "expires": "2099-01-01T00:00:00Z",
            "keys": { "one": key, "two": key },
            "roles": { "root": role(1), "targets": role(threshold) },
        });
        document(&signed, &[&KEY, &KEY])
    };
    backend.roots = vec![root(2)];
    assert!(trusting().update(&backend.answer(), NOW).unwrap_err().contains("signed by 1"));
    backend.roots = vec![root(u64::MAX)];
    assert!(trusting().update(&backend.answer(), NOW).is_err());
    backend.roots = vec![root(1)];
    assert!(trusting().update(&backend.answer(), NOW).unwrap());
}

#[test]
fn what_is_signed_can_be_rolled_back_by_nobody() {
    let (mut repository, mut backend) = (trusting(), signing());
    backend.put("ASM", "a", b"one");
    let old = backend.answer();
    repository.update(&old, NOW).unwrap();
    backend.put("ASM", "a", b"two");
    repository.update(&backend.answer(), NOW).unwrap();
    assert!(repository.update(&old, NOW).unwrap_err().contains("older"));
    assert_eq!(contents(&repository)[0].2, b"two");
}

#[test]
fn deep_and_long_answers_are_refused() {
    let deep = "[".repeat(200_000);
    for body in [deep.clone(), format!(r#"{{"targets": {deep}"#), format!(r#"{{"unknown": {deep}"#)] {
        assert!(trusting().update(body.as_bytes(), NOW).is_err());
    }
    let nested = (0..100).fold(json!(1), |inner, _| json!([inner]));
    let mut backend = signing();
    backend.put("ASM", "a", b"{}");
    let mut answer = backend.value();
    answer["targets"] = backend.signed(|signed| signed["more"] = nested);
    assert!(
        trusting().update(answer.to_string().as_bytes(), NOW).unwrap(),
        "what is not known is passed over"
    );
    for size in [64 << 10, (64 << 10) + 1] {
        answer["targets"] = backend.signed(|signed| {
            signed["custom"] = json!({ "opaque_backend_state": "x".repeat(size) });
        });
        assert_eq!(trusting().update(answer.to_string().as_bytes(), NOW).is_ok(), size == 64 << 10);
    }
    backend.put_at(&format!("datadog/2/ASM/{}/config", "x".repeat(1_000)), b"{}");
    assert!(trusting().update(&backend.answer(), NOW).unwrap_err().contains("not the path"));
}

/// Any JSON of a few levels.
fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,30}".prop_map(Value::from),
        select(vec!["", "e30=", "bnVsbA==", "[]", "2099-01-01T00:00:00Z"]).prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::hash_map(".{0,8}", inner, 0..4)
                .prop_map(|map| map.into_iter().collect::<serde_json::Map<_, _>>().into()),
        ]
    })
}

/// Puts `value` in the place of the n-th of the values within `json`.
fn replace(json: &mut Value, at: Index, value: Value) {
    fn places(json: &Value) -> usize {
        1 + match json {
            Value::Array(items) => items.iter().map(places).sum(),
            Value::Object(map) => map.values().map(places).sum(),
            _ => 0,
        }
    }
    fn walk(json: &mut Value, at: &mut usize, value: &mut Option<Value>) {
        if *at == 0 {
            if let Some(value) = value.take() {
                *json = value;
            }
            return;
        }
        *at -= 1;
        match json {
            Value::Array(items) => items.iter_mut().for_each(|item| walk(item, at, value)),
            Value::Object(map) => map.values_mut().for_each(|item| walk(item, at, value)),
            _ => {}
        }
    }
    walk(json, &mut at.index(places(json)), &mut Some(value));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    #[test]
    fn an_answer_with_anything_anywhere_does_no_harm(at in any::<Index>(), value in anything()) {
        let mut backend = signing();
        backend.put("ASM", "a", b"content");
        let mut answer = backend.value();
        replace(&mut answer, at, value);
        let mut repository = trusting();
        let _ = repository.update(answer.to_string().as_bytes(), NOW);
        for config in repository.configs() {
            prop_assert_eq!(&config.content[..], b"content");
        }
    }

    /// Even one that holds the key can't bring a client to panic, or to take content that is not what its hash says.
    #[test]
    fn a_signed_document_with_anything_anywhere_does_no_harm(at in any::<Index>(), value in anything()) {
        let mut backend = signing();
        backend.put("ASM", "a", b"content");
        let mut answer = backend.value();
        let floats = value.to_string().contains(['.', 'e']); // those can't be signed
        prop_assume!(!floats);
        answer["targets"] = backend.signed(|signed| replace(signed, at, value));
        let mut repository = trusting();
        let _ = repository.update(answer.to_string().as_bytes(), NOW);
        for config in repository.configs() {
            prop_assert_eq!(&config.content[..], b"content");
        }
    }

    #[test]
    fn a_signed_root_with_anything_anywhere_does_no_harm(at in any::<Index>(), value in anything()) {
        prop_assume!(!value.to_string().contains(['.', 'e']));
        let mut backend = signing();
        backend.put("ASM", "a", b"content");
        let mut root = backend.root_document(2, &KEY, &KEY);
        replace(&mut root, at, value);
        backend.roots = vec![document(&root, &[&KEY])];
        let _ = trusting().update(&backend.answer(), NOW);
    }

    #[test]
    fn a_path_is_never_read_as_more_than_it_says(path in ".{0,60}") {
        if let Some(found) = Path::parse(&path) {
            prop_assert!(!found.product.contains('/') && !found.id.contains('/'));
        }
    }
}
