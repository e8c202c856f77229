//! Onset strength: three-band spectral flux with a maximum filter, after `SuperFlux`.
//!
//! S. Böck, G. Widmer: "Maximum filter vibrato suppression for onset detection", `DAFx` 2013: the rise of
//! each log-compressed band over the loudest of itself and its neighbours two frames before. Kick and bass, voice
//! and chords, and cymbals are kept apart (low, middle, high), because beats show in each of them differently.

use crate::spectrum::{BANDS, FRAMES_PER_SECOND, Spectrum, band_centres, coarse_bands};
use std::ops::Range;

/// Frames between the compared spectra.
const LAG: usize = 2;
/// Below: low.
const LOW_HZ: f32 = 150.0;
/// From here: high.
const HIGH_HZ: f32 = 2_000.0;
/// Half of the window of local normalisation, seconds.
const LOCAL_S: f64 = 4.0;
/// Weights of low, middle and high in the pulse.
const WEIGHTS: [f32; 3] = [2.0, 0.5, 0.3];
/// Width (standard deviation) of the smoothing of the pulse, frames.
const SMOOTHING: f32 = 1.5;
/// Quieter than the song's loud passages by this: silence.
const GATE_DB: f32 = 50.0;
/// Quieter than this, dB relative to full scale: silence in any song.
const GATE_DBFS: f32 = -80.0;

/// Onset strength of each frame.
pub(crate) struct Flux {
    /// Kick drum and bass.
    pub(crate) low: Vec<f32>,
    /// Voice, chords, snare drum.
    pub(crate) mid: Vec<f32>,
    /// Cymbals and consonants.
    pub(crate) high: Vec<f32>,
    /// The compressed bands from which these are taken.
    pub(crate) bands: Vec<[f32; BANDS]>,
}

impl Flux {
    /// Takes the bands of the spectrum, which are the largest part of it, and leaves none there.
    pub(crate) fn of(spectrum: &mut Spectrum) -> Self {
        Self::between(compress(std::mem::take(&mut spectrum.bands)), LAG)
    }

    /// The rise of compressed bands over `lag` frames.
    fn between(bands: Vec<[f32; BANDS]>, lag: usize) -> Self {
        let centres = band_centres();
        let low_end = centres.partition_point(|&hz| hz < LOW_HZ);
        let mid_end = centres.partition_point(|&hz| hz < HIGH_HZ);
        let rest = || vec![0.0; bands.len()];
        let (mut low, mut mid, mut high) = (rest(), rest(), rest());
        // Before the first frame there was silence: the first frames rise from nothing.
        let silence = [0.0; BANDS];
        for (t, now) in bands.iter().enumerate() {
            let before = if t >= lag { &bands[t - lag] } else { &silence };
            let rise = |b: usize| {
                let loudest = before[b.saturating_sub(1)].max(before[b]).max(before[(b + 1).min(BANDS - 1)]);
                (now[b] - loudest).max(0.0)
            };
            low[t] = (0..low_end).map(rise).sum();
            mid[t] = (low_end..mid_end).map(rise).sum();
            high[t] = (mid_end..BANDS).map(rise).sum();
        }
        Self { low, mid, high, bands }
    }

    /// All bands together.
    fn total(&self) -> Vec<f32> {
        self.low.iter().zip(&self.mid).zip(&self.high).map(|((l, m), h)| l + m + h).collect()
    }

    /// Each band with the differences between loud and quiet passages taken out.
    pub(crate) fn bands_normalised(&self) -> [Vec<f32>; 3] {
        [&self.low, &self.mid, &self.high].map(|band| normalise_locally(band))
    }

    /// How much each frame looks like a beat: 0 to 1, the same for loud and quiet passages.
    pub(crate) fn pulse(&self) -> Vec<f32> {
        let mut sum = vec![0.0; self.low.len()];
        for (band, weight) in [&self.low, &self.mid, &self.high].into_iter().zip(WEIGHTS) {
            for (s, x) in sum.iter_mut().zip(normalise_locally(band)) {
                *s += weight * x;
            }
        }
        let smooth = smooth(&sum, SMOOTHING);
        let top = percentile(&smooth, 0.98);
        if top <= f32::EPSILON {
            return vec![0.0; smooth.len()];
        }
        smooth.into_iter().map(|x| (x / top).clamp(0.0, 1.0)).collect()
    }
}

