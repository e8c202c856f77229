//! Marked content: a song and performances made here, with known beats, and one colour a performance.

use crate::programs::ffmpeg;
use anyhow::{Context, Result, ensure};
use eightcount_audio::{
    SAMPLE_RATE,
    evaluation::synth::{Style, beat_times, play},
};
use eightcount_figures::{Dancer, Film};
use std::{
    ffi::OsString,
    fs,
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

/// Red, green, blue, 0 to 255.
pub type Colour = [f64; 3];

/// A performance before a plain background.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MarkedPerformance {
    /// Its title.
    pub title: &'static str,
    /// Its background.
    pub background: [u8; 3],
    /// Tempo of its music.
    pub bpm: f64,
}

/// The library: every tempo within a stretch of 20 percent of the song's, every background far from the others.
pub const PERFORMANCES: [MarkedPerformance; 4] = [
    MarkedPerformance { title: "Red", background: [200, 30, 40], bpm: 126.0 },
    MarkedPerformance { title: "Green", background: [30, 150, 60], bpm: 133.0 },
    MarkedPerformance { title: "Blue", background: [40, 60, 200], bpm: 140.0 },
    MarkedPerformance { title: "Ochre", background: [210, 180, 40], bpm: 147.0 },
];

/// Eights of each performance.
const PERFORMANCE_EIGHTS: usize = 6;

/// Title of the song.
pub const SONG_TITLE: &str = "Marked song";
/// Tempo of the song.
pub const SONG_BPM: f64 = 140.0;
/// When its first beat is.
pub const SONG_FIRST_BEAT_S: f64 = 0.35;
/// Eights of the song: more than the longest section of the tests.
const SONG_EIGHTS: usize = 36;
/// Eights after which the drummer plays something else.
const SONG_PART_EIGHTS: usize = 6;

/// Writes the song.
pub fn write_song(file: &Path) -> Result<()> {
    write_song_of(SONG_EIGHTS, file)
}

/// The same with so many eights.
pub fn write_song_of(eights: usize, file: &Path) -> Result<()> {
    let beats = eights * 8;
    let times = beat_times(SONG_FIRST_BEAT_S, &[(beats, SONG_BPM, SONG_BPM)]);
    let mut mixed: Vec<f32> = Vec::new();
    for (part, start) in (0..beats).step_by(SONG_PART_EIGHTS * 8).enumerate() {
        let end = (start + SONG_PART_EIGHTS * 8).min(beats);
        let style = if part % 2 == 0 { Style::Rock } else { Style::House };
        let played = play("part", style, &times[start..=end]).pcm;
        mixed.resize(mixed.len().max(played.len()), 0.0);
        for (sum, sample) in mixed.iter_mut().zip(played) {
            *sum += sample;
        }
    }
    write_wav(file, &mixed)
}

/// Writes a performance: a bright figure that sways over two beats and bobs on each.
pub fn write_performance(performance: &MarkedPerformance, file: &Path) -> Result<()> {
    let MarkedPerformance { background: [red, green, blue], bpm, .. } = performance;
    let times = beat_times(SONG_FIRST_BEAT_S, &[(PERFORMANCE_EIGHTS * 8 + 2, *bpm, *bpm)]);
    let music = file.with_extension("wav");
    write_wav(&music, &play("performance", Style::Rock, &times).pcm)?;
    let beat = format!("(t-{SONG_FIRST_BEAT_S})*{}", bpm / 60.0);
    let dance = format!(
        "[0][1]overlay=x='W/2-w/2+30*sin(PI*{beat})':y='H*0.3-12*abs(sin(PI*{beat}))':eval=frame,format=yuv420p[v]"
    );
    let length = format!("{:.3}", times[times.len() - 1] + 0.5);
    let mut arguments: Vec<OsString> = Vec::new();
    let stage = format!("color=c=0x{red:02x}{green:02x}{blue:02x}:s=320x180:r=30");
    for source in [stage.as_str(), "color=c=0xf4f0e8:s=32x100:r=30"] {
        arguments.extend(["-f", "lavfi", "-i", source].map(Into::into));
    }
    arguments.extend(["-i".into(), music.clone().into()]);
    arguments
        .extend(["-filter_complex", &dance, "-map", "[v]", "-map", "2:a", "-t", &length].map(Into::into));
    arguments.extend(["-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac"].map(Into::into));
    arguments.push(file.into());
    ffmpeg(arguments).with_context(|| format!("filming {}", performance.title))?;
    fs::remove_file(&music)?;
    Ok(())
}

/// Writes a performance of one human-like figure, 30 frames a second, that stops in a pose on every beat from 0 s on; with
/// music or without any sound.
pub fn write_figure(
    file: &Path,
    (width, height): (usize, usize),
    bpm: f64,
    seconds: f64,
    music: bool,
) -> Result<()> {
    let torso = height as f32 * 0.2;
    let film = Film::of((width, height), 30, bpm, seconds, vec![Dancer::on_spot(2, torso, 0.0, torso * 2.1)]);
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-nostdin", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24", "-r", "30", "-s"]);
    command.arg(format!("{width}x{height}")).args(["-i", "pipe:0"]);
    let wav = file.with_extension("wav");
    if music {
        let beats = (seconds * bpm / 60.0) as usize;
        write_wav(&wav, &play("figure", Style::Rock, &beat_times(0.0, &[(beats, bpm, bpm)])).pcm)?;
        command.arg("-i").arg(&wav).args(["-c:a", "aac", "-shortest"]);
    }
    command.args(["-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p"]).arg(file);
    let mut child = command.stdin(Stdio::piped()).spawn().context("starting ffmpeg")?;
    let mut pipe = child.stdin.take().context("no pipe")?;
    for frame in 0..(seconds * 30.0) as u32 {
        pipe.write_all(&film.frame(frame).pixels).context("filming")?;
    }
    drop(pipe);
    ensure!(child.wait()?.success(), "ffmpeg failed");
    if music {
        fs::remove_file(&wav)?;
    }
    Ok(())
}

/// 16 bits, mono.
fn write_wav(file: &Path, samples: &[f32]) -> Result<()> {
    let size = u32::try_from(samples.len() * 2)?;
    let mut wav = Vec::with_capacity(samples.len() * 2 + 44);
    wav.extend(b"RIFF");
    wav.extend((size + 36).to_le_bytes());
    wav.extend(b"WAVEfmt ");
    wav.extend(16_u32.to_le_bytes());
    // PCM, one channel.
    wav.extend([1, 0, 1, 0]);
    wav.extend(SAMPLE_RATE.to_le_bytes());
    wav.extend((SAMPLE_RATE * 2).to_le_bytes());
    wav.extend([2, 0, 16, 0]);
    wav.extend(b"data");
    wav.extend(size.to_le_bytes());
    for sample in samples {
        wav.extend(((sample.clamp(-1.0, 1.0) * 32767.0) as i16).to_le_bytes());
    }
    fs::write(file, wav).with_context(|| format!("writing {}", file.display()))
}
