//! Running ffmpeg: argument vectors, errors as its last line, and a look at what it really left behind.

use crate::DemoError;
use std::{
    fs::{self, File, Permissions},
    io::{self, Read, Seek},
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
};
use tempfile::NamedTempFile;

/// An ffmpeg that overwrites its output and speaks of errors only.
pub(crate) fn command(ffmpeg: &Path) -> Command {
    let mut command = Command::new(ffmpeg);
    command.args(["-v", "error", "-y"]).stdin(Stdio::null()).stdout(Stdio::null());
    command
}

/// A running ffmpeg. Dropped before its end (an error on our side), it is killed and reaped.
pub(crate) struct Running {
    child: Child,
    errors: File,
    doing: &'static str,
}

impl Running {
    /// Starts it. `doing` completes the sentence "ffmpeg could not …".
    pub(crate) fn start(mut command: Command, doing: &'static str) -> Result<Self, DemoError> {
        let failed = |source| DemoError::StartFfmpeg { ffmpeg: command.get_program().into(), source };
        // A file, not a pipe: nobody has to read it while ffmpeg runs.
        let errors = tempfile::tempfile().map_err(failed)?;
        let for_child = errors.try_clone().map_err(failed)?;
        let child = match command.stderr(for_child).spawn() {
            Ok(child) => child,
            Err(source) => {
                return Err(DemoError::StartFfmpeg { ffmpeg: command.get_program().into(), source });
            }
        };
        Ok(Self { child, errors, doing })
    }

    /// Its input, if it was started with a pipe there.
    pub(crate) fn take_input(&mut self) -> Option<impl io::Write + use<>> {
        self.child.stdin.take()
    }

    /// Its output, if it was started with a pipe there.
    pub(crate) fn take_output(&mut self) -> Option<impl Read + use<>> {
        self.child.stdout.take()
    }

    /// Waits for its end.
    pub(crate) fn finish(mut self) -> Result<(), DemoError> {
        match self.child.wait() {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(self.failure(&status.to_string())),
            Err(e) => Err(self.failure(&e.to_string())),
        }
    }

    /// What went wrong: its last line, or `otherwise`.
    pub(crate) fn failure(&mut self, otherwise: &str) -> DemoError {
        let mut text = String::new();
        let read = self.errors.rewind().and_then(|()| self.errors.read_to_string(&mut text));
        let last = text.lines().rev().find(|line| !line.trim().is_empty());
        let detail = if read.is_ok() { last.unwrap_or(otherwise) } else { otherwise };
        DemoError::Ffmpeg { doing: self.doing, detail: detail.to_owned() }
    }

    /// Its end after it closed a pipe early, for the message.
    pub(crate) fn wait(&mut self) -> io::Result<ExitStatus> {
        self.child.wait()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail when it has ended by itself: then there is nothing to do.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs it to its end.
pub(crate) fn run(command: Command, doing: &'static str) -> Result<(), DemoError> {
    Running::start(command, doing)?.finish()
}

/// Runs it to its end and gives what it wrote.
pub(crate) fn output(mut command: Command, doing: &'static str) -> Result<Vec<u8>, DemoError> {
    let mut running = Running::start(
        {
            command.stdout(Stdio::piped());
            command
        },
        doing,
    )?;
    let mut bytes = Vec::new();
    if let Some(mut output) = running.take_output() {
        output.read_to_end(&mut bytes).map_err(|e| running.failure(&e.to_string()))?;
    }
    running.finish().map(|()| bytes)
}

/// What is in a media file, counted packet by packet.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Contents {
    /// Packets (frames) of video.
    pub(crate) frames: u64,
    /// End of the last packet of audio in seconds; 0 without audio.
    pub(crate) audio_end_s: f64,
}

/// Looks into a media file without decoding it.
pub(crate) fn contents(ffmpeg: &Path, file: &Path) -> Result<Contents, DemoError> {
    let mut command = command(ffmpeg);
    command.arg("-i").arg(file).args(["-map", "0", "-c", "copy", "-f", "framecrc", "pipe:1"]);
    let listing = output(command, "look into a file")?;
    Ok(read_listing(&String::from_utf8_lossy(&listing)))
}

/// Reads ffmpeg's `framecrc` listing: `#tb 0: 1/15360` and `#media_type 0: video` per stream, then one line a
/// packet: `stream, dts, pts, duration, size, crc`. Lines of any other form are left out.
fn read_listing(listing: &str) -> Contents {
    let mut contents = Contents::default();
    let mut audio: Option<(&str, f64)> = None;
    let mut video = None;
    let mut ticks = Vec::new();
    for line in listing.lines() {
        if let Some((stream, base)) = line.strip_prefix("#tb ").and_then(|rest| rest.split_once(": ")) {
            if let Some((n, d)) =
                base.split_once('/').and_then(|(n, d)| Some((n.parse::<f64>().ok()?, d.parse::<f64>().ok()?)))
            {
                ticks.push((stream, n / d));
            }
        } else if let Some((stream, kind)) =
            line.strip_prefix("#media_type ").and_then(|rest| rest.split_once(": "))
        {
            let tick = ticks.iter().find(|(s, _)| *s == stream).map_or(0.0, |(_, tick)| *tick);
            match kind {
                "audio" => audio = Some((stream, tick)),
                "video" => video = Some(stream),
                _ => {}
            }
        } else {
            let mut fields = line.split(',').map(str::trim);
            let stream = fields.next();
            if stream.is_some() && stream == video {
                contents.frames += 1;
            } else if let Some((_, tick)) = audio.filter(|(s, _)| Some(*s) == stream) {
                let mut numbers = fields.skip(1).map(|f| f.parse::<f64>().unwrap_or(0.0));
                let end = numbers.next().unwrap_or(0.0) + numbers.next().unwrap_or(0.0);
                contents.audio_end_s = contents.audio_end_s.max(end * tick);
            }
        }
    }
    contents
}

/// Gives a finished temporary file its name, readable by all.
pub(crate) fn publish(part: NamedTempFile, path: &Path) -> Result<(), DemoError> {
    fs::set_permissions(part.path(), Permissions::from_mode(0o644)).map_err(DemoError::io("finish", path))?;
    part.persist(path).map(drop).map_err(|e| DemoError::io("name", path)(e.error))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_listing_is_counted() {
        let listing = "#software: x\n#tb 0: 1/15360\n#media_type 0: video\n#codec_id 0: h264\n#tb 1: 1/44100\n\
                       #media_type 1: audio\n0, -1024, 0, 512, 3000, 0x1\n1, -1024, -1024, 1024, 300, 0x2\n\
                       0, -512, 512, 512, 30, 0x3, F=0x0\n1, 43076, 43076, 1024, 300, 0x4\n";
        assert_eq!(read_listing(listing), Contents { frames: 2, audio_end_s: 1.0 });
    }

    #[test]
    fn nonsense_counts_as_nothing() {
        assert_eq!(read_listing("garbage\n#tb 0: x/y\n1,2,3\n"), Contents::default());
    }

    #[test]
    fn a_failure_says_the_last_line() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo first >&2; echo no such thing >&2; exit 3"]);
        let error = run(command, "try").unwrap_err();
        assert_eq!(error.to_string(), "ffmpeg could not try: no such thing");
    }
}
