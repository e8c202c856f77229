//! The music to measure on. A clip is read or made when its turn comes: whole sets would fill the memory.

use anyhow::{Context, Result, bail};
use eightcount_audio::evaluation::{songs, synth};
use eightcount_domain::Eight;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Music with its truth.
pub struct Truth {
    pub name: String,
    pub pcm: Vec<f32>,
    pub beats: Vec<f64>,
    pub downbeats: Vec<f64>,
    /// Where eights start, where that is known.
    pub ones: Option<Vec<f64>>,
    /// The eights and their kinds, where they are known.
    pub kinds: Option<(Vec<Eight>, Vec<usize>)>,
}

/// A set of clips.
pub struct Set {
    pub name: String,
    pub clips: Vec<Clip>,
}

/// A clip to be read or made.
pub enum Clip {
    Synthetic(Box<synth::Clip>),
    Song { seed: u64, eights: usize, kinds: usize },
    Recorded(PathBuf),
    Long { minutes: u32 },
}

/// Sizes of made songs: eights, kinds of section.
const SONGS: [(usize, usize); 6] = [(12, 3), (16, 4), (24, 4), (24, 5), (32, 5), (48, 6)];
/// Their seeds: no constant was chosen on these.
const SEEDS: std::ops::Range<u64> = 1000..1030;

/// A set by its name or folder.
pub fn named(name: &str) -> Result<Set> {
    let (title, clips): (&str, Vec<Clip>) = match name {
        "synthetic" => {
            ("synthetic clips", synth::clips().into_iter().map(|c| Clip::Synthetic(Box::new(c))).collect())
        }
        "songs" => ("synthetic songs", made_songs().collect()),
        long if long.starts_with("minutes:") => {
            let minutes = long["minutes:".len()..].parse().context("how many minutes?")?;
            ("one long clip", vec![Clip::Long { minutes }])
        }
        folder => return recorded(Path::new(folder)),
    };
    Ok(Set { name: title.to_owned(), clips })
}

fn made_songs() -> impl Iterator<Item = Clip> {
    SEEDS.zip(SONGS.into_iter().cycle()).map(|(seed, (eights, kinds))| Clip::Song { seed, eights, kinds })
}

fn recorded(folder: &Path) -> Result<Set> {
    let files = fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
    let mut clips: Vec<PathBuf> = files.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    clips.retain(|path| path.extension().is_some_and(|end| end == "beats"));
    clips.sort();
    let name = folder.file_name().unwrap_or(folder.as_os_str()).to_string_lossy().into_owned();
    Ok(Set { name, clips: clips.into_iter().map(Clip::Recorded).collect() })
}

impl Clip {
    /// The music and its truth.
    pub fn load(&self) -> Result<Truth> {
        match self {
            Self::Synthetic(clip) => Ok(of_clip(clip.as_ref().clone())),
            Self::Song { seed, eights, kinds } => Ok(of_song(*seed, *eights, *kinds)),
            Self::Long { minutes } => Ok(of_clip(synth::rock(117.0, 60.0 * f64::from(*minutes)))),
            Self::Recorded(path) => read(path).with_context(|| format!("reading {}", path.display())),
        }
    }
}

fn of_clip(clip: synth::Clip) -> Truth {
    Truth {
        downbeats: clip.downbeat_times(),
        ones: (clip.metre == 4).then(|| clip.beats.iter().copied().step_by(8).collect()),
        kinds: None,
        name: clip.name,
        pcm: clip.pcm,
        beats: clip.beats,
    }
}

fn of_song(seed: u64, eights: usize, kinds: usize) -> Truth {
    let song = songs::song(seed, eights, kinds, seed % 2 == 1);
    let beats: Vec<f64> = song.eights.iter().flat_map(|eight| eight.beats[..8].to_vec()).collect();
    Truth {
        name: format!("song {seed}: {eights} eights, {kinds} kinds"),
        pcm: song.pcm,
        downbeats: beats.iter().copied().step_by(4).collect(),
        ones: Some(beats.iter().copied().step_by(8).collect()),
        beats,
        kinds: Some((song.eights, song.labels)),
    }
}

fn read(path: &Path) -> Result<Truth> {
    let pcm = read_wav(&fs::read(path.with_extension("wav"))?)?;
    let (mut beats, mut downbeats) = (Vec::new(), Vec::new());
    for line in fs::read_to_string(path)?.lines() {
        let mut parts = line.split_whitespace();
        let (Some(time), Some(position)) = (parts.next(), parts.next()) else { continue };
        let time: f64 = time.parse()?;
        if position.parse::<usize>()? == 1 {
            downbeats.push(time);
        }
        beats.push(time);
    }
    let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(Truth { name, pcm, beats, downbeats, ones: None, kinds: None })
}

fn read_wav(bytes: &[u8]) -> Result<Vec<f32>> {
    let mut at = 12;
    while at + 8 <= bytes.len() {
        let size = u32::from_le_bytes(bytes[at + 4..at + 8].try_into()?) as usize;
        if &bytes[at..at + 4] == b"data" {
            let data = &bytes[at + 8..(at + 8 + size).min(bytes.len())];
            let sample = |pair: &[u8]| f32::from(i16::from_le_bytes([pair[0], pair[1]])) / 32_768.0;
            return Ok(data.chunks_exact(2).map(sample).collect());
        }
        at += 8 + size + size % 2;
    }
    bail!("no samples")
}
