//! Running one tool to its end: output, progress, cancel, time limit, and no survivors.

use crate::confinement::{Confinement, FileAccess};
use crate::launch::NO_SANDBOX;
use crate::{Glimpse, Media, MediaError, Tool};
use ffmpeg_sidecar::log_parser::{parse_time_str, try_parse_progress};
use rustix::pipe::fcntl_setpipe_size;
use rustix::process::{Pid, Signal, kill_process_group};
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::Once;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::Child;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

/// How long a tool may take to end after it was asked to.
const GRACE: Duration = Duration::from_secs(3);
/// Longest line of a tool's log that is looked at.
const LINE_MAX: usize = 2000;

/// How much of a log is read at once, bytes.
const LINES: usize = 1 << 12;
/// How much a tool may write ahead of who looks at its pictures, bytes: as much as Linux lets anybody.
const PIPE: usize = 1 << 20;

/// How far a tool has come.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Progress {
    /// Pictures written so far; 0 for audio.
    pub frames: u64,
    /// Seconds written so far.
    pub seconds: f64,
}

/// What accompanies an operation: where to tell its progress, and how to stop it.
pub struct Watch<'a> {
    cancel: CancellationToken,
    on_progress: Box<dyn FnMut(Progress) + Send + Sync + 'a>,
}

impl<'a> Watch<'a> {
    /// Tells `on_progress` every half second or so, and stops when `cancel` is cancelled.
    pub fn new(cancel: CancellationToken, on_progress: impl FnMut(Progress) + Send + Sync + 'a) -> Self {
        Self { cancel, on_progress: Box::new(on_progress) }
    }

    /// Nobody watches; dropping the operation's future still stops it.
    pub fn nobody() -> Watch<'static> {
        Watch::new(CancellationToken::new(), |_| ())
    }

    /// What the caller cancels by.
    pub(crate) fn token(&self) -> CancellationToken {
        self.cancel.clone()
    }

    pub(crate) fn tell(&mut self, progress: Progress) {
        (self.on_progress)(progress);
    }
}

/// Where a tool's output goes.
pub(crate) enum Output<'a> {
    /// Nowhere: it writes a file.
    None,
    /// To a consumer, piece by piece; its error stops the tool.
    Pieces(&'a mut (dyn FnMut(&[u8]) -> Result<(), MediaError> + Send)),
    /// To somebody who looks at it picture by picture; the tool waits while too many are not looked at yet. Who no longer
    /// looks does not stop it.
    Glimpses { size: (u32, u32), to: mpsc::Sender<Glimpse> },
}

impl Output<'_> {
    /// How much of it is read at once, bytes.
    fn piece(&self) -> usize {
        match self {
            Self::None => 0,
            Self::Pieces(_) => 1 << 16,
            Self::Glimpses { size, .. } => Glimpse::bytes(*size),
        }
    }

    /// Passes on what was read, and takes it away; a picture that is not whole yet stays.
    async fn pass_on(&mut self, read: &mut Vec<u8>) -> Result<(), MediaError> {
        match self {
            Self::None => {}
            Self::Pieces(consume) => {
                consume(read)?;
                read.clear();
            }
            Self::Glimpses { .. } if read.len() < self.piece() => {}
            Self::Glimpses { size, to } => {
                let next = Vec::with_capacity(read.len());
                let glimpse = Glimpse::new(*size, std::mem::replace(read, next))?;
                // Without a receiver there is nobody to tell.
                let _ = to.send(glimpse).await;
            }
        }
        Ok(())
    }
}

/// One run of a tool.
pub(crate) struct Run<'a> {
    pub(crate) tool: &'a Tool,
    /// What for, in the words "while …".
    pub(crate) doing: &'static str,
    pub(crate) arguments: Vec<OsString>,
    pub(crate) files: FileAccess,
    pub(crate) wall: Duration,
}

impl Media {
    /// Runs a tool; succeeds if it says it did, which proves little.
    pub(crate) async fn run(
        &self,
        run: Run<'_>,
        output: Output<'_>,
        watch: &mut Watch<'_>,
    ) -> Result<(), MediaError> {
        let (tool, doing) = (run.tool.name, run.doing);
        let status = self.run_to_status(run, output, watch).await?;
        if status.success() {
            Ok(())
        } else {
            Err(MediaError::Tool { tool, doing, status: status.to_string() })
        }
    }

    /// Runs a tool and gives its exit status.
    pub(crate) async fn run_to_status(
        &self,
        run: Run<'_>,
        mut output: Output<'_>,
        watch: &mut Watch<'_>,
    ) -> Result<ExitStatus, MediaError> {
        let tool = run.tool.name;
        let mut group = self.start(&run, !matches!(output, Output::None))?;
        let mut stdout = group.child.stdout.take();
        let mut stderr = group.child.stderr.take();
        let mut log = Log { doing: run.doing, line: Vec::new() };
        let end = sleep_until(Instant::now() + run.wall);
        tokio::pin!(end);
        let cancel = watch.token();
        if let (Output::Glimpses { .. }, Some(stdout)) = (&output, &stdout) {
            // The tool writes some pictures ahead; with a narrow pipe it waits as well.
            let _ = fcntl_setpipe_size(stdout, PIPE);
        }
        let piece = output.piece();
        let (mut pieces, mut lines) = (Vec::with_capacity(piece), Vec::with_capacity(LINES));
        let failure = loop {
            if stdout.is_none() && stderr.is_none() {
                match timeout(run.wall, group.child.wait()).await {
                    Ok(Ok(status)) => {
                        group.ended = true;
                        return Ok(status);
                    }
                    Ok(Err(source)) => break MediaError::Start { tool, source },
                    Err(_) => break MediaError::TookTooLong { tool, doing: run.doing, limit: run.wall },
                }
            }
            tokio::select! {
                biased;
                () = cancel.cancelled() => break MediaError::Cancelled,
                () = &mut end => break MediaError::TookTooLong { tool, doing: run.doing, limit: run.wall },
                read = read_some(&mut stderr, &mut lines, LINES), if stderr.is_some() => {
                    if read == 0 {
                        stderr = None;
                    }
                    log.take(&lines, watch);
                    lines.clear();
                }
                read = read_some(&mut stdout, &mut pieces, piece), if stdout.is_some() => {
                    if read == 0 {
                        stdout = None;
                    } else if let Err(error) = output.pass_on(&mut pieces).await {
                        break error;
                    }
                }
            }
        };
        group.stop().await;
        Err(failure)
    }

