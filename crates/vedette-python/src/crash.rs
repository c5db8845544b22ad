//! A fault that kills the process is told to the Agent: a signal handler writes a request that was made beforehand.
//!
//! The handler takes no lock and no memory, and calls nothing but what POSIX allows in one (`signal-safety(7)`). It
//! waits for the Agent a second at most, then lets the fault do what it would have done. Whoever has a handler of
//! their own (faulthandler, a Java machine, a debugger) keeps it: nothing is put in its place.

use std::mem::{size_of, zeroed};
use std::os::unix::ffi::OsStrExt;
use std::ptr::{addr_of, null, null_mut};
use std::sync::atomic::{AtomicBool, AtomicPtr, Ordering::SeqCst};

use libc::{c_int, c_void, pollfd, sigaction, siginfo_t, sockaddr_storage, socklen_t};
use vedette_send::{LastWords, Way};

/// Milliseconds for each of: connecting, writing, hearing that it arrived. Together they delay the end.
const PATIENCE: [c_int; 3] = [300, 300, 400];

/// What the handler needs.
struct Ready {
    /// The process that it is of: what a fork inherits is its parent's to say.
    process: libc::pid_t,
    address: sockaddr_storage,
    length: socklen_t,
    requests: Vec<(i32, Vec<u8>)>,
}

static READY: AtomicPtr<Ready> = AtomicPtr::new(null_mut());
static SAID: AtomicBool = AtomicBool::new(false);

/// From now on faults of this process are told. Called by the sender's thread, once per process.
pub fn watch(words: LastWords) {
    let Some((address, length)) = raw(&words.way) else { return };
    // SAFETY: it only asks for a number.
    let process = unsafe { libc::getpid() };
    let signals: Vec<i32> = words.requests.iter().map(|(signal, _)| *signal).collect();
    let ready = Box::new(Ready { process, address, length, requests: words.requests });
    // Never freed: the handler may be reading it. One per process.
    READY.store(Box::into_raw(ready), SeqCst);
    SAID.store(false, SeqCst);
    signals.into_iter().for_each(handle);
}

/// Puts the handler where the signal would kill without a word.
fn handle(signal: c_int) {
    // SAFETY: both structures are plain data for which zeroes are valid, and outlive the calls; the handler is
    // async-signal-safe, and part of a module that is never unloaded.
    unsafe {
        let mut current: sigaction = zeroed();
        if libc::sigaction(signal, null(), &mut current) != 0 || current.sa_sigaction != libc::SIG_DFL {
            return;
        }
        let mut ours: sigaction = zeroed();
        ours.sa_sigaction =
            faulted as extern "C" fn(c_int, *mut siginfo_t, *mut c_void) as libc::sighandler_t;
        ours.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK | libc::SA_RESETHAND;
        libc::sigaction(signal, &ours, null_mut());
    }
}

/// The disposition is the default again (`SA_RESETHAND`): a fault happens once more when this returns, and a signal that
/// somebody sent is sent again.
extern "C" fn faulted(signal: c_int, info: *mut siginfo_t, _: *mut c_void) {
    let ready = READY.load(SeqCst);
    // SAFETY: what `READY` points to is never freed; `info` is the system's and valid within the handler.
    unsafe {
        if !ready.is_null() && (*ready).process == libc::getpid() && !SAID.swap(true, SeqCst) {
            say(&*ready, signal);
        }
        if info.is_null() || (*info).si_code <= 0 {
            libc::raise(signal);
        }
    }
}

fn say(ready: &Ready, signal: c_int) {
    let Some((_, request)) = ready.requests.iter().find(|(number, _)| *number == signal) else { return };
    // SAFETY: system calls on a descriptor of our own; the address and the request outlive them.
    unsafe {
        let socket = libc::socket(c_int::from(ready.address.ss_family), libc::SOCK_STREAM, 0);
        if socket < 0 {
            return;
        }
        libc::fcntl(socket, libc::F_SETFL, libc::O_NONBLOCK);
        libc::connect(socket, addr_of!(ready.address).cast(), ready.length);
        let mut left = request.as_slice();
        let mut patience = PATIENCE[0];
        while !left.is_empty() && is_ready(socket, libc::POLLOUT, patience) {
            patience = PATIENCE[1];
            let flags = if cfg!(target_os = "linux") { libc::MSG_NOSIGNAL } else { 0 };
            let written = libc::send(socket, left.as_ptr().cast(), left.len(), flags);
            if written <= 0 {
                break;
            }
            left = &left[written as usize..];
        }
        if left.is_empty() {
            is_ready(socket, libc::POLLIN, PATIENCE[2]); // one that reads slowly may lose what is cut off
        }
        libc::close(socket);
    }
}

fn is_ready(socket: c_int, events: libc::c_short, patience: c_int) -> bool {
    let mut waiting = pollfd { fd: socket, events, revents: 0 };
    // SAFETY: one entry, which outlives the call.
    unsafe { libc::poll(&mut waiting, 1, patience) == 1 && waiting.revents & events != 0 }
}

/// The address as the system wants it; None for a path that is too long for it.
fn raw(way: &Way) -> Option<(sockaddr_storage, socklen_t)> {
    // SAFETY: zeroes are a valid address, and the storage is large and aligned enough for each kind of it.
    unsafe {
        let mut storage: sockaddr_storage = zeroed();
        let at = &raw mut storage;
        let length = match way {
            Way::Tcp(std::net::SocketAddr::V4(address)) => {
                let inner = &mut *at.cast::<libc::sockaddr_in>();
                inner.sin_family = libc::AF_INET as libc::sa_family_t;
                inner.sin_port = address.port().to_be();
                inner.sin_addr.s_addr = u32::from_ne_bytes(address.ip().octets());
                size_of::<libc::sockaddr_in>()
            }
            Way::Tcp(std::net::SocketAddr::V6(address)) => {
                let inner = &mut *at.cast::<libc::sockaddr_in6>();
                inner.sin6_family = libc::AF_INET6 as libc::sa_family_t;
                inner.sin6_port = address.port().to_be();
                inner.sin6_addr.s6_addr = address.ip().octets();
                inner.sin6_scope_id = address.scope_id();
                size_of::<libc::sockaddr_in6>()
            }
            Way::Unix(path) => {
                let inner = &mut *at.cast::<libc::sockaddr_un>();
                let bytes = path.as_os_str().as_bytes();
                if bytes.len() >= inner.sun_path.len() {
                    return None;
                }
                inner.sun_family = libc::AF_UNIX as libc::sa_family_t;
                inner.sun_path.iter_mut().zip(bytes).for_each(|(to, byte)| *to = *byte as libc::c_char);
                size_of::<libc::sockaddr_un>()
            }
        };
        Some((storage, length as socklen_t))
    }
}