/// Onset strength over all bands of every second frame, for where the strongest of a beat is wanted and not its time:
/// spectra of 46 ms change little in 10.
pub(crate) fn coarse_onsets(pcm: &[f32]) -> Vec<f32> {
    Flux::between(compress(coarse_bands(pcm)), LAG / 2).total()
}

/// The frames from the first to the last audible one; none for silence.
pub(crate) fn audible(spectrum: &Spectrum) -> Option<Range<usize>> {
    let gate = gate(spectrum);
    let first = spectrum.level.iter().position(|&l| l > gate)?;
    let last = spectrum.level.iter().rposition(|&l| l > gate)?;
    Some(first..last + 1)
}

/// Stretches of at least `shortest` frames in which nothing is audible.
pub(crate) fn silences(spectrum: &Spectrum, shortest: usize) -> Vec<Range<usize>> {
    let gate = gate(spectrum);
    let mut silences = Vec::new();
    let mut start = 0;
    for (frame, &level) in spectrum.level.iter().enumerate() {
        if level > gate {
            if frame - start >= shortest {
                silences.push(start..frame);
            }
            start = frame + 1;
        }
    }
    silences
}

/// The level up to which a frame counts as silent.
fn gate(spectrum: &Spectrum) -> f32 {
    // Of a metronome nearly every frame is silent: only the very loudest tell how loud it is.
    let loud = percentile(&spectrum.level, 0.999);
    (loud * 10f32.powf(-GATE_DB / 20.0)).max(10f32.powf(GATE_DBFS / 20.0))
}

/// Logarithmic magnitudes relative to the song's loud passages, so that gain makes no difference.
fn compress(mut bands: Vec<[f32; BANDS]>) -> Vec<[f32; BANDS]> {
    let peaks: Vec<f32> = bands.iter().map(|b| b.iter().copied().fold(0.0, f32::max)).collect();
    let reference = percentile(&peaks, 0.95).max(1e-9);
    for x in bands.iter_mut().flatten() {
        *x = (1.0 + 1000.0 * *x / reference).log10();
    }
    bands
}

/// Standard scores over a moving window, negative ones cut. A part of the global deviation is added to the
/// local one, so that quiet passages are not blown up without limit.
fn normalise_locally(x: &[f32]) -> Vec<f32> {
    let half = (LOCAL_S * FRAMES_PER_SECOND) as usize;
    let mut sums = Vec::with_capacity(x.len() + 1);
    let mut running = (0.0f64, 0.0f64);
    sums.push(running);
    for &v in x {
        let v = f64::from(v);
        running = (running.0 + v, running.1 + v * v);
        sums.push(running);
    }
    let moments = |from: usize, to: usize| {
        let n = (to - from).max(1) as f64;
        let mean = (sums[to].0 - sums[from].0) / n;
        let square = (sums[to].1 - sums[from].1) / n;
        (mean, (square - mean * mean).max(0.0).sqrt())
    };
    let (_, global) = moments(0, x.len());
    let score = |(t, &v): (usize, &f32)| {
        let (mean, deviation) = moments(t.saturating_sub(half), (t + half + 1).min(x.len()));
        ((f64::from(v) - mean) / (deviation + 0.15 * global + 1e-6)).max(0.0) as f32
    };
    x.iter().enumerate().map(score).collect()
}

/// Gaussian smoothing; the outside counts as zero.
fn smooth(x: &[f32], deviation: f32) -> Vec<f32> {
    let reach = (3.0 * deviation).ceil() as usize;
    let weight = |d: usize| (-0.5 * (d as f32 / deviation).powi(2)).exp();
    let norm: f32 = weight(0) + 2.0 * (1..=reach).map(weight).sum::<f32>();
    let weights: Vec<f32> = (0..=reach).map(|d| weight(d) / norm).collect();
    let at = |t: usize| {
        let sides = (1..=reach).map(|d| {
            let before = t.checked_sub(d).map_or(0.0, |i| x[i]);
            weights[d] * (before + x.get(t + d).copied().unwrap_or(0.0))
        });
        weights[0] * x[t] + sides.sum::<f32>()
    };
    (0..x.len()).map(at).collect()
}

/// The value below which `share` (0 to 1) of the values lie; 0 for none.
pub(crate) fn percentile(values: &[f32], share: f64) -> f32 {
    if values.is_empty() {
        return 0.0;
    }
    let mut values = values.to_vec();
    let rank = ((values.len() - 1) as f64 * share).round() as usize;
    *values.select_nth_unstable_by(rank, f32::total_cmp).1
}
