//! The ffmpeg arguments that render a take.

use crate::filter::graph;
use crate::plan::{Source, TakePlan};
use std::{ffi::OsString, path::Path};

/// The encoder of every take. One preset and one set of parameters everywhere give one SPS and PPS, and
/// `stitchable` keeps the encoder from tuning them to the content, so that takes can be joined by copying; the
/// fixed number of threads makes the bytes the same on every machine. `superfast`: its cost is about the same as
/// that of reading and retiming the sources; `ultrafast` would leave the High profile.
const ENCODER: &[&str] = &[
    "-c:v",
    "libx264",
    "-preset",
    "superfast",
    "-profile:v",
    "high",
    "-pix_fmt",
    "yuv420p",
    "-x264-params",
    "keyint=300:min-keyint=1:scenecut=0:open-gop=0:stitchable=1:threads=2",
    "-color_primaries",
    "bt709",
    "-color_trc",
    "bt709",
    "-colorspace",
    "bt709",
    "-color_range",
    "tv",
];

/// How every file of ours is written: one clock, no metadata, nothing that differs between two runs.
pub(crate) const CONTAINER: &[&str] = &[
    "-video_track_timescale",
    "15360",
    "-movie_timescale",
    "90000",
    "-map_metadata",
    "-1",
    "-map_chapters",
    "-1",
    "-fflags",
    "+bitexact",
    "-flags:v",
    "+bitexact",
    "-flags:a",
    "+bitexact",
    "-f",
    "mp4",
];

/// What ffmpeg is always told first.
pub(crate) const QUIET: &[&str] = &["-hide_banner", "-nostdin", "-y"];

/// A growing argument vector.
#[derive(Default)]
pub(crate) struct Arguments(Vec<OsString>);

impl Arguments {
    pub(crate) fn new() -> Self {
        Self::default().all(QUIET)
    }

    pub(crate) fn all(mut self, arguments: &[&str]) -> Self {
        self.0.extend(arguments.iter().map(OsString::from));
        self
    }

    pub(crate) fn pair(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.0.extend([name.into(), value.into()]);
        self
    }

    pub(crate) fn path(mut self, path: &Path) -> Self {
        self.0.push(path.into());
        self
    }

    pub(crate) fn done(self) -> Vec<OsString> {
        self.0
    }
}

/// The arguments that render a take to an MP4 file of video alone. `inputs` are the files of
/// [`TakePlan::sources`], in that order.
pub fn render_args(plan: &TakePlan, inputs: &[&Path], output: &Path) -> Vec<OsString> {
    let sources = [Some(&plan.step), plan.entry.as_ref().map(|entry| &entry.source)];
    let mut arguments = Arguments::new().pair("-filter_complex_threads", "1");
    for (source, path) in sources.into_iter().flatten().zip(inputs) {
        arguments = arguments
            .pair("-protocol_whitelist", "file")
            .pair("-f", "mov")
            .pair("-threads", "2")
            .pair("-ss", seek(source))
            .pair("-i", path.as_os_str());
    }
    arguments
        .pair("-filter_complex", graph(plan))
        .pair("-map", "[v]")
        .all(&["-an", "-sn", "-dn"])
        .pair("-frames:v", plan.frames.to_string())
        .all(ENCODER)
        .pair("-crf", factor(plan.crf))
        .all(CONTAINER)
        .path(output)
        .done()
}

/// The encoder's factor for a take that shall look like a video of this factor. Each take begins anew, without what the
/// encoder knew of the frames before: at the same factor that measured 0.00004 of SSIM below one pass (docs/BENCHMARKS.md).
fn factor(crf: u32) -> String {
    format!("{:.1}", (f64::from(crf) - 0.3).max(0.0))
}

/// Where to start reading, in seconds: half a frame before the first frame wanted, so that no rounding can
/// lose it or let the one before it in. Every mezzanine frame is a key frame.
fn seek(source: &Source) -> String {
    let first = source.runs.first().map_or(0, |run| run.first) / u64::from(source.parts());
    let half_frames = (2 * first).saturating_sub(1);
    let micros = half_frames * 1_000_000 / (2 * u64::from(source.fps.get()));
    format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000)
}
