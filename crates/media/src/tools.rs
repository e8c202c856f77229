//! The tools on this machine.

use ffmpeg_sidecar::log_parser::try_parse_version;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::{env, io};

/// A tool that is not there.
#[derive(Debug, thiserror::Error)]
#[error(
    "{name} is not installed or does not run: install it (Debian: apt install ffmpeg; macOS: brew install ffmpeg)"
)]
pub struct MissingTool {
    /// Its name.
    pub name: &'static str,
    /// What happened when it was tried.
    #[source]
    pub source: io::Error,
}

/// A tool that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tool {
    /// Its name.
    pub name: &'static str,
    /// Where it is.
    pub path: PathBuf,
    /// What it calls its version.
    pub version: String,
}

/// The tools that media needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tools {
    /// Decodes, filters and encodes.
    pub ffmpeg: Tool,
    /// Describes files.
    pub ffprobe: Tool,
}

impl Tools {
    /// Finds the tools on the `PATH`, and asks each for its version to see that it runs.
    pub fn find() -> Result<Self, MissingTool> {
        Ok(Self { ffmpeg: find("ffmpeg")?, ffprobe: find("ffprobe")? })
    }
}

fn find(name: &'static str) -> Result<Tool, MissingTool> {
    let missing = |source| MissingTool { name, source };
    let path = env::split_paths(&env::var_os("PATH").unwrap_or_default())
        .map(|folder| folder.join(name))
        .find(|path| path.is_file())
        .ok_or_else(|| missing(io::Error::new(io::ErrorKind::NotFound, "not on the PATH")))?;
    let output = Command::new(&path).arg("-version").stdin(Stdio::null()).output().map_err(missing)?;
    let text = String::from_utf8_lossy(&output.stdout);
    // ffprobe says its version in the same words as ffmpeg.
    let line = text.lines().next().unwrap_or_default().replacen(name, "ffmpeg", 1);
    let version = try_parse_version(&line).filter(|_| output.status.success());
    let version = version.ok_or_else(|| missing(io::Error::other("its version was not understood")))?;
    Ok(Tool { name, path, version })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn finds_what_is_installed_and_names_what_is_not() {
        let tools = Tools::find().unwrap();
        assert!(tools.ffmpeg.path.is_absolute() && !tools.ffprobe.version.is_empty());
        let missing = find("no-such-tool-here").unwrap_err().to_string();
        assert!(missing.contains("no-such-tool-here") && missing.contains("install"), "{missing}");
    }
}
