//! What tools that look at the machine's processes find in this one: a sealed file in memory that says which service it is
//! (Linux only). Made by the sender's thread, in every process that sends traces to an Agent.

use std::io::Write;
use std::sync::atomic::{AtomicI32, Ordering::Relaxed};

use nix::fcntl::{fcntl, FcntlArg, SealFlag};
use nix::sys::memfd::{memfd_create, MFdFlags};
use serde_json::json;
use vedette_model::Process;
use vedette_wire::msgpack;

/// How the file's name begins.
const NAME: &str = "datadog-tracer-info-";
/// The file of this process, or the one that came through a fork; -1 for none.
static FILE: AtomicI32 = AtomicI32::new(-1);

/// Makes the file, in the place of one that came through a fork. Where the system has no such files there is none.
pub(crate) fn announce(process: &Process) {
    let _ = made(process);
}

fn made(process: &Process) -> Option<()> {
    let name: String = process.runtime_id.chars().filter(char::is_ascii_hexdigit).take(8).collect();
    let flags = MFdFlags::MFD_CLOEXEC | MFdFlags::MFD_ALLOW_SEALING;
    let mut file = std::fs::File::from(memfd_create(format!("{NAME}{name}").as_str(), flags).ok()?);
    file.write_all(&content(process)).ok()?;
    let seals =
        SealFlag::F_SEAL_SEAL | SealFlag::F_SEAL_SHRINK | SealFlag::F_SEAL_GROW | SealFlag::F_SEAL_WRITE;
    fcntl(&file, FcntlArg::F_ADD_SEALS(seals)).ok()?;
    let inherited = FILE.swap(std::os::fd::IntoRawFd::into_raw_fd(file), Relaxed);
    // The application may have closed it, and its number may be another file's by now.
    if inherited >= 0 && is_ours(inherited) {
        let _ = nix::unistd::close(inherited);
    }
    Some(())
}

fn is_ours(file: i32) -> bool {
    let target = std::fs::read_link(format!("/proc/self/fd/{file}"));
    target.is_ok_and(|target| target.to_string_lossy().starts_with(&format!("/memfd:{NAME}")))
}

fn content(process: &Process) -> Vec<u8> {
    let tags = process.chunk_tags.iter().find(|(name, _)| name == "_dd.tags.process");
    let told = json!({
        "schema_version": 2,
        "runtime_id": process.runtime_id,
        "tracer_language": process.language,
        "tracer_version": process.tracer_version,
        "hostname": crate::telemetry::hostname(),
        "service_name": process.service,
        "service_env": process.env,
        "service_version": process.version,
        "process_tags": tags.map_or("", |(_, value)| value),
        "container_id": process.container_id,
    });
    let mut packed = Vec::with_capacity(256);
    msgpack::json::write(&mut packed, &told);
    packed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files() -> Vec<(std::path::PathBuf, String)> {
        let all = std::fs::read_dir("/proc/self/fd").unwrap().flatten().map(|entry| entry.path());
        let named = all.filter_map(|path| Some((path.clone(), std::fs::read_link(path).ok()?)));
        named
            .map(|(path, target)| (path, target.to_string_lossy().into_owned()))
            .filter(|(_, target)| target.contains(NAME))
            .collect()
    }

    #[test]
    fn a_process_says_who_it_is_once_and_for_good() {
        let mut process =
            Process { service: "shop".into(), runtime_id: "0b8ed1a2-6e2a".into(), ..Process::default() };
        announce(&process);
        process.runtime_id = "12345678-0000".into();
        announce(&process);
        let found = files();
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].1.starts_with("/memfd:datadog-tracer-info-12345678"));
        let told = msgpack::json::value(&std::fs::read(&found[0].0).unwrap(), 4).unwrap();
        assert_eq!((&told["schema_version"], &told["service_name"]), (&json!(2), &json!("shop")));
        assert!(std::fs::write(&found[0].0, b"x").is_err());
    }
}
