//! The machine.

use serde_json::{json, Value};

/// Name, operating system, architecture and kernel.
#[cfg(unix)]
pub(super) fn described() -> Value {
    let mut host = plain();
    if let Ok(system) = nix::sys::utsname::uname() {
        host["hostname"] = system.nodename().to_string_lossy().into();
        host["kernel_name"] = system.sysname().to_string_lossy().into();
        host["kernel_release"] = system.release().to_string_lossy().into();
        host["kernel_version"] = system.version().to_string_lossy().into();
    }
    host
}

/// Its name.
#[cfg(target_os = "linux")]
pub(crate) fn hostname() -> String {
    nix::sys::utsname::uname()
        .map_or_else(|_| String::new(), |system| system.nodename().to_string_lossy().into())
}

/// Name, operating system and architecture.
#[cfg(not(unix))]
pub(super) fn described() -> Value {
    plain()
}

fn plain() -> Value {
    let name = std::env::var("COMPUTERNAME").unwrap_or_default();
    json!({"hostname": name, "os": std::env::consts::OS, "architecture": std::env::consts::ARCH})
}
