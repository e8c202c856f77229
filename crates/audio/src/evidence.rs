//! What speaks for a row of beats: how the music behaves on the beats, halfway between them, and from bar to bar.

use crate::{
    flux::{Flux, percentile},
    spectrum::{FRAMES_PER_SECOND, PITCHES, Spectrum},
};

/// Streams that are listened to: pulse, low, middle, high, harmony, slow harmony.
pub(crate) const STREAMS: usize = 6;
/// Contrasts of a stream.
const CONTRASTS: usize = 6;
/// Weights of the evidence. They were found by logistic regression over the readings of 40 game-music compositions
/// rendered with exact beats, of 155 songs made for it (`docs/decisions/0036-whole-tempi.md`), and of this crate's
/// synthetic clips: each weight is shared by all songs, and none of the recordings and compositions that results are
/// reported on took part.
/// Per stream: on the beat less halfway, on the beat less at the quarters, halfway less at the quarters, on the
/// beat less at the thirds; how much the best beat of four stands out from the others, and the best halfway point.
const STREAM_WEIGHTS: [[f32; CONTRASTS]; STREAMS] = [
    [0.40, 0.22, -0.17, 1.15, 0.60, 0.35],
    [0.07, -0.33, -0.41, 1.03, -0.10, -0.07],
    [-0.74, -0.24, 0.39, 0.37, -0.69, 0.49],
    [0.93, 1.23, 0.41, 1.68, -0.39, -0.08],
    [1.06, 0.19, -0.27, 1.06, 3.45, -1.52],
    [0.65, 0.11, 0.33, -1.23, 5.60, 2.62],
];
/// The pulse on the beats.
const ONSET_WEIGHT: f32 = -0.11;
/// Alternation of the middle; of low against middle.
const TURN_WEIGHTS: [f32; 2] = [1.05, 1.33];
/// Likeness after four, two and eight beats.
const REPEAT_WEIGHTS: [f32; 3] = [0.51, -0.51, 0.24];
/// Octaves over 120 BPM, their square, and octaves over 180 BPM.
const TEMPO_WEIGHTS: [f32; 3] = [0.66, -1.76, -1.07];
/// Frames on either side in which an onset counts as on the beat.
const TOLERANCE: usize = 2;
/// Length of the two stretches whose harmony is compared, seconds.
const HARMONY_S: [f64; 2] = [0.25, 0.8];

/// For each stream and frame, how strongly something begins near it: 0 to 1.
pub(crate) struct Streams {
    values: [Vec<f32>; STREAMS],
}

impl Streams {
    pub(crate) fn of(spectrum: &Spectrum, flux: &Flux, pulse: &[f32]) -> Self {
        let [low, mid, high] = flux.bands_normalised();
        let [fast, slow] = HARMONY_S.map(|seconds| harmony_change(spectrum, seconds));
        let values = [pulse.to_vec(), low, mid, high, fast, slow].map(|stream| widened(&scaled(&stream)));
        Self { values }
    }

    /// Mean pulse on beats at `frames` and halfway between them, added; 0 for fewer than two.
    pub(crate) fn pulse_around(&self, frames: &[f64]) -> f32 {
        let pairs = frames.windows(2);
        let count = pairs.len().max(1) as f32;
        pairs.map(|w| self.at(0, w[0]) + self.at(0, f64::midpoint(w[0], w[1]))).sum::<f32>() / count
    }

    /// How clearly beats at `frames` stand out: the mean pulse on them less the largest of those at the quarters,
    /// the thirds and halfway; -1 to 1.
    pub(crate) fn clarity(&self, frames: &[f64]) -> f32 {
        let part = |share: f64| {
            let values: Vec<f32> =
                frames.windows(2).map(|w| self.at(0, w[0] + share * (w[1] - w[0]))).collect();
            mean(&values)
        };
        let beside = [0.25, 1.0 / 3.0, 2.0 / 3.0, 0.75].map(part);
        part(0.0).max(part(0.5)) - beside.into_iter().sum::<f32>() / 4.0
    }

    fn at(&self, stream: usize, frame: f64) -> f32 {
        self.values[stream].get(frame.round().max(0.0) as usize).copied().unwrap_or(0.0)
    }
}

fn scaled(stream: &[f32]) -> Vec<f32> {
    let top = percentile(stream, 0.98).max(1e-6);
    stream.iter().map(|x| (x / top).clamp(0.0, 1.0)).collect()
}

fn widened(stream: &[f32]) -> Vec<f32> {
    let near = |t: usize| &stream[t.saturating_sub(TOLERANCE)..(t + TOLERANCE + 1).min(stream.len())];
    (0..stream.len()).map(|t| near(t).iter().copied().fold(0.0, f32::max)).collect()
}