    fn start(&self, run: &Run<'_>, piped: bool) -> Result<Group, MediaError> {
        let confinement = Confinement {
            address_space_bytes: Some(self.limits.tool_address_space_bytes),
            cpu_seconds: Some(self.limits.tool_cpu_s),
            file_bytes: Some(self.limits.tool_file_bytes),
            files: Some(run.files.clone()),
            ..Confinement::default()
        };
        tracing::debug!(tool = run.tool.name, doing = run.doing, arguments = ?run.arguments, "running");
        let mut command = self.launcher.command(&confinement, &run.tool.path, &run.arguments);
        command.current_dir("/").stderr(Stdio::piped());
        command.stdout(if piped { Stdio::piped() } else { Stdio::null() });
        let start = |source| MediaError::Start { tool: run.tool.name, source };
        let child = tokio::process::Command::from(command).kill_on_drop(true).spawn().map_err(start)?;
        Ok(Group { child, ended: false })
    }
}

/// Reads on until there are so many bytes at most; gives how many are new.
async fn read_some(source: &mut Option<impl AsyncRead + Unpin>, into: &mut Vec<u8>, most: usize) -> usize {
    let room = most.saturating_sub(into.len()) as u64;
    match source {
        // A broken pipe is the end of what can be read.
        Some(source) => source.take(room).read_buf(into).await.unwrap_or(0),
        None => 0,
    }
}

/// A child and all that it started. Dropped before its end, it is killed.
struct Group {
    child: Child,
    ended: bool,
}

impl Group {
    fn signal(&self, signal: Signal) {
        // The id is known until the child was waited for: it cannot name another process.
        let pid = self.child.id().and_then(|id| Pid::from_raw(id.cast_signed()));
        if let Some(pid) = pid.filter(|_| !self.ended) {
            // The group may be gone already, which is what we want.
            let _ = kill_process_group(pid, signal);
        }
    }

    /// Asks, waits, insists: a tool that repeats frames does not hear the question.
    async fn stop(mut self) {
        self.signal(Signal::TERM);
        if timeout(GRACE, self.child.wait()).await.is_err() {
            self.signal(Signal::KILL);
            // Nothing survives the signal; what is left is to collect it.
            let _ = self.child.wait().await;
        }
        self.ended = true;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.signal(Signal::KILL);
    }
}

/// What a tool prints: progress is told, the rest goes to the log.
struct Log {
    doing: &'static str,
    line: Vec<u8>,
}

impl Log {
    fn take(&mut self, bytes: &[u8], watch: &mut Watch<'_>) {
        for byte in bytes {
            match byte {
                b'\n' | b'\r' => self.end_line(watch),
                _ if self.line.len() < LINE_MAX => self.line.push(*byte),
                _ => {}
            }
        }
    }

    fn end_line(&mut self, watch: &mut Watch<'_>) {
        static NO_LANDLOCK: Once = Once::new();
        let line = String::from_utf8_lossy(&self.line).trim().to_owned();
        self.line.clear();
        if let Some(progress) = progress(&line) {
            watch.tell(progress);
        } else if line == NO_SANDBOX {
            NO_LANDLOCK.call_once(|| tracing::warn!("{line}: tools run with limits but without a sandbox"));
        } else if !line.is_empty() {
            tracing::debug!(doing = self.doing, "{line}");
        }
    }
}

fn progress(line: &str) -> Option<Progress> {
    let parsed = try_parse_progress(line)?;
    let seconds = parse_time_str(&parsed.time).filter(|s| s.is_finite()).unwrap_or(0.0);
    Some(Progress { frames: u64::from(parsed.frame), seconds: seconds.max(0.0) })
}

/// What a run may touch: files to read and folders to write in.
pub(crate) fn access(read: &[&std::path::Path], write: &[&std::path::Path]) -> FileAccess {
    let owned = |paths: &[&std::path::Path]| paths.iter().map(PathBuf::from).collect();
    FileAccess { read: owned(read), write: owned(write) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_read_from_captured_lines() {
        let video =
            "frame=  193 fps= 64 q=25.0 size=     512kB time=00:00:06.13 bitrate= 683.7kbits/s speed=2.04x";
        assert_eq!(progress(video), Some(Progress { frames: 193, seconds: 6.13 }));
        let audio = "size=     256kB time=00:01:02.50 bitrate=  33.6kbits/s speed= 120x";
        assert_eq!(progress(audio), Some(Progress { frames: 0, seconds: 62.5 }));
        let early =
            "frame=    0 fps=0.0 q=0.0 size=       0kB time=-577014:32:22.77 bitrate=  -0.0kbits/s speed=N/A";
        assert_eq!(progress(early), Some(Progress { frames: 0, seconds: 0.0 }));
        assert_eq!(progress("[warning] deprecated pixel format used"), None);
    }
}
