//! Processes of a data folder, as /proc knows them.

use anyhow::{Context, Result};
use rustix::process::{Pid, Signal, kill_process};
use std::{fs, path::Path};

/// A running process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Running {
    /// Its id.
    pub pid: i32,
    /// Its command line, arguments separated by spaces.
    pub command: String,
}

/// Processes with this folder in their command line. One that ended and waits to be collected has none.
pub fn processes_of(folder: &Path) -> Result<Vec<Running>> {
    let wanted = folder.to_string_lossy();
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").context("reading /proc")?.flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        // It may end while it is looked at.
        let Ok(command) = fs::read(entry.path().join("cmdline")) else { continue };
        let command = String::from_utf8_lossy(&command).replace('\0', " ");
        if command.contains(&*wanted) {
            found.push(Running { pid, command });
        }
    }
    Ok(found)
}

/// The media tools that work for a data folder.
pub fn ffmpegs_of(folder: &Path) -> Result<Vec<Running>> {
    let tool = |process: &Running| process.command.contains("ffmpeg") || process.command.contains("ffprobe");
    Ok(processes_of(folder)?.into_iter().filter(tool).collect())
}

/// Sends a signal; a process that is gone by now is well.
pub fn kill(pid: i32, signal: Signal) -> Result<()> {
    let pid = Pid::from_raw(pid).context("no process id")?;
    match kill_process(pid, signal) {
        Err(error) if error != rustix::io::Errno::SRCH => Err(error).context("signalling a process"),
        _ => Ok(()),
    }
}
