//! Joining takes under the section's audio: bytes are copied, nothing is encoded but the audio, once.

use crate::args::{Arguments, CONTAINER};
use eightcount_domain::FrameRate;
use std::{ffi::OsString, fmt::Write, path::Path};

/// Samples per second of every audio that we write.
pub const AUDIO_RATE_HZ: u32 = 48_000;

/// A take to be joined.
#[derive(Clone, Copy, Debug)]
pub struct JoinPart<'a> {
    /// Its file: an absolute path.
    pub path: &'a Path,
    /// Its frames.
    pub frames: u64,
}

/// The list that ffmpeg's concat demuxer reads. The `duration` lines place each take on the frame grid: without
/// them every join adds the rounding of a file's own duration, 42 ms over 128 takes.
pub fn join_list(parts: &[JoinPart<'_>], fps: FrameRate) -> String {
    let mut list = String::from("ffconcat version 1.0\n");
    let mut end_frame = 0;
    let mut placed_us = 0;
    for part in parts {
        end_frame += part.frames;
        let end_us = (end_frame * 1_000_000 + u64::from(fps.get()) / 2) / u64::from(fps.get());
        let length_us = end_us - placed_us;
        placed_us = end_us;
        let path = part.path.to_string_lossy().replace('\'', r"'\''");
        let _ =
            writeln!(list, "file '{path}'\nduration {}.{:06}", length_us / 1_000_000, length_us % 1_000_000);
    }
    list
}

/// The arguments that join the takes of a [`join_list`] file with an audio file into an MP4 that starts playing
/// before it is loaded whole.
pub fn join_args(list: &Path, audio: Option<&Path>, output: &Path) -> Vec<OsString> {
    let mut arguments = Arguments::new()
        .pair("-protocol_whitelist", "file")
        .pair("-f", "concat")
        .pair("-safe", "0")
        .pair("-i", list.as_os_str());
    if let Some(audio) = audio {
        arguments = arguments
            .pair("-protocol_whitelist", "file")
            .pair("-f", "mov")
            .pair("-i", audio.as_os_str())
            .pair("-map", "0:v:0")
            .pair("-map", "1:a:0");
    } else {
        arguments = arguments.pair("-map", "0:v:0");
    }
    arguments.pair("-c", "copy").pair("-movflags", "+faststart").all(CONTAINER).path(output).done()
}

/// A part of a song, to be encoded for a product, a stage or a preview.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AudioCut {
    /// Where it starts, seconds from the song's first sample.
    pub start_s: f64,
    /// How many frames it lasts.
    pub frames: u64,
    /// The rate of those frames.
    pub fps: FrameRate,
    /// Length of the fade at its start, milliseconds.
    pub fade_in_ms: u32,
    /// Length of the fade at its end, milliseconds.
    pub fade_out_ms: u32,
}

impl AudioCut {
    /// Samples of it at [`AUDIO_RATE_HZ`].
    pub fn samples(&self) -> u64 {
        self.frames * u64::from(AUDIO_RATE_HZ / self.fps.get())
    }
}

/// The arguments that encode a part of a song as AAC, 48 kHz stereo, to the sample: from the song's decoded
/// start, so that it agrees with the beats whatever the container says, and padded with silence if it ends early.
pub fn section_audio_args(song: &Path, input_guard: &[&str], cut: &AudioCut, output: &Path) -> Vec<OsString> {
    let samples = cut.samples();
    let start = (cut.start_s.max(0.0) * f64::from(AUDIO_RATE_HZ)).round() as u64;
    let fade = |ms: u32| (u64::from(ms) * u64::from(AUDIO_RATE_HZ) / 1000).min(samples / 2);
    let (fade_in, fade_out) = (fade(cut.fade_in_ms), fade(cut.fade_out_ms));
    let filter = format!(
        "aresample={AUDIO_RATE_HZ},aformat=sample_fmts=fltp:channel_layouts=stereo,asetpts=N/SR/TB,\
         atrim=start_sample={start}:end_sample={},asetpts=N/SR/TB,apad=whole_len={samples},\
         atrim=end_sample={samples},afade=t=in:ss=0:ns={fade_in},afade=t=out:ss={}:ns={fade_out}",
        start + samples,
        samples - fade_out,
    );
    Arguments::new()
        .all(input_guard)
        .pair("-i", song.as_os_str())
        .pair("-map", "0:a:0")
        .all(&["-vn", "-sn", "-dn"])
        .pair("-af", filter)
        .pair("-c:a", "aac")
        .pair("-b:a", "192k")
        .all(CONTAINER)
        .path(output)
        .done()
}
