//! The four songs: facts about their beats, and the mix of their two parts.

use crate::{DemoError, content, ffmpeg};
use std::{
    fmt, fs,
    path::{Path, PathBuf},
};

/// A song by Sectoid, from the Debian package `fretsonfire-songs-sectoid`.
///
/// # Facts about their beats
/// The tempo is constant: each chart (`notes.mid`) holds one tempo, in microseconds per beat. The charts' clock runs
/// a little ahead of the music: the first beat was measured as the time that lines up the chart's beats with the
/// onsets in the mix (whole song, 1 ms steps; good to about 10 ms).
///
/// | song | µs per beat | BPM | first beat | length |
/// |---|---|---|---|---|
/// | Escape from chaosland | 444 444 | 135 | 32 ms | 206.2 s |
/// | Feelings | 631 579 | 95 | 30 ms | 288.0 s |
/// | Metal madness | 400 000 | 150 | 40 ms | 143.7 s |
/// | War of freedom | 428 571 | 140 | 44 ms | 174.9 s |
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Song {
    /// 135 BPM: the song that the demo dances to; no performance uses it.
    EscapeFromChaosland,
    /// 95 BPM.
    Feelings,
    /// 150 BPM.
    MetalMadness,
    /// 140 BPM.
    WarOfFreedom,
}

impl Song {
    /// All four.
    pub const ALL: [Self; 4] =
        [Self::EscapeFromChaosland, Self::Feelings, Self::MetalMadness, Self::WarOfFreedom];

    /// Its title, which is also the name of its folder.
    pub fn title(self) -> &'static str {
        match self {
            Self::EscapeFromChaosland => "Escape from chaosland",
            Self::Feelings => "Feelings",
            Self::MetalMadness => "Metal madness",
            Self::WarOfFreedom => "War of freedom",
        }
    }

    /// Length of a beat in microseconds, as the chart has it.
    pub fn beat_us(self) -> u32 {
        match self {
            Self::EscapeFromChaosland => 444_444,
            Self::Feelings => 631_579,
            Self::MetalMadness => 400_000,
            Self::WarOfFreedom => 428_571,
        }
    }

    /// Length of a beat in seconds.
    pub fn beat_seconds(self) -> f64 {
        f64::from(self.beat_us()) / 1e6
    }

    /// Its tempo in beats per minute.
    pub fn tempo_bpm(self) -> f64 {
        60.0 / self.beat_seconds()
    }

    /// Time of its first beat in seconds; the others follow at [`Song::beat_seconds`].
    pub fn first_beat_s(self) -> f64 {
        match self {
            Self::EscapeFromChaosland => 0.032,
            Self::Feelings => 0.030,
            Self::MetalMadness => 0.040,
            Self::WarOfFreedom => 0.044,
        }
    }

    /// Time of beat `beat` (from 0) in seconds on the song's clock.
    pub fn beat_s(self, beat: f64) -> f64 {
        self.first_beat_s() + beat * self.beat_seconds()
    }

    /// Its length, rounded down to a tenth of a second.
    pub fn duration_s(self) -> f64 {
        match self {
            Self::EscapeFromChaosland => 206.2,
            Self::Feelings => 288.0,
            Self::MetalMadness => 143.6,
            Self::WarOfFreedom => 174.8,
        }
    }

    /// Whose it is, and under which licence.
    pub fn credit(self) -> &'static str {
        "music composed and performed by Sectoid, © 2006–2007 Carlos Viola Iborra, MIT-style licence"
    }
}

impl fmt::Display for Song {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.title())
    }
}

/// The filter that plays the two parts of a song together, without clipping and without delay.
pub(crate) const MIX: &str =
    "[0:a][1:a]amix=inputs=2:normalize=0:duration=longest,alimiter=limit=0.95:level=disabled:latency=1";

/// A song ready to be uploaded.
#[derive(Clone, Debug)]
pub struct DemoAudio {
    /// The file (FLAC, stereo, 44.1 kHz).
    pub path: PathBuf,
    /// The title to upload it under.
    pub title: String,
    /// Whose it is, and under which licence.
    pub credit: String,
}

/// Mixes `Escape from chaosland` into `out` (a folder, made if missing). A good file that is there already is kept.
///
/// # Errors
/// [`DemoError`] when the content is missing, the folder cannot be written, or ffmpeg fails.
pub fn demo_song(content: &Path, out: &Path, ffmpeg: &Path) -> Result<DemoAudio, DemoError> {
    let song = Song::EscapeFromChaosland;
    let audio = DemoAudio {
        path: out.join("escape-from-chaosland.flac"),
        title: format!("{song} (Sectoid)"),
        credit: song.credit().to_owned(),
    };
    let whole = |end_s: f64| (end_s - song.duration_s()).abs() < 0.2;
    if audio.path.is_file()
        && ffmpeg::contents(ffmpeg, &audio.path).is_ok_and(|found| whole(found.audio_end_s))
    {
        return Ok(audio);
    }
    fs::create_dir_all(out).map_err(DemoError::io("make the folder", out))?;
    let part = tempfile::Builder::new()
        .prefix(".song.")
        .suffix(".part")
        .tempfile_in(out)
        .map_err(DemoError::io("write into", out))?;
    let [band, guitar] = content::song_parts(content, song)?;
    let mut command = ffmpeg::command(ffmpeg);
    command.arg("-i").arg(band).arg("-i").arg(guitar);
    command.args(["-filter_complex", MIX, "-ar", "44100", "-ac", "2", "-sample_fmt", "s16", "-c:a", "flac"]);
    command.args(["-map_metadata", "-1", "-fflags", "+bitexact", "-flags:a", "+bitexact"]);
    command.arg("-metadata").arg(format!("title={}", song.title())).args(["-metadata", "artist=Sectoid"]);
    command.args(["-f", "flac"]).arg(part.path());
    ffmpeg::run(command, "mix the demo song")?;
    let found = ffmpeg::contents(ffmpeg, part.path())?.audio_end_s;
    if !whole(found) {
        let seconds = |s: f64| format!("{s:.1} s of audio");
        return Err(DemoError::WrongResult {
            path: audio.path,
            found: seconds(found),
            wanted: seconds(song.duration_s()),
        });
    }
    ffmpeg::publish(part, &audio.path)?;
    Ok(audio)
}
