//! Facts about this process, and the one thing that happens when it forks.

use std::sync::{Mutex, Once};

use vedette_model::ids;

static RUNTIME_ID: Mutex<Option<(u64, String)>> = Mutex::new(None);
static WATCH: Once = Once::new();

/// A random UUID (version 4), the same as long as the process lives and another in each fork.
pub fn runtime_id() -> String {
    let mut current = RUNTIME_ID.lock().unwrap_or_else(|p| p.into_inner());
    match &*current {
        Some((generation, id)) if *generation == ids::generation() => id.clone(),
        _ => {
            let id = uuid();
            *current = Some((ids::generation(), id.clone()));
            id
        }
    }
}

fn uuid() -> String {
    let random = (u128::from(ids::random_u64()) << 64) | u128::from(ids::random_u64());
    let versioned = (random & !(0xF << 76) & !(0x3 << 62)) | (0x4 << 76) | (0x2 << 62);
    let hex = format!("{versioned:032x}");
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

/// Notices forks from now on, also those made by C code (uWSGI) that Python does not see.
pub fn watch_forks() {
    #[cfg(unix)]
    WATCH.call_once(|| {
        // SAFETY: the handler is a plain function that does one atomic add; it takes no lock, allocates nothing
        // and so may run in the child of a multi-threaded process.
        unsafe {
            libc::pthread_atfork(None, None, Some(after_fork_in_child));
        }
    });
}

#[cfg(unix)]
unsafe extern "C" fn after_fork_in_child() {
    ids::forked();
}

/// The random UUID of this process.
#[pyo3::pyfunction]
#[pyo3(name = "runtime_id")]
pub fn runtime_id_python() -> String {
    runtime_id()
}
