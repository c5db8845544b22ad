//! Small backends that listen on real sockets and behave as they are told.
#![allow(dead_code, reason = "each test file uses a part of it")]

pub mod traces;

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// A request as it arrived.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    pub path: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    pub at: Instant,
    /// Which connection it came by, from 0.
    pub connection: usize,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// What a backend does with a request.
#[derive(Clone, Debug)]
pub enum Answer {
    /// Status, further header lines, body.
    Reply(u16, &'static str, Vec<u8>),
    /// The same after a while.
    Late(Duration, Box<Answer>),
    /// Nothing, ever.
    Silence,
    /// Half an answer, then the end.
    Half,
    /// A good answer in two pieces of the chunked transfer coding, as Go's servers send them.
    Chunked(String),
    /// A good answer, then the end of the connection without a word about it.
    ReplyAndClose,
}

impl Answer {
    pub fn ok() -> Answer {
        Answer::json("{}")
    }

    pub fn json(body: &str) -> Answer {
        Answer::Reply(200, "", body.as_bytes().to_vec())
    }

    pub fn status(status: u16) -> Answer {
        Answer::Reply(status, "", b"no".to_vec())
    }
}

type Behaviour = Arc<dyn Fn(&Request) -> Answer + Send + Sync>;

/// A running backend. Its threads live as long as the test process.
pub struct Server {
    pub url: String,
    pub requests: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    /// Over TCP on a free port.
    pub fn start(behaviour: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        Server::on(listener, behaviour)
    }

    /// On a listener that exists already.
    pub fn on(
        listener: TcpListener,
        behaviour: impl Fn(&Request) -> Answer + Send + Sync + 'static,
    ) -> Server {
        let url = format!("http://{}", listener.local_addr().unwrap());
        let accept = move || listener.accept().map(|(stream, _)| stream);
        Server::serving(url, accept, Arc::new(behaviour))
    }

    /// Over a Unix socket.
    #[cfg(unix)]
    pub fn unix(
        path: &std::path::Path,
        behaviour: impl Fn(&Request) -> Answer + Send + Sync + 'static,
    ) -> Server {
        let listener = std::os::unix::net::UnixListener::bind(path).unwrap();
        let accept = move || listener.accept().map(|(stream, _)| stream);
        Server::serving(format!("unix://{}", path.display()), accept, Arc::new(behaviour))
    }

    /// Over TLS with that certificate, for `localhost`.
    pub fn tls(
        config: Arc<rustls::ServerConfig>,
        behaviour: impl Fn(&Request) -> Answer + Send + Sync + 'static,
    ) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
        let accept = move || {
            let (stream, _) = listener.accept()?;
            let session =
                rustls::ServerConnection::new(Arc::clone(&config)).map_err(std::io::Error::other)?;
            Ok(rustls::StreamOwned::new(session, stream))
        };
        Server::serving(url, accept, Arc::new(behaviour))
    }

    fn serving<S: Read + Write + Send + 'static>(
        url: String,
        mut accept: impl FnMut() -> std::io::Result<S> + Send + 'static,
        behaviour: Behaviour,
    ) -> Server {
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        thread::spawn(move || {
            let mut connection = 0;
            while let Ok(stream) = accept() {
                let (behaviour, seen) = (Arc::clone(&behaviour), Arc::clone(&seen));
                thread::spawn(move || converse(stream, connection, &behaviour, &seen));
                connection += 1;
            }
        });
        Server { url, requests }
    }

    /// Requests so far whose path is that one.
    pub fn to(&self, path: &str) -> Vec<Request> {
        self.requests.lock().unwrap().iter().filter(|request| request.path == path).cloned().collect()
    }

    /// Waits until `count` requests to `path` have come.
    pub fn wait_for(&self, path: &str, count: usize) -> Vec<Request> {
        let until = Instant::now() + Duration::from_secs(20);
        while Instant::now() < until {
            let found = self.to(path);
            if found.len() >= count {
                return found;
            }
            thread::sleep(Duration::from_millis(1));
        }
        panic!("only {} requests to {path}", self.to(path).len());
    }
}

fn converse<S: Read + Write>(
    mut stream: S,
    connection: usize,
    behaviour: &Behaviour,
    seen: &Mutex<Vec<Request>>,
) {
    while let Some(request) = read(&mut stream, connection) {
        let answer = behaviour(&request);
        seen.lock().unwrap().push(request);
        if !respond(&mut stream, answer) {
            return;
        }
    }
}

/// False when the connection is over.
fn respond<S: Read + Write>(stream: &mut S, answer: Answer) -> bool {
    match answer {
        Answer::Reply(status, headers, body) => {
            let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n{headers}\r\n", body.len());
            stream.write_all(&[head.as_bytes(), &body].concat()).is_ok() && stream.flush().is_ok()
        }
        Answer::Late(after, answer) => {
            thread::sleep(after);
            respond(stream, *answer)
        }
        Answer::Silence => {
            thread::sleep(Duration::from_secs(3600));
            false
        }
        Answer::Half => {
            let _ = stream
                .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{")
                .and_then(|()| stream.flush());
            false
        }
        Answer::Chunked(body) => {
            let (front, back) = body.split_at(body.len() / 2);
            let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
            let chunk = |text: &str| format!("{:x}\r\n{text}\r\n", text.len());
            let whole = [head, &chunk(front), &chunk(back), "0\r\n\r\n"].concat();
            stream.write_all(whole.as_bytes()).is_ok() && stream.flush().is_ok()
        }
        Answer::ReplyAndClose => {
            respond(stream, Answer::ok());
            false
        }
    }
}

fn read<S: Read>(stream: &mut S, connection: usize) -> Option<Request> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 65536];
    let mut fill = |bytes: &mut Vec<u8>| {
        let count = stream.read(&mut buffer).ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&buffer[..count]);
        Some(())
    };
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        fill(&mut bytes)?;
    };
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let mut request = parse_head(&head, connection);
    let length: usize = request.header("content-length").map_or(0, |length| length.parse().unwrap());
    while bytes.len() < end + 4 + length {
        fill(&mut bytes)?;
    }
    request.body = bytes[end + 4..end + 4 + length].to_vec();
    Some(request)
}

fn parse_head(head: &str, connection: usize) -> Request {
    let mut lines = head.split("\r\n");
    let mut first = lines.next().unwrap().split(' ').map(str::to_string);
    let header = |line: &str| {
        let (name, value) = line.split_once(':').unwrap();
        (name.to_ascii_lowercase(), value.trim().to_string())
    };
    Request {
        method: first.next().unwrap(),
        path: first.next().unwrap(),
        headers: lines.map(header).collect(),
        body: Vec::new(),
        at: Instant::now(),
        connection,
    }
}
