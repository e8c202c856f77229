//! Songs with known sections: which eights sound alike.
//!
//! Each type of section has its own chord loop, drum pattern and melody; its repeats vary as a player's would
//! (level, fills, missed hats, wrong notes).

use super::instruments::{Noise, hat, kick, midi_hz, mix, snare, tone};
use crate::SAMPLE_RATE;
use eightcount_domain::Eight;

/// A song with its truth.
#[derive(Clone, Debug)]
pub struct Song {
    /// Mono at [`SAMPLE_RATE`].
    pub pcm: Vec<f32>,
    /// Its eights.
    pub eights: Vec<Eight>,
    /// The type of section of each eight.
    pub labels: Vec<usize>,
    /// Semitones by which each eight was transposed.
    pub transpositions: Vec<i8>,
}

struct Kind {
    chords: [u8; 4],
    major: [bool; 4],
    kick: [bool; 16],
    snare: [bool; 16],
    hat: [bool; 16],
    melody: [u8; 16],
    sings: bool,
    gain: f32,
}

impl Kind {
    fn new(index: usize, r: &mut Noise) -> Self {
        let mut pattern = |share: f32| std::array::from_fn(|_| r.uniform() < share);
        let (kick, snare) = (pattern(0.2 + 0.2 * index as f32), pattern(0.25));
        let (hat, major) = (pattern(0.3 + 0.15 * index as f32), pattern(0.5));
        Self {
            chords: std::array::from_fn(|_| [0, 2, 4, 5, 7, 9][r.below(6)]),
            major: std::array::from_fn(|i| major[i]),
            kick,
            snare,
            hat,
            melody: std::array::from_fn(|_| [0, 2, 4, 5, 7, 9, 11][r.below(7)]),
            sings: r.uniform() < 0.6,
            gain: 0.5 + 0.5 * r.uniform(),
        }
    }
}

/// A song of `count` eights out of `kinds` types of section, with a transposed last quarter if wanted.
///
/// ```
/// let song = eightcount_audio::evaluation::songs::song(7, 12, 3, true);
/// assert_eq!((song.eights.len(), song.labels.len()), (12, 12));
/// assert_eq!((song.transpositions[8], song.transpositions[9]), (0, 2));
/// ```
pub fn song(seed: u64, count: usize, kinds: usize, transposed_end: bool) -> Song {
    let mut r = Noise::new(seed);
    let beat = 60.0 / (90.0 + 45.0 * f64::from(r.uniform()));
    let types: Vec<Kind> = (0..kinds).map(|k| Kind::new(k, &mut r)).collect();
    let labels = form(count, kinds, &mut r);
    let end_from = if transposed_end { count - count / 4 } else { count };
    let transpositions: Vec<i8> = (0..count).map(|i| if i >= end_from { 2 } else { 0 }).collect();
    let seconds = (count * 8 + 1) as f64 * beat;
    let mut pcm = vec![0.0; (seconds * f64::from(SAMPLE_RATE)) as usize];
    for (i, &label) in labels.iter().enumerate() {
        let start = (i * 8) as f64 * beat;
        play_eight(&mut pcm, &types[label], start, beat, f32::from(transpositions[i]), &mut r);
    }
    for x in &mut pcm {
        *x += 0.003 * r.normal();
    }
    let peak = pcm.iter().fold(0.0f32, |m, x| m.max(x.abs())).max(1e-9);
    for x in &mut pcm {
        *x /= peak;
    }
    let time = |i: usize, b: usize| (i * 8 + b) as f64 * beat;
    let eight = |i: usize| Eight { index: i as u32, beats: std::array::from_fn(|b| time(i, b)) };
    Song { pcm, eights: (0..count).map(eight).collect(), labels, transpositions }
}

/// Sections of one, two or four eights; no type follows itself.
fn form(count: usize, kinds: usize, r: &mut Noise) -> Vec<usize> {
    let mut labels: Vec<usize> = Vec::new();
    while labels.len() < count {
        let mut kind = r.below(kinds);
        if kinds > 1 && labels.last() == Some(&kind) {
            kind = (kind + 1) % kinds;
        }
        labels.extend(std::iter::repeat_n(kind, [1, 2, 2, 4][r.below(4)]));
    }
    labels.truncate(count);
    labels
}

fn play_eight(pcm: &mut [f32], kind: &Kind, start: f64, beat: f64, up: f32, r: &mut Noise) {
    let gain = kind.gain * 10f32.powf(1.5 * r.normal() / 20.0);
    let length = beat as f32;
    for b in 0..8 {
        let time = start + b as f64 * beat;
        let root = 48.0 + up + f32::from(kind.chords[b / 2]);
        let third = if kind.major[b / 2] { 4.0 } else { 3.0 };
        for step in [0.0, third, 7.0] {
            mix(pcm, &tone(midi_hz(root + 12.0 + step), length, 4, 0.06), time, gain);
        }
        mix(pcm, &tone(midi_hz(root - 12.0), length, 4, 0.2), time, gain);
        for half in 0..2 {
            let slot = 2 * b + half;
            let time = time + half as f64 * beat / 2.0;
            if kind.kick[slot] {
                mix(pcm, &kick(), time, gain);
            }
            if kind.snare[slot] || (b == 7 && r.uniform() < 0.2) {
                mix(pcm, &snare(r), time, gain * 0.8);
            }
            if kind.hat[slot] && r.uniform() < 0.92 {
                mix(pcm, &hat(r), time, gain);
            }
            if kind.sings && r.uniform() < 0.85 {
                let slip = if r.uniform() < 0.9 { 0.0 } else { 2.0 };
                let note = midi_hz(72.0 + up + slip + f32::from(kind.melody[slot]));
                mix(pcm, &tone(note, length / 2.0, 3, 0.08), time, gain);
            }
        }
    }
}
