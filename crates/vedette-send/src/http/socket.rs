//! A connection as a ureq transport that makes few system calls: on a small request they are most of the cost.
//! Where ureq's own needs fourteen, this one needs five: three to see whether the connection is still open, one to
//! write head and body together, one to read.

use std::fmt;
use std::io::{self, IoSlice, Read, Write};
use std::time::{Duration, Instant};

use ureq::unversioned::transport::{Buffers, LazyBuffers, NextTimeout, Transport};
use ureq::Error;

use crate::farewell;

/// A socket's timeout is set anew only when it is off by more than this.
const COARSE: Duration = Duration::from_millis(100);
/// A connection that was used so recently is taken to be open. If it is not, the request fails and is repeated.
const FRESH: Duration = Duration::from_millis(1);

/// What TCP and Unix sockets have in common.
pub(super) trait Stream: Read + Write + fmt::Debug + Send + Sync + 'static {
    fn read_within(&self, within: Option<Duration>) -> io::Result<()>;
    fn write_within(&self, within: Option<Duration>) -> io::Result<()>;
    fn nonblocking(&self, on: bool) -> io::Result<()>;
}

macro_rules! stream {
    ($kind:ty) => {
        impl Stream for $kind {
            fn read_within(&self, within: Option<Duration>) -> io::Result<()> {
                self.set_read_timeout(within)
            }

            fn write_within(&self, within: Option<Duration>) -> io::Result<()> {
                self.set_write_timeout(within)
            }

            fn nonblocking(&self, on: bool) -> io::Result<()> {
                self.set_nonblocking(on)
            }
        }
    };
}

stream!(std::net::TcpStream);
#[cfg(unix)]
stream!(std::os::unix::net::UnixStream);

/// An open connection.
#[derive(Debug)]
pub(super) struct Socket<S> {
    stream: S,
    buffers: LazyBuffers,
    /// Head of a request that waits for the beginning of its body.
    head: Vec<u8>,
    read_within: Option<Duration>,
    write_within: Option<Duration>,
    used: Instant,
}

impl<S: Stream> Socket<S> {
    pub fn new(stream: S, buffers: LazyBuffers) -> Socket<S> {
        let (read_within, write_within) = (None, None);
        Socket { stream, buffers, head: Vec::new(), read_within, write_within, used: Instant::now() }
    }

    /// Writes the head that waits, and `amount` bytes of the output buffer behind it.
    fn write(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        let wanted = timeout.not_zero().map(|within| *within);
        if is_off(self.write_within, wanted) {
            self.stream.write_within(wanted)?;
            self.write_within = wanted;
        }
        let output = &self.buffers.output()[..amount];
        let written = write_both(&mut self.stream, &self.head, output);
        self.head.clear();
        written.map_err(|error| understand(error, timeout))
    }

    /// Reads what comes within `timeout`, or until the process is about to end.
    fn read(&mut self, timeout: NextTimeout) -> Result<usize, Error> {
        let until = timeout.not_zero().map(|within| Instant::now() + *within);
        loop {
            let left = until.map(|until| until.saturating_duration_since(Instant::now()));
            let step = left.map_or(farewell::PATIENCE, |left| left.min(farewell::PATIENCE));
            let step = Some(step.max(Duration::from_millis(1)));
            if is_off(self.read_within, step) {
                self.stream.read_within(step)?;
                self.read_within = step;
            }
            match self.stream.read(self.buffers.input_append_buf()) {
                Err(error) if is_timeout(&error) => {
                    if farewell::is_said() || left.is_some_and(|left| left <= farewell::PATIENCE) {
                        return Err(Error::Timeout(timeout.reason));
                    }
                }
                read => return read.map_err(|error| understand(error, timeout)),
            }
        }
    }
}

impl<S: Stream> Transport for Socket<S> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        let output = &self.buffers.output()[..amount];
        if self.head.is_empty() && output.ends_with(b"\r\n\r\n") {
            self.head.extend_from_slice(output);
            return Ok(());
        }
        self.write(amount, timeout.for_write())
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        if !self.head.is_empty() {
            self.write(0, timeout.for_write())?;
        }
        let amount = self.read(timeout.for_read())?;
        self.buffers.input_appended(amount);
        self.used = Instant::now();
        Ok(amount > 0)
    }

    /// Open means that there is nothing to read: neither the end nor bytes that nobody asked for.
    fn is_open(&mut self) -> bool {
        if self.used.elapsed() < FRESH {
            return true;
        }
        let quiet = self.stream.nonblocking(true).is_ok()
            && self.stream.read(&mut [0]).is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock);
        self.stream.nonblocking(false).is_ok() && quiet
    }
}

/// Whether a socket's timeout is too far from what is wanted.
fn is_off(set: Option<Duration>, wanted: Option<Duration>) -> bool {
    match (set, wanted) {
        (Some(set), Some(wanted)) => set.abs_diff(wanted) > COARSE.min(wanted / 4),
        (set, wanted) => set != wanted,
    }
}

fn write_both(stream: &mut impl Write, head: &[u8], body: &[u8]) -> io::Result<()> {
    let mut written = 0;
    while written < head.len() {
        match stream.write_vectored(&[IoSlice::new(&head[written..]), IoSlice::new(body)]) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(count) => written += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    stream.write_all(&body[written - head.len()..])
}

fn understand(error: io::Error, timeout: NextTimeout) -> Error {
    if is_timeout(&error) {
        Error::Timeout(timeout.reason)
    } else {
        Error::Io(error)
    }
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes a few bytes at a time, and is interrupted in between.
    struct Reluctant(Vec<u8>, usize);

    impl Write for Reluctant {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.1 += 1;
            if self.1 % 3 == 0 {
                return Err(io::ErrorKind::Interrupted.into());
            }
            let count = bytes.len().min(self.1 % 5 + 1);
            self.0.extend_from_slice(&bytes[..count]);
            Ok(count)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn head_and_body_arrive_whole_whatever_the_pieces() {
        for (head, body) in
            [("", ""), ("head", ""), ("", "body"), ("a long head", "and a long body"), ("h", "b")]
        {
            let mut stream = Reluctant(Vec::new(), 0);
            write_both(&mut stream, head.as_bytes(), body.as_bytes()).unwrap();
            assert_eq!(String::from_utf8(stream.0).unwrap(), format!("{head}{body}"));
        }
    }

    #[test]
    fn timeouts_are_set_anew_only_when_they_are_far_off() {
        let ms = |ms| Some(Duration::from_millis(ms));
        assert!(is_off(None, ms(10)) && is_off(ms(10), None) && is_off(ms(2_000), ms(1_000)));
        assert!(is_off(ms(200), ms(100)), "small ones must be more exact");
        assert!(!is_off(ms(2_000), ms(1_950)) && !is_off(None, None));
    }
}
