//! Rendering takes and joining them, and measuring what came out.

use crate::files::{Attempt, absolute};
use crate::process::{Output, Run, Watch, access};
use crate::{Media, MediaError, mp4};
use eightcount_domain::FrameRate;
use eightcount_edit::{JoinPart, TakePlan, render_args};
use std::path::{Path, PathBuf};

/// A rendered take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// Its frames.
    pub frames: u64,
    /// Its bytes.
    pub bytes: u64,
}

/// A joined cross-edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Joined {
    /// Its frames.
    pub frames: u64,
    /// Its bytes.
    pub bytes: u64,
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
        let measured = self.measure(attempt.path()).await?;
        let video = measured.video.ok_or_else(|| wrong("no video".to_owned()))?;
        let size = (video.width, video.height);
        if video.packets != plan.frames || size != (plan.width, plan.height) || !video.is("h264", plan.fps) {
            return Err(wrong(format!("{video:?}, not {} frames", plan.frames)));
        }
        if measured.audio.is_some() {
            return Err(wrong("sound in a take".to_owned()));
        }
        attempt.keep()?;
        Ok(Rendered { frames: plan.frames, bytes: measured.bytes })
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
        let doing = "joining takes";
        let wrong = |what: String| MediaError::WrongOutput { doing, what };
        let paths = parts.iter().map(|part| absolute(part.path)).collect::<Result<Vec<_>, _>>()?;
        let audio = audio.map(absolute).transpose()?;
        let attempt = Attempt::at(out)?;
        // A handle, not a path: should this future be dropped, the copying ends in a file that is gone.
        let (target, takes, sound) = (attempt.reopen()?, paths.clone(), audio.clone());
        let copying = tokio::task::spawn_blocking(move || {
            let takes: Vec<&Path> = takes.iter().map(PathBuf::as_path).collect();
            mp4::join(&mp4::Join { takes: &takes, audio: sound.as_deref() }, target)
        });
        let cancel = watch.token();
        tokio::select! {
            biased;
            () = cancel.cancelled() => return Err(MediaError::Cancelled),
            copied = copying => copied.map_err(|error| wrong(error.to_string()))??,
        }
        let measured = self.measure(attempt.path()).await?;
        let frames = parts.iter().map(|part| part.frames).sum::<u64>();
        let video = measured.video.ok_or_else(|| wrong("no video".to_owned()))?;
        let length = frames as f64 / f64::from(fps.get());
        if video.packets != frames || (video.duration_s - length).abs() > 0.001 {
            return Err(wrong(format!("{video:?}, not {frames} frames")));
        }
        let sound = measured.audio.map(|audio| audio.duration_s);
        if sound.is_some() != audio.is_some()
            || sound.is_some_and(|s| (s - length).abs() * f64::from(fps.get()) > 1.0)
        {
            return Err(wrong(format!("sound of {sound:?} s under {length:.3} s")));
        }
        attempt.keep()?;
        Ok(Joined { frames, bytes: measured.bytes })
    }
}
