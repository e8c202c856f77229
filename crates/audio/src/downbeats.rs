//! Bars and eights: which beats are "one".
//!
//! Bass notes and kicks fall on downbeats and chords change there; sections change on the first beat of an eight.
//! Every metre and phase is scored over the whole song, so that single syncopated bars do not matter.

use crate::{
    flux::Flux,
    spectrum::{FRAMES_PER_SECOND, PITCHES, Spectrum},
    timing::TimedBeat,
};

/// What a metre of three must gain over four: most danced music is in four.
const THREE_HANDICAP: f32 = 0.15;
/// Beats on either side of a boundary between sections that are compared.
const SECTION_BEATS: usize = 8;

/// The bars of a song.
pub(crate) struct Bars {
    /// Beats in a bar: 3 or 4.
    pub(crate) metre: u8,
    /// Indices of downbeats.
    pub(crate) downbeats: Vec<u32>,
    /// Index modulo 8 of the first beats of eights.
    pub(crate) phase: u8,
    /// 0 (a guess) to 1: by how much the best phase beats the second best.
    pub(crate) confidence: f32,
}

/// Finds the bars of `beats`.
pub(crate) fn bars(beats: &[TimedBeat], spectrum: &Spectrum, flux: &Flux) -> Bars {
    let accents = accents(beats, spectrum, flux);
    let scored = |metre: u8| {
        (0..metre).map(move |phase| (metre, phase)).map(|(metre, phase)| {
            let handicap = if metre == 3 { THREE_HANDICAP } else { 0.0 };
            (metre, phase, every(&accents, phase, metre) - handicap)
        })
    };
    let mut scores: Vec<(u8, u8, f32)> = scored(4).chain(scored(3)).collect();
    scores.sort_by(|a, b| b.2.total_cmp(&a.2));
    let (metre, first, top) = scores[0];
    let rival = scores.iter().find(|s| s.0 == metre && s.1 != first).map_or(0.0, |s| s.2);
    let downbeats = (u32::from(first)..beats.len() as u32).step_by(usize::from(metre)).collect();
    let phase = if metre == 4 { eight_phase(beats, spectrum, &accents, first) } else { first };
    Bars { metre, downbeats, phase, confidence: ((top - rival) / 1.0).clamp(0.0, 1.0) }
}

/// Mean of every `step`-th value from `first` on; 0 for none.
fn every(values: &[f32], first: u8, step: u8) -> f32 {
    let chosen = values.iter().skip(usize::from(first)).step_by(usize::from(step));
    let (sum, count) = chosen.fold((0.0, 0), |(s, n), v| (s + v, n + 1));
    if count == 0 { 0.0 } else { sum / count as f32 }
}

/// How much each beat looks like a downbeat, as a standard score.
fn accents(beats: &[TimedBeat], spectrum: &Spectrum, flux: &Flux) -> Vec<f32> {
    let low = standard(&beats.iter().map(|b| peak_near(&flux.low, b.time)).collect::<Vec<_>>());
    let change = standard(&changes(&chroma_per_beat(beats, spectrum), 1));
    low.iter().zip(change).map(|(l, c)| 0.5 * l + c).collect()
}

/// Of the two eight phases that agree with the downbeats, the one at which more changes: within two bars the
/// accents, over whole eights the sound.
fn eight_phase(beats: &[TimedBeat], spectrum: &Spectrum, accents: &[f32], first: u8) -> u8 {
    let sections = standard(&changes(&chroma_per_beat(beats, spectrum), SECTION_BEATS));
    let score = |phase: u8| every(&sections, phase, 8) + 0.5 * every(accents, phase, 8);
    if score(first + 4) > score(first) { first + 4 } else { first }
}

fn peak_near(flux: &[f32], time: f64) -> f32 {
    let centre = (time * FRAMES_PER_SECOND).round() as usize;
    let from = centre.saturating_sub(4).min(flux.len());
    flux[from..(centre + 5).min(flux.len())].iter().copied().fold(0.0, f32::max)
}

/// The chroma between each beat and the next, of unit length.
fn chroma_per_beat(beats: &[TimedBeat], spectrum: &Spectrum) -> Vec<[f32; PITCHES]> {
    let frame = |t: f64| ((t * FRAMES_PER_SECOND).round() as usize).min(spectrum.chroma.len());
    let ends = beats.iter().skip(1).map(|b| frame(b.time)).chain([spectrum.chroma.len()]);
    let spans = beats.iter().map(|b| frame(b.time)).zip(ends);
    spans.map(|(from, to)| unit_sum(&spectrum.chroma[from.min(to)..to])).collect()
}

fn unit_sum(vectors: &[[f32; PITCHES]]) -> [f32; PITCHES] {
    let mut sum = [0.0; PITCHES];
    for v in vectors {
        for (s, x) in sum.iter_mut().zip(v) {
            *s += x;
        }
    }
    let length = sum.iter().map(|x| x * x).sum::<f32>().sqrt();
    if length > 0.0 { sum.map(|x| x / length) } else { sum }
}

/// How much the mean of the `reach` vectors from `i` on differs from that of the `reach` before (1 - cosine).
fn changes(vectors: &[[f32; PITCHES]], reach: usize) -> Vec<f32> {
    let at = |i: usize| {
        if i < reach || i + reach > vectors.len() {
            return 0.0;
        }
        let (before, after) = (unit_sum(&vectors[i - reach..i]), unit_sum(&vectors[i..i + reach]));
        1.0 - before.iter().zip(after).map(|(a, b)| a * b).sum::<f32>()
    };
    (0..vectors.len()).map(at).collect()
}

/// Standard scores; all zero when nothing varies.
fn standard(values: &[f32]) -> Vec<f32> {
    let n = values.len().max(1) as f32;
    let mean = values.iter().sum::<f32>() / n;
    let deviation = (values.iter().map(|v| (v - mean).powi(2)).sum::<f32>() / n).sqrt();
    let scale = if deviation > 1e-9 { 1.0 / deviation } else { 0.0 };
    values.iter().map(|v| (v - mean) * scale).collect()
}
