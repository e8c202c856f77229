//! Rendering takes and joining them, and counting what came out.
//!
//! What is counted are the sample tables of the written file and whether it holds the samples they name: the same
//! that ffprobe would count, without the 0.15 s of processor time that starting it costs.

use crate::files::{Attempt, absolute};
use crate::hashed::{Hashing, write_hashed};
use crate::process::{Output, Run, Watch, access};
use crate::{Media, MediaError};
use eightcount_domain::{BlobHash, FrameRate};
use eightcount_edit::{JoinPart, TakePlan, render_args};
use eightcount_mp4::{Mp4Error, Track};
use std::fs::File;
use std::path::{Path, PathBuf};

/// A rendered take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// Its frames.
    pub frames: u64,
    /// Its bytes.
    pub bytes: u64,
}

/// A joined cross-edit. It is on the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Joined {
    /// Its frames.
    pub frames: u64,
    /// Its bytes.
    pub bytes: u64,
    /// The hash of them, as they were written.
    pub hash: BlobHash,
}

impl Media {
    /// Renders a take from the files of [`TakePlan::sources`], in that order. The file appears at `out` only with
    /// exactly the planned frames in it. The same plan gives the same bytes.
    pub async fn render(
        &self,
        plan: &TakePlan,
        inputs: &[&Path],
        out: &Path,
        watch: &mut Watch<'_>,
    ) -> Result<Rendered, MediaError> {
        let doing = "rendering a take";
        let wrong = |what: String| MediaError::WrongOutput { doing, what };
        if inputs.len() != plan.sources().len() {
            return Err(wrong(format!("{} inputs for {} sources", inputs.len(), plan.sources().len())));
        }
        let inputs = inputs.iter().map(|path| absolute(path)).collect::<Result<Vec<_>, _>>()?;
        let inputs: Vec<&Path> = inputs.iter().map(PathBuf::as_path).collect();
        let attempt = Attempt::at(out)?;
        let run = Run {
            tool: &self.tools.ffmpeg,
            doing,
            arguments: render_args(plan, &inputs, attempt.path()),
            files: access(&inputs, &[attempt.path()]),
            wall: self.limits.tool_wall,
        };
        self.run(run, Output::None, watch).await?;
        let (track, bytes) = written(attempt.path(), doing)?;
        let ticks = track.frame_ticks().map(|ticks| u64::from(ticks) * u64::from(plan.fps.get()));
        let is_h264 = eightcount_mp4::codec(&track).is_ok_and(|codec| codec.starts_with("avc1."));
        let seen = (track.samples(), track.picture(), ticks, is_h264);
        if seen != (plan.frames, (plan.width, plan.height), Some(track.timescale().into()), true) {
            return Err(wrong(format!("{seen:?}, not {} frames", plan.frames)));
        }
        attempt.keep_unsynced()?;
        Ok(Rendered { frames: plan.frames, bytes })
    }