/// How much the chroma after each frame differs from that before it (1 - cosine).
fn harmony_change(spectrum: &Spectrum, seconds: f64) -> Vec<f32> {
    let reach = (seconds * FRAMES_PER_SECOND) as usize;
    let mut sum = [0.0f64; PITCHES];
    let mut sums = vec![sum];
    for chroma in &spectrum.chroma {
        for (s, c) in sum.iter_mut().zip(chroma) {
            *s += f64::from(*c);
        }
        sums.push(sum);
    }
    let n = spectrum.chroma.len();
    let between =
        |from: usize, to: usize| -> [f64; PITCHES] { std::array::from_fn(|p| sums[to][p] - sums[from][p]) };
    let dot = |a: &[f64; PITCHES], b: &[f64; PITCHES]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
    let change = |t: usize| {
        let (before, after) = (between(t.saturating_sub(reach), t), between(t, (t + reach).min(n)));
        let lengths = (dot(&before, &before) * dot(&after, &after)).sqrt();
        if lengths > 1e-12 { (1.0 - dot(&before, &after) / lengths) as f32 } else { 0.0 }
    };
    (0..n).map(change).collect()
}

/// How well beats at `frames` (fractions allowed) explain the streams: higher is better, only differences count.
/// None for fewer than eight beats.
pub(crate) fn score(streams: &Streams, frames: &[f64]) -> Option<f32> {
    if frames.len() < 8 {
        return None;
    }
    let part = |stream: usize, share: f64| -> Vec<f32> {
        frames.windows(2).map(|w| streams.at(stream, w[0] + share * (w[1] - w[0]))).collect()
    };
    let mean_at =
        |stream: usize, shares: [f64; 2]| shares.map(|s| mean(&part(stream, s))).iter().sum::<f32>() / 2.0;
    let mut rows = Vec::new();
    let mut score = 0.0;
    for (stream, weights) in STREAM_WEIGHTS.iter().enumerate() {
        let (on, half) = (part(stream, 0.0), part(stream, 0.5));
        let quarters = mean_at(stream, [0.25, 0.75]);
        let thirds = mean_at(stream, [1.0 / 3.0, 2.0 / 3.0]);
        let contrasts = [
            mean(&on) - mean(&half),
            mean(&on) - quarters,
            mean(&half) - quarters,
            mean(&on) - thirds,
            one_of_four(&on),
            one_of_four(&half),
        ];
        score += dot(&contrasts, weights);
        rows.extend([on, half]);
    }
    let bpm = 60.0 * FRAMES_PER_SECOND * (frames.len() - 1) as f64 / (frames[frames.len() - 1] - frames[0]);
    score += mean(&rows[0]) * ONSET_WEIGHT;
    Some(score + dot(&turns(&rows), &TURN_WEIGHTS) + dot(&repeats(&rows), &REPEAT_WEIGHTS) + tempo_prior(bpm))
}

fn dot<const N: usize>(a: &[f32; N], b: &[f32; N]) -> f32 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

fn mean(values: &[f32]) -> f32 {
    values.iter().sum::<f32>() / values.len().max(1) as f32
}

/// Kick and snare take turns on the beats of most drummed music, and rarely between them: how much the middle
/// alternates, and how much low and middle do so against each other.
fn turns(rows: &[Vec<f32>]) -> [f32; 2] {
    let [low, low_between, mid, mid_between] = [2, 3, 4, 5].map(|row| alternation(&rows[row]));
    [mid.abs() - mid_between.abs(), low_between * mid_between - low * mid]
}

/// How much more alike beats are at a distance of four, two and eight than at the distances beside it.
fn repeats(rows: &[Vec<f32>]) -> [f32; 3] {
    let like = |lag: usize| self_likeness(rows, lag);
    [
        like(4) - f32::midpoint(like(3), like(5)),
        like(2) - f32::midpoint(like(1), like(3)),
        like(8) - f32::midpoint(like(7), like(5)),
    ]
}

/// Tempi people tap to lie around 130 beats a minute.
fn tempo_prior(bpm: f64) -> f32 {
    let octaves = (bpm / 120.0).log2() as f32;
    dot(&[octaves, octaves * octaves, (octaves - 0.6).max(0.0)], &TEMPO_WEIGHTS)
}

/// The largest mean of every fourth value less the mean of all: bars stand out where plain means blur them.
fn one_of_four(values: &[f32]) -> f32 {
    let every = |k: usize| {
        let (sum, n) = values.iter().skip(k).step_by(4).fold((0.0, 0), |(s, n), v| (s + v, n + 1));
        sum / n.max(1) as f32
    };
    (0..4).map(every).fold(0.0, f32::max) - mean(values)
}

/// Mean of the even values less that of the odd ones.
fn alternation(values: &[f32]) -> f32 {
    let pairs = values.chunks_exact(2);
    let count = pairs.len().max(1) as f32;
    pairs.map(|p| p[0] - p[1]).sum::<f32>() / count
}

/// Correlation of what happens on and between beats with the same `lag` beats later.
fn self_likeness(rows: &[Vec<f32>], lag: usize) -> f32 {
    let correlation = |row: &Vec<f32>| {
        let mean = row.iter().sum::<f32>() / row.len().max(1) as f32;
        let power: f32 = row.iter().map(|x| (x - mean).powi(2)).sum::<f32>() / row.len().max(1) as f32;
        let both: f32 = row.iter().zip(row.iter().skip(lag)).map(|(a, b)| (a - mean) * (b - mean)).sum();
        both / row.len().saturating_sub(lag).max(1) as f32 / power.max(1e-6)
    };
    rows.iter().map(correlation).sum::<f32>() / rows.len().max(1) as f32
}
