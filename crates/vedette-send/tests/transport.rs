//! The same over Unix sockets and TLS, and what the Agent says about itself.

mod servers;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use servers::traces::{chunk, config, exporter, trace_ids, SECOND};
use servers::{Answer, Server};
use vedette_model::Process;
use vedette_send::{Config, Exporter, Target, Version};
use vedette_trace::sampling::{Sampler, SamplingConfig};
use vedette_wire::{decode, DecodeLimits, Format};

/// A directory that goes with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("vedette-send-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[cfg(unix)]
#[test]
fn a_unix_socket_does_as_well() {
    let folder = Folder::new("unix");
    let server = Server::unix(&folder.file("apm.socket"), |_| Answer::ok());
    let exporter = exporter(&server.url);
    for id in 1..=3 {
        exporter.send(chunk(id, 1));
        assert!(exporter.flush(SECOND));
    }
    let requests = server.to("/v0.4/traces");
    assert_eq!(trace_ids(&requests), [1, 2, 3]);
    assert!(requests.iter().all(|request| request.connection == 0));
    assert!(exporter.shutdown(SECOND));
}

#[cfg(unix)]
#[test]
fn a_unix_socket_that_is_not_there_or_silent_holds_up_nobody() {
    let folder = Folder::new("silent");
    let missing = exporter(&format!("unix://{}", folder.file("missing").display()));
    missing.send(chunk(1, 1));
    assert!(!missing.shutdown(SECOND / 5));
    assert!(missing.counters().targets[0].last_error.contains("No such file"));

    let server = Server::unix(&folder.file("silent"), |_| Answer::Silence);
    let silent = exporter(&server.url);
    silent.send(chunk(1, 1));
    let started = std::time::Instant::now();
    assert!(!silent.shutdown(SECOND / 3));
    assert!(started.elapsed() < SECOND / 2);
}

#[cfg(unix)]
#[test]
fn large_bodies_pass_a_unix_socket() {
    let folder = Folder::new("large");
    let server = Server::unix(&folder.file("large"), |_| Answer::ReplyAndClose);
    let exporter = exporter(&server.url);
    exporter.send(chunk(1, 20_000));
    exporter.send(chunk(2, 1));
    assert!(exporter.flush(5 * SECOND));
    assert_eq!(trace_ids(&server.to("/v0.4/traces")), [1, 2]);
}

/// A server for `localhost` with a certificate of its own, whose PEM is written to `file`.
fn tls_server(file: &Path) -> Server {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_string()]).unwrap();
    std::fs::write(file, made.cert.pem()).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    Server::tls(Arc::new(config), |_| Answer::ok())
}

fn otlp(url: String, certificate: Option<PathBuf>) -> Exporter {
    let target = Target::Otlp {
        url,
        logs: None,
        json: false,
        gzip: false,
        headers: Vec::new(),
        certificate,
        timeout: SECOND,
    };
    Exporter::new(config(vec![target])).unwrap()
}

#[test]
fn a_certificate_of_the_settings_is_trusted() {
    let folder = Folder::new("tls");
    let server = tls_server(&folder.file("ca.pem"));
    let exporter = otlp(format!("{}/v1/traces", server.url), Some(folder.file("ca.pem")));
    for id in 1..=2 {
        exporter.send(chunk(id, 1));
        assert!(exporter.flush(3 * SECOND), "{:?}", exporter.counters());
    }
    let requests = server.to("/v1/traces");
    assert_eq!(requests.len(), 2);
    assert!(requests.iter().all(|request| request.connection == 0));
}

#[test]
fn an_unknown_certificate_is_refused() {
    let folder = Folder::new("unknown");
    let server = tls_server(&folder.file("ca.pem"));
    let exporter = otlp(format!("{}/v1/traces", server.url), None);
    exporter.send(chunk(1, 1));
    assert!(!exporter.shutdown(SECOND));
    assert_eq!(server.to("/v1/traces").len(), 0);
    let error = exporter.counters().targets[0].last_error.clone();
    assert!(error.contains("certificate"), "{error}");
}

#[test]
fn a_missing_certificate_file_is_told() {
    let exporter = otlp("https://localhost:1/v1/traces".into(), Some("/nowhere/ca.pem".into()));
    exporter.send(chunk(1, 1));
    assert!(!exporter.shutdown(SECOND));
    assert!(exporter.counters().targets[0].last_error.contains("/nowhere/ca.pem"));
}

fn with_version(url: &str, version: Version) -> Exporter {
    let target = Target::Datadog { url: url.to_string(), version, timeout: SECOND, headers: Vec::new() };
    Exporter::new(config(vec![target])).unwrap()
}

#[test]
fn version_5_is_used_where_it_is_offered() {
    let info = r#"{"endpoints":["/v0.4/traces","/v0.5/traces"]}"#;
    let server = Server::start(move |_| Answer::Chunked(info.to_string()));
    let exporter = with_version(&server.url, Version::V05);
    // The first trace has the form that every Agent takes; its answer brings the question what this one takes.
    exporter.send(chunk(99, 1));
    assert!(exporter.flush(SECOND));
    exporter.send(chunk(1, 2));
    assert!(exporter.flush(SECOND));
    let request = server.to("/v0.5/traces").remove(0);
    let decoded = decode(Format::DatadogV05, &request.body, &DecodeLimits::default()).unwrap();
    assert_eq!(decoded[0].chunks[0].spans.len(), 2);
    assert_eq!(server.to("/info").len(), 1);
}

#[test]
fn version_4_is_used_where_version_5_is_not_offered() {
    for answer in [Answer::json(r#"{"endpoints":["/v0.4/traces"]}"#), Answer::status(404)] {
        let server = Server::start(move |request| match request.path.as_str() {
            "/info" => answer.clone(),
            _ => Answer::ok(),
        });
        let exporter = with_version(&server.url, Version::V05);
        exporter.send(chunk(1, 1));
        assert!(exporter.flush(SECOND));
        assert_eq!(trace_ids(&server.to("/v0.4/traces")), [1]);
    }
}

#[test]
fn rates_in_answers_reach_the_sampler() {
    let server = Server::start(|_| Answer::json(r#"{"rate_by_service":{"service:shop,env:":0.0}}"#));
    let sampler = Arc::new(Sampler::new(SamplingConfig::default()));
    let process = Process { service: "shop".into(), ..Process::default() };
    let mut config = Config::new(process, Arc::clone(&sampler));
    config.targets.push(Target::datadog(&server.url));
    let exporter = Exporter::new(config).unwrap();
    let root = &chunk(1, 1).spans[0];
    assert_eq!(sampler.decide(root, 1, "shop", "", 0).priority, 1);
    exporter.send(chunk(1, 1));
    assert!(exporter.flush(SECOND));
    let decision = sampler.decide(root, 1, "shop", "", 0);
    assert_eq!((decision.priority, decision.agent_rate), (0, Some(0.0)));
}

#[test]
fn headers_of_the_settings_are_sent() {
    let server = Server::start(|_| Answer::ok());
    let target = Target::Datadog {
        url: server.url.clone(),
        version: Version::V04,
        timeout: SECOND,
        headers: vec![("X-Tenant".into(), "blue".into())],
    };
    let exporter = Exporter::new(config(vec![target])).unwrap();
    exporter.send(chunk(1, 1));
    assert!(exporter.flush(SECOND));
    for path in ["/info", "/v0.4/traces"] {
        assert_eq!(server.to(path)[0].header("x-tenant"), Some("blue"));
    }
}
