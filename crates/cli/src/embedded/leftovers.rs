//! Children that outlived a crashed instance: found by their process id files, ended before new ones start.
//!
//! On Linux the parent-death signal leaves none; this is for the moment between a start and that signal being
//! asked for, and for systems without it. A process is ended only when its command line names our data folder:
//! an id alone may belong to anybody by now.

use rustix::process::{Pid, Signal, kill_process, kill_process_group, test_kill_process};
use std::{
    fs,
    path::Path,
    thread,
    time::{Duration, Instant},
};

/// Ends every leftover of `data`. The caller holds the folder's lock.
pub fn end_leftovers(data: &Path) {
    let Ok(entries) = fs::read_dir(data.join("run")) else { return };
    for entry in entries.flatten() {
        let pid = fs::read_to_string(entry.path()).ok().and_then(|text| text.trim().parse().ok());
        if let Some(pid) = pid.and_then(Pid::from_raw)
            && command_names(pid, data)
        {
            tracing::warn!(
                pid = pid.as_raw_nonzero().get(),
                "ending a process that a crashed eightcount left behind"
            );
            end(pid);
        }
        let _ = fs::remove_file(entry.path());
    }
}

fn command_names(pid: Pid, data: &Path) -> bool {
    let Ok(command) = fs::read(format!("/proc/{}/cmdline", pid.as_raw_nonzero())) else { return false };
    let wanted = data.as_os_str().as_encoded_bytes();
    !wanted.is_empty() && command.windows(wanted.len()).any(|part| part == wanted)
}

fn end(pid: Pid) {
    let _ = kill_process_group(pid, Signal::TERM).or_else(|_| kill_process(pid, Signal::TERM));
    let deadline = Instant::now() + Duration::from_secs(3);
    while Instant::now() < deadline {
        if test_kill_process(pid).is_err() {
            return;
        }
        thread::sleep(Duration::from_millis(20));
    }
    let _ = kill_process_group(pid, Signal::KILL).or_else(|_| kill_process(pid, Signal::KILL));
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::process::Command;

    #[test]
    fn only_processes_of_this_folder_are_ended() {
        let data = tempfile::tempdir().unwrap();
        let other = tempfile::tempdir().unwrap();
        let waits_for = |folder: &Path| {
            Command::new("tail")
                .arg("-f")
                .arg(folder.join("log"))
                .stderr(std::process::Stdio::null())
                .spawn()
                .unwrap()
        };
        for folder in [data.path(), other.path()] {
            fs::write(folder.join("log"), "").unwrap();
        }
        let (mut ours, mut theirs) = (waits_for(data.path()), waits_for(other.path()));
        fs::create_dir(data.path().join("run")).unwrap();
        fs::write(data.path().join("run/a.pid"), ours.id().to_string()).unwrap();
        fs::write(data.path().join("run/b.pid"), theirs.id().to_string()).unwrap();
        let reaper = thread::spawn(move || ours.wait().unwrap());
        end_leftovers(data.path());
        assert!(!reaper.join().unwrap().success());
        assert!(theirs.try_wait().unwrap().is_none());
        assert_eq!(fs::read_dir(data.path().join("run")).unwrap().count(), 0);
        theirs.kill().unwrap();
        theirs.wait().unwrap();
    }
}
