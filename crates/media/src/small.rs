//! The small copy of a mezzanine: what previews and thumbnails of steps are cut from, each in one run for all.

use crate::files::absolute;
use crate::guard::INPUT_GUARD;
use crate::process::{Output, Run, Watch, access};
use crate::{Media, MediaError};
use eightcount_domain::FrameRate;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Frames a second of the small copy.
const SMALL_FPS: u32 = 15;
/// Width of the small copy, and so of previews and thumbnails, pixels.
const SMALL_WIDTH: u32 = 320;
/// Times closer than this are one cut, seconds: less than any step lasts.
const SAME_S: f64 = 0.1;

/// The filters and arguments that write it: every picture a key frame, so that it is cut by copying.
pub(crate) fn small_filter(rate: FrameRate) -> String {
    let every = (rate.get() / SMALL_FPS).max(1);
    format!("select=not(mod(n\\,{every})),scale={SMALL_WIDTH}:-2:flags=area,format=yuv420p")
}

/// How its pictures are written.
pub(crate) fn small_arguments(out: &Path) -> Vec<OsString> {
    let encode = ["-fps_mode", "passthrough", "-c:v", "libx264", "-preset", "ultrafast", "-crf", "26"];
    let mut arguments: Vec<OsString> = encode.map(Into::into).into();
    arguments
        .extend(["-x264-params", "keyint=1:scenecut=0", "-video_track_timescale", "15360"].map(Into::into));
    arguments.extend(["-an", "-map_metadata", "-1", "-f", "mp4"].map(Into::into));
    arguments.push(out.into());
    arguments
}

impl Media {
    /// Cuts steps out of a small copy: a little MP4 for each `(start, end)` in seconds, in order, into a folder that
    /// exists. A cut falls on the picture that is nearest to it.
    pub async fn cut_previews(
        &self,
        small: &Path,
        steps: &[(f64, f64)],
        folder: &Path,
    ) -> Result<Vec<PathBuf>, MediaError> {
        let doing = "cutting previews";
        let (small, folder) = (absolute(small)?, absolute(folder)?);
        let times = cut_times(steps);
        let listed: Vec<String> = times.iter().map(|time| format!("{time:.6}")).collect();
        let mut arguments: Vec<OsString> = ["-hide_banner", "-nostdin", "-y"].map(Into::into).into();
        arguments.extend(INPUT_GUARD.iter().map(Into::into));
        arguments.extend(["-i".into(), small.clone().into()]);
        arguments.extend(["-map", "0:v:0", "-c", "copy", "-f", "segment"].map(Into::into));
        if !listed.is_empty() {
            arguments.extend(["-segment_times".into(), listed.join(",").into()]);
        }
        arguments.extend(["-segment_time_delta".into(), format!("{:.6}", 0.5 / f64::from(SMALL_FPS)).into()]);
        arguments.extend(["-reset_timestamps", "1", "-segment_format", "mp4"].map(Into::into));
        arguments.extend(["-segment_format_options", "movflags=+faststart"].map(Into::into));
        arguments.push(folder.join("preview-%d.mp4").into());
        self.run(self.small_run(doing, arguments, &small, &folder), Output::None, &mut Watch::nobody())
            .await?;
        let file = |&(start, _): &(f64, f64)| {
            let place =
                times.iter().position(|time| (time - start).abs() < SAME_S).map_or(0, |place| place + 1);
            let file = folder.join(format!("preview-{place}.mp4"));
            if file.metadata().is_ok_and(|facts| facts.len() > 500) {
                Ok(file)
            } else {
                Err(MediaError::WrongOutput { doing, what: format!("no pictures from {start:.3} s") })
            }
        };
        steps.iter().map(file).collect()
    }

    /// Pictures of a small copy at times in seconds as JPEGs 320 pixels wide, in order, into a folder that exists.
    pub async fn thumbnails(
        &self,
        small: &Path,
        times_s: &[f64],
        folder: &Path,
    ) -> Result<Vec<PathBuf>, MediaError> {
        let doing = "making thumbnails";
        let (small, folder) = (absolute(small)?, absolute(folder)?);
        let mut frames: Vec<u64> = times_s.iter().map(|&time| small_frame(time)).collect();
        frames.sort_unstable();
        frames.dedup();
        let wanted: Vec<String> = frames.iter().map(|frame| format!("eq(n\\,{frame})")).collect();
        let mut arguments: Vec<OsString> = ["-hide_banner", "-nostdin", "-y"].map(Into::into).into();
        arguments.extend(INPUT_GUARD.iter().map(Into::into));
        arguments.extend(["-i".into(), small.clone().into(), "-map".into(), "0:v:0".into(), "-vf".into()]);
        arguments.push(format!("select={}", wanted.join("+")).into());
        arguments.extend(
            ["-fps_mode", "passthrough", "-c:v", "mjpeg", "-q:v", "4", "-f", "image2"].map(Into::into),
        );
        arguments.extend(["-start_number".into(), "0".into(), folder.join("picture-%d.jpg").into()]);
        self.run(self.small_run(doing, arguments, &small, &folder), Output::None, &mut Watch::nobody())
            .await?;
        let file = |&time: &f64| {
            let place = frames.binary_search(&small_frame(time)).unwrap_or(0);
            let file = folder.join(format!("picture-{place}.jpg"));
            let starts_well = std::fs::read(&file).is_ok_and(|jpeg| jpeg.starts_with(&[0xff, 0xd8]));
            if starts_well {
                Ok(file)
            } else {
                Err(MediaError::WrongOutput { doing, what: format!("no picture at {time:.3} s") })
            }
        };
        times_s.iter().map(file).collect()
    }

    fn small_run(
        &self,
        doing: &'static str,
        arguments: Vec<OsString>,
        small: &Path,
        folder: &Path,
    ) -> Run<'_> {
        let wall = self.limits.tool_wall;
        Run { tool: &self.tools.ffmpeg, doing, arguments, files: access(&[small], &[folder]), wall }
    }
}

/// The picture on screen at a time.
fn small_frame(time_s: f64) -> u64 {
    (time_s.max(0.0) * f64::from(SMALL_FPS)).round() as u64
}

/// Where to cut: all starts and ends, in order, each once; not at the very start.
fn cut_times(steps: &[(f64, f64)]) -> Vec<f64> {
    let mut times: Vec<f64> = steps.iter().flat_map(|&(start, end)| [start, end]).collect();
    times.sort_by(f64::total_cmp);
    times.dedup_by(|later, earlier| *later - *earlier < SAME_S);
    times.retain(|&time| time >= SAME_S);
    times
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cut_is_made_once() {
        let steps = [(0.0, 4.0), (4.0, 8.01), (8.0, 12.0), (20.0, 24.0)];
        assert_eq!(cut_times(&steps), [4.0, 8.0, 12.0, 20.0, 24.0]);
        assert!(cut_times(&[]).is_empty());
    }
}