    /// Joins takes by copying their bytes, with the section's audio if there is one. The file appears at `out`
    /// only with exactly the frames of its parts, and with picture and sound ending together.
    pub async fn join(
        &self,
        parts: &[JoinPart<'_>],
        fps: FrameRate,
        audio: Option<&Path>,
        out: &Path,
        watch: &mut Watch<'_>,
    ) -> Result<Joined, MediaError> {
        self.join_at(parts, (fps, 1), audio, out, watch).await
    }

    /// The same with every frame shown twice as long.
    pub async fn join_half_speed(
        &self,
        parts: &[JoinPart<'_>],
        fps: FrameRate,
        audio: Option<&Path>,
        out: &Path,
        watch: &mut Watch<'_>,
    ) -> Result<Joined, MediaError> {
        self.join_at(parts, (fps, 2), audio, out, watch).await
    }

    async fn join_at(
        &self,
        parts: &[JoinPart<'_>],
        pace: (FrameRate, u32),
        audio: Option<&Path>,
        out: &Path,
        watch: &mut Watch<'_>,
    ) -> Result<Joined, MediaError> {
        let doing = "joining takes";
        let wrong = |what: String| MediaError::WrongOutput { doing, what };
        let paths = parts.iter().map(|part| absolute(part.path)).collect::<Result<Vec<_>, _>>()?;
        let audio = audio.map(absolute).transpose()?;
        let attempt = Attempt::at(out)?;
        // A handle, not a path: should this future be dropped, the copying ends in a file that is gone.
        let target = attempt.reopen()?;
        let frames = parts.iter().map(|part| part.frames).sum::<u64>();
        let named = out.to_owned();
        let copying = tokio::task::spawn_blocking(move || {
            copy_joined(&paths, audio.as_deref(), pace, (&target, &named))
        });
        let cancel = watch.token();
        let (counted, bytes, hash) = tokio::select! {
            biased;
            () = cancel.cancelled() => return Err(MediaError::Cancelled),
            copied = copying => copied.map_err(|error| wrong(error.to_string()))??,
        };
        let written = std::fs::metadata(attempt.path()).map_err(MediaError::file("measuring", out))?.len();
        if counted != frames || written != bytes {
            return Err(wrong(format!("{counted} frames in {written} bytes, not {frames} in {bytes}")));
        }
        attempt.keep_unsynced()?;
        Ok(Joined { frames, bytes, hash })
    }
}

/// Joins the files into `target`; gives the frames, bytes and hash of the whole. Every frame of every part must be as long
/// as the frame rate says, and is shown so many times as long; the sound must end with the picture, give or take a
/// frame.
fn copy_joined(
    paths: &[PathBuf],
    audio: Option<&Path>,
    (fps, times): (FrameRate, u32),
    (target, path): (&File, &Path),
) -> Result<(u64, u64, BlobHash), MediaError> {
    let doing = "joining takes";
    let wrong = |what: String| MediaError::WrongOutput { doing, what };
    let mut files = Vec::with_capacity(paths.len() + 1);
    let mut tracks = Vec::with_capacity(paths.len());
    for path in paths {
        tracks.push(written(path, doing)?.0);
        files.push(File::open(path).map_err(MediaError::file("reading a take", path))?);
    }
    let sound = match audio {
        Some(path) => {
            files.push(File::open(path).map_err(MediaError::file("reading a sound", path))?);
            Some(written(path, doing)?.0)
        }
        None => None,
    };
    let frames = tracks.iter().map(Track::samples).sum::<u64>();
    let rate = u64::from(fps.get());
    let uneven = |track: &Track| {
        track.frame_ticks().map(|ticks| u64::from(ticks) * rate) != Some(u64::from(track.timescale()))
    };
    if let Some(part) = tracks.iter().position(uneven) {
        return Err(wrong(format!("part {part} is not at {rate} frames a second")));
    }
    if let Some(sound) = &sound {
        let (heard, seen) = (sound.shown_s(), frames as f64 * f64::from(times) / rate as f64);
        if (heard - seen).abs() * rate as f64 > 1.0 {
            return Err(wrong(format!("sound of {heard:.3} s under {seen:.3} s")));
        }
    }
    if times > 1 {
        tracks = tracks.iter().map(|track| track.slowed(times)).collect();
    }
    let assembly = eightcount_mp4::join(&tracks.iter().collect::<Vec<_>>(), sound.as_ref());
    let assembly = assembly.map_err(foreign(doing))?;
    let copy = |out: &mut Hashing<'_>| assembly.write(&mut files, out).map_err(foreign(doing));
    let ((), hash) = write_hashed(target, path, copy)?;
    Ok((frames, assembly.len(), BlobHash(hash)))
}

/// The only track of a file that we wrote, and the file's bytes; all of the track's samples lie inside it.
fn written(path: &Path, doing: &'static str) -> Result<(Track, u64), MediaError> {
    let mut file = File::open(path).map_err(MediaError::file(doing, path))?;
    let bytes = file.metadata().map_err(MediaError::file(doing, path))?.len();
    let track = Track::read(&mut file).map_err(foreign(doing))?;
    if track.data_end() > bytes {
        let what = format!("samples up to {} in {bytes} bytes", track.data_end());
        return Err(MediaError::WrongOutput { doing, what });
    }
    Ok((track, bytes))
}

fn foreign(doing: &'static str) -> impl Fn(Mp4Error) -> MediaError {
    move |error| MediaError::WrongOutput {
        doing,
        what: match std::error::Error::source(&error) {
            Some(source) => format!("{error}: {source}"),
            None => error.to_string(),
        },
    }
}
