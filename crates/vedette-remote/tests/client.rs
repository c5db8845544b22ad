//! A client at work: what happens around the answers.

mod made;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use made::Backend;
use vedette_remote::{start, Applied, Config, Host, Offer, Settings, Tracer, Trust};

const PATIENCE: Duration = Duration::from_secs(30);

/// Answers every request with what a backend hands out now.
fn serve(backend: Arc<Mutex<Backend>>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let body = backend.lock().unwrap().answer();
            let _ = answer(stream, &body);
        }
    });
    url
}

fn answer(mut stream: TcpStream, body: &[u8]) -> std::io::Result<()> {
    let mut seen = Vec::new();
    let mut some = [0; 4_096];
    while !is_whole(&seen) {
        match stream.read(&mut some)? {
            0 => break,
            read => seen.extend_from_slice(&some[..read]),
        }
    }
    write!(stream, "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len())?;
    stream.write_all(body)
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request).to_ascii_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
    body.len() >= length.map_or(0, |length| length.trim().parse().unwrap_or(0))
}

/// Panics the first time, and notes what it is told afterwards.
struct Clumsy {
    told: Arc<Mutex<Vec<usize>>>,
    times: usize,
}

impl Host for Clumsy {
    fn apply(&mut self, configs: &[Config]) -> Option<Applied> {
        self.times += 1;
        assert!(self.times > 1, "the first time");
        self.told.lock().unwrap().push(configs.len());
        Some(Applied::default())
    }

    fn extra_services(&mut self) -> Vec<String> {
        Vec::new()
    }
}

#[test]
fn a_panic_costs_one_turn_and_the_change_comes_all_the_same() {
    let mut backend = Backend::default();
    backend.put("ASM", "a", b"{}");
    let url = serve(Arc::new(Mutex::new(backend)));
    let told = Arc::new(Mutex::new(Vec::new()));
    let settings = Settings {
        url,
        timeout: Duration::from_secs(5),
        interval: Duration::from_millis(10),
        trust: Trust::new(&[]).unwrap(),
        tracer: Tracer::default(),
        first: Offer::default(),
        offer: Offer::default(),
    };
    let handle = start(settings, Box::new(Clumsy { told: Arc::clone(&told), times: 0 })).unwrap();
    let until = Instant::now() + PATIENCE;
    while told.lock().unwrap().is_empty() {
        assert!(Instant::now() < until, "{:?}", handle.status());
        std::thread::sleep(Duration::from_millis(5));
    }
    handle.stop(PATIENCE);
    assert_eq!(*told.lock().unwrap(), [1], "all of it, once");
    assert_eq!(handle.status().panics.load(Relaxed), 1);
}
