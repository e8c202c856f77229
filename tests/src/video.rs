//! What is really in a video file: frames, colours, cuts, sound.

use crate::{
    content::Colour,
    programs::{ffmpeg, output},
};
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::{path::Path, process::Command};

/// Samples a second at which sounds are compared.
const SOUND_HZ: usize = 8000;

/// The facts of a video with sound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// Frames that decode.
    pub frames: u64,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// When the picture starts and ends, seconds.
    pub video: (f64, f64),
    /// When the sound starts and ends, seconds.
    pub audio: (f64, f64),
}

/// Decodes every frame and reads the streams' clocks.
pub fn measure(file: &Path) -> Result<Measured> {
    let mut command = Command::new("ffprobe");
    command.args(["-v", "error", "-count_frames", "-show_streams", "-of", "json"]).arg(file);
    let probe: Value = serde_json::from_slice(&output(&mut command)?)?;
    let streams = probe["streams"].as_array().context("no streams")?;
    let stream = |kind: &str| {
        let found: Vec<_> = streams.iter().filter(|stream| stream["codec_type"] == kind).collect();
        ensure!(found.len() == 1, "{} {kind} streams in {}", found.len(), file.display());
        Ok(found[0])
    };
    let (video, audio) = (stream("video")?, stream("audio")?);
    let clock = |stream: &Value| -> Result<(f64, f64)> {
        let start = text(stream, "start_time")?.parse::<f64>()?;
        Ok((start, start + text(stream, "duration")?.parse::<f64>()?))
    };
    let side = |name: &str| video[name].as_u64().and_then(|side| u32::try_from(side).ok()).context("no size");
    Ok(Measured {
        frames: text(video, "nb_read_frames")?.parse()?,
        width: side("width")?,
        height: side("height")?,
        video: clock(video)?,
        audio: clock(audio)?,
    })
}

fn text<'a>(stream: &'a Value, name: &str) -> Result<&'a str> {
    stream[name].as_str().with_context(|| format!("no {name}"))
}

/// The mean colour of the upper left corner of each frame, where no dancer is.
pub fn corner_colours(file: &Path) -> Result<Vec<Colour>> {
    let mut arguments: Vec<std::ffi::OsString> = vec!["-i".into(), file.into()];
    let corner = "crop=iw/6:ih/6:0:0,scale=1:1:flags=area,format=rgb24";
    arguments.extend(
        ["-map", "0:v", "-vf", corner, "-vsync", "passthrough", "-f", "rawvideo", "-"].map(Into::into),
    );
    let pixels = ffmpeg(arguments)?;
    Ok(pixels.chunks_exact(3).map(|rgb| [rgb[0], rgb[1], rgb[2]].map(f64::from)).collect())
}

/// Where one colour passes into another, in frames from the first: the boundary between two frames where the picture
/// is half of each, between the dissolve's frames by interpolation.
pub fn cut_position(
    colours: &[Colour],
    from: Colour,
    to: Colour,
    around: std::ops::Range<usize>,
) -> Result<f64> {
    let whole: f64 = (0..3).map(|c| (to[c] - from[c]).powi(2)).sum();
    let share =
        |colour: &Colour| (0..3).map(|c| (colour[c] - from[c]) * (to[c] - from[c])).sum::<f64>() / whole;
    let shares: Vec<f64> =
        colours.get(around.clone()).context("outside the video")?.iter().map(share).collect();
    let first = shares.iter().position(|share| *share >= 0.5).context("no cut")?;
    ensure!(first > 0, "the cut is earlier than {}", around.start);
    let (before, after) = (shares[first - 1], shares[first]);
    // The share of frame j is that of its middle, j + 1/2.
    Ok((around.start + first) as f64 - 0.5 + (0.5 - before) / (after - before))
}

/// Names of the boxes of an MP4 file, in order.
pub fn boxes(bytes: &[u8]) -> Result<Vec<String>> {
    let mut names = Vec::new();
    let mut rest = bytes;
    while rest.len() >= 8 {
        let mut size = u64::from(u32::from_be_bytes([rest[0], rest[1], rest[2], rest[3]]));
        if let (1, Some(large)) = (size, rest.get(8..16)) {
            size = large.iter().fold(0, |size, byte| size << 8 | u64::from(*byte));
        }
        let size = usize::try_from(size)?;
        names.push(String::from_utf8_lossy(&rest[4..8]).into_owned());
        ensure!((8..=rest.len()).contains(&size), "box {names:?} of {size} bytes");
        rest = &rest[size..];
    }
    Ok(names)
}

/// How much later than `song_start_s` of the song the video's sound plays, seconds: where the two are most alike.
pub fn sound_delay_s(video: &Path, song: &Path, song_start_s: f64, seconds: f64) -> Result<f64> {
    let (played, played_from) = (samples(video)?, 0);
    let (song, song_from) = (samples(song)?, (song_start_s * SOUND_HZ as f64) as usize);
    let most = SOUND_HZ / 10;
    let length = (seconds * SOUND_HZ as f64) as usize - 2 * most;
    let likeness = |lag: usize| -> f64 {
        let song = &song[song_from + most..][..length];
        let played = &played[played_from + lag..][..length];
        song.iter().zip(played).map(|(a, b)| f64::from(a * b)).sum()
    };
    ensure!(
        song.len() > song_from + most + length && played.len() > 2 * most + length,
        "too short to compare"
    );
    let best =
        (0..=2 * most).max_by(|a, b| likeness(*a).total_cmp(&likeness(*b))).context("nothing to compare")?;
    Ok((best as f64 - most as f64) / SOUND_HZ as f64)
}

fn samples(file: &Path) -> Result<Vec<f32>> {
    let mut arguments: Vec<std::ffi::OsString> = vec!["-i".into(), file.into()];
    let rate = SOUND_HZ.to_string();
    arguments.extend(["-map", "0:a", "-ac", "1", "-ar", &rate, "-f", "f32le", "-"].map(Into::into));
    let bytes = ffmpeg(arguments)?;
    Ok(bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect())
}
