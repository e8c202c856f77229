//! The section's audio: encoded once, to lie under takes whose bytes are only copied.

use crate::args::{Arguments, CONTAINER};
use eightcount_domain::FrameRate;
use std::{ffi::OsString, fmt::Write, path::Path};

/// Samples per second of every audio that we write.
pub const AUDIO_RATE_HZ: u32 = 48_000;

/// Half the tempo at the same pitch. Stretching smears the attack of a beat to both sides: measured on clicks it begins
/// 16 to 35 ms early, so all is heard 25 ms later.
const HALF_SPEED: &str = "atempo=0.5,adelay=25:all=1,asetpts=N/SR/TB,";

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
    /// At half speed and its own pitch: it lasts twice as long.
    pub half_speed: bool,
    /// How often it is heard, one time after the other, each with its fades; at least once.
    pub repeats: u32,
}

impl AudioCut {
    /// Samples of it at [`AUDIO_RATE_HZ`].
    pub fn samples(&self) -> u64 {
        self.samples_once() * u64::from(self.repeats.max(1))
    }

    /// Samples of one of its repeats.
    fn samples_once(&self) -> u64 {
        self.samples_cut() * if self.half_speed { 2 } else { 1 }
    }

    /// Samples of the song.
    fn samples_cut(&self) -> u64 {
        self.frames * u64::from(AUDIO_RATE_HZ / self.fps.get())
    }
}

/// The arguments that encode a part of a song as AAC, 48 kHz stereo, to the sample: from the song's decoded
/// start, so that it agrees with the beats whatever the container says, and padded with silence if it ends early.
pub fn section_audio_args(song: &Path, input_guard: &[&str], cut: &AudioCut, output: &Path) -> Vec<OsString> {
    let samples = cut.samples_once();
    let start = (cut.start_s.max(0.0) * f64::from(AUDIO_RATE_HZ)).round() as u64;
    let fade = |ms: u32| (u64::from(ms) * u64::from(AUDIO_RATE_HZ) / 1000).min(samples / 2);
    let (fade_in, fade_out) = (fade(cut.fade_in_ms), fade(cut.fade_out_ms));
    let tempo = if cut.half_speed { HALF_SPEED } else { "" };
    let mut filter = format!(
        "aresample={AUDIO_RATE_HZ},aformat=sample_fmts=fltp:channel_layouts=stereo,asetpts=N/SR/TB,\
         atrim=start_sample={start}:end_sample={},asetpts=N/SR/TB,{tempo}apad=whole_len={samples},\
         atrim=end_sample={samples},afade=t=in:ss=0:ns={fade_in},afade=t=out:ss={}:ns={fade_out}",
        start + cut.samples_cut(),
        samples - fade_out,
    );
    if cut.repeats > 1 {
        let _ = write!(filter, ",aloop=loop={}:size={samples},asetpts=N/SR/TB", cut.repeats - 1);
    }
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
