//! Short-time spectra: what every later stage looks at.
//!
//! One frame every 10 ms, centred on its sample, Hann window of 2048 samples; the outside of the audio counts
//! as silence, so that an onset on the very first sample is seen. Magnitudes are scaled so that a sine of full
//! scale measures 1. A frame carries 81 logarithmically spaced triangular bands, a chroma vector and a level.

use crate::SAMPLE_RATE;
use realfft::{RealFftPlanner, RealToComplex, num_complex::Complex};
use std::{f32::consts::PI, ops::Range, sync::Arc};

/// Samples of a window.
const WINDOW: usize = 2048;
/// Samples between frames.
pub(crate) const HOP: usize = 441;
/// Frames in a second.
pub(crate) const FRAMES_PER_SECOND: f64 = SAMPLE_RATE as f64 / HOP as f64;
/// Bands of a frame.
pub(crate) const BANDS: usize = 81;
/// Pitch classes.
pub(crate) const PITCHES: usize = 12;
/// Bins that are looked at: those up to the highest edge of the bands.
const HEARD_BINS: usize = 745;
/// Edges of the lowest and the highest band, hertz.
const BAND_RANGE_HZ: (f32, f32) = (30.0, 16_000.0);
/// Frequencies whose pitch class is told apart by a window of this length, hertz.
const CHROMA_RANGE_HZ: (f32, f32) = (100.0, 4_000.0);

/// Magnitude spectra of single windows.
pub(crate) struct Stft {
    fft: Arc<dyn RealToComplex<f32>>,
    window: Vec<f32>,
    input: Vec<f32>,
    output: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    magnitudes: Vec<f32>,
}

impl Stft {
    pub(crate) fn new() -> Self {
        let fft = RealFftPlanner::<f32>::new().plan_fft_forward(WINDOW);
        let hann = |i: usize| 0.5 - 0.5 * (2.0 * PI * i as f32 / WINDOW as f32).cos();
        // The mean of a Hann window is one half: with this scale a sine of amplitude 1 measures 1.
        let window = (0..WINDOW).map(|i| hann(i) * 4.0 / WINDOW as f32).collect();
        Self {
            window,
            input: fft.make_input_vec(),
            output: fft.make_output_vec(),
            scratch: fft.make_scratch_vec(),
            magnitudes: vec![0.0; HEARD_BINS],
            fft,
        }
    }

    /// Magnitudes of the window centred on sample `centre`, bin `i` at [`bin_hz`]`(i)`, up to the highest that any
    /// filter listens to.
    pub(crate) fn at(&mut self, pcm: &[f32], centre: usize) -> &[f32] {
        let from = centre.saturating_sub(WINDOW / 2);
        let to = (centre + WINDOW / 2).min(pcm.len());
        self.input.fill(0.0);
        if from < to {
            let skip = (WINDOW / 2).saturating_sub(centre);
            let windowed = self.input[skip..].iter_mut().zip(&self.window[skip..]).zip(&pcm[from..to]);
            for ((slot, w), x) in windowed {
                *slot = w * x;
            }
        }
        match self.fft.process_with_scratch(&mut self.input, &mut self.output, &mut self.scratch) {
            Ok(()) => {
                for (m, c) in self.magnitudes.iter_mut().zip(&self.output) {
                    *m = c.norm_sqr().sqrt();
                }
            }
            // Only buffers of a wrong length are refused, and these are the transform's own.
            Err(_) => self.magnitudes.fill(0.0),
        }
        &self.magnitudes
    }
}

/// Centre frequency of a bin, hertz.
pub(crate) fn bin_hz(bin: usize) -> f32 {
    bin as f32 * SAMPLE_RATE as f32 / WINDOW as f32
}

/// A bank of triangular filters over the bins of an [`Stft`], each of unit sum.
pub(crate) struct FilterBank {
    filters: Vec<(usize, Vec<f32>)>,
}

impl FilterBank {
    /// `edges` ascend; filter `i` rises from `edges[i]`, peaks at `edges[i + 1]` and falls to `edges[i + 2]`.
    pub(crate) fn triangular(edges: &[f32]) -> Self {
        let filters = edges.windows(3).map(|e| triangle(e[0], e[1], e[2])).collect();
        Self { filters }
    }

    pub(crate) fn apply(&self, magnitudes: &[f32], out: &mut [f32]) {
        for (slot, (first, weights)) in out.iter_mut().zip(&self.filters) {
            *slot = dot(weights, &magnitudes[*first..]);
        }
    }
}

/// Lanes of [`dot`]: sums that do not wait for each other.
pub(crate) const LANES: usize = 8;

/// Sum of the products of two rows, as long as the shorter one.
pub(crate) fn dot(a: &[f32], b: &[f32]) -> f32 {
    let b = &b[..a.len().min(b.len())];
    let a = &a[..b.len()];
    let (chunks, others) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest: f32 = chunks.remainder().iter().zip(others.remainder()).map(|(x, y)| x * y).sum();
    let mut sums = [0.0; LANES];
    for (x, y) in chunks.zip(others) {
        for lane in 0..LANES {
            sums[lane] += x[lane] * y[lane];
        }
    }
    sums.iter().sum::<f32>() + rest
}

fn triangle(low: f32, centre: f32, high: f32) -> (usize, Vec<f32>) {
    let weight = |bin: usize| {
        let hz = bin_hz(bin);
        ((hz - low) / (centre - low)).min((high - hz) / (high - centre)).max(0.0)
    };
    let first = (0..HEARD_BINS).find(|&b| weight(b) > 0.0);
    let Some(first) = first else {
        // Narrower than the bins are apart: listen to the nearest bin.
        let nearest = (centre / bin_hz(1)).round() as usize;
        return (nearest.min(HEARD_BINS - 1), vec![1.0]);
    };
    let weights: Vec<f32> = (first..HEARD_BINS).map(weight).take_while(|&w| w > 0.0).collect();
    let sum: f32 = weights.iter().sum();
    (first, weights.into_iter().map(|w| w / sum).collect())
}

/// Folds magnitudes into pitch classes (0 is A).
pub(crate) struct ChromaBank {
    /// Neighbouring bins of one class: the class, and the first and last (exclusive) bin.
    runs: Vec<(usize, Range<usize>)>,
    roots: Vec<f32>,
}

impl ChromaBank {
    pub(crate) fn new() -> Self {
        let inside = |&b: &usize| bin_hz(b) >= CHROMA_RANGE_HZ.0 && bin_hz(b) <= CHROMA_RANGE_HZ.1;
        let class = |b: usize| (12.0 * (bin_hz(b) / 440.0).log2()).round().rem_euclid(12.0) as usize;
        let mut runs: Vec<(usize, Range<usize>)> = Vec::new();
        for bin in (1..HEARD_BINS).filter(inside) {
            match runs.last_mut() {
                Some((of, run)) if *of == class(bin) => run.end = bin + 1,
                _ => runs.push((class(bin), bin..bin + 1)),
            }
        }
        let end = runs.last().map_or(0, |(_, run)| run.end);
        Self { runs, roots: vec![0.0; end] }
    }

    pub(crate) fn apply(&mut self, magnitudes: &[f32]) -> [f32; PITCHES] {
        // The root tames single loud partials, and keeps the vector's direction free of the gain.
        self.roots.iter_mut().zip(magnitudes).for_each(|(root, m)| *root = m.sqrt());
        let mut chroma = [0.0; PITCHES];
        for (class, run) in &self.runs {
            chroma[*class] += self.roots[run.clone()].iter().sum::<f32>();
        }
        chroma
    }
}

/// Spectra of a whole piece.
pub(crate) struct Spectrum {
    /// Band magnitudes of each frame; none any more once they are a [`Flux`](crate::flux::Flux).
    pub(crate) bands: Vec<[f32; BANDS]>,
    /// Pitch classes of each frame, not normalised.
    pub(crate) chroma: Vec<[f32; PITCHES]>,
    /// Root mean square of the samples around each frame (one hop), linear.
    pub(crate) level: Vec<f32>,
}

impl Spectrum {
    /// One frame every [`HOP`] samples, the first centred on sample 0. Empty audio has no frames.
    pub(crate) fn of(pcm: &[f32]) -> Self {
        let frames = if pcm.is_empty() { 0 } else { 1 + pcm.len() / HOP };
        let (mut stft, bank, mut chroma_bank) = (Stft::new(), band_bank(), ChromaBank::new());
        let mut bands = vec![[0.0; BANDS]; frames];
        let mut chroma = Vec::with_capacity(frames);
        for (i, frame) in bands.iter_mut().enumerate() {
            let magnitudes = stft.at(pcm, i * HOP);
            bank.apply(magnitudes, frame);
            chroma.push(chroma_bank.apply(magnitudes));
        }
        let level = (0..frames).map(|i| hop_level(pcm, i)).collect();
        Self { bands, chroma, level }
    }
}

/// Bands of every second frame of a [`Spectrum`].
pub(crate) fn coarse_bands(pcm: &[f32]) -> Vec<[f32; BANDS]> {
    let frames = if pcm.is_empty() { 0 } else { 1 + pcm.len() / (2 * HOP) };
    let (mut stft, bank) = (Stft::new(), band_bank());
    let mut bands = vec![[0.0; BANDS]; frames];
    for (i, frame) in bands.iter_mut().enumerate() {
        bank.apply(stft.at(pcm, 2 * i * HOP), frame);
    }
    bands
}

fn hop_level(pcm: &[f32], frame: usize) -> f32 {
    let centre = frame * HOP;
    let part = &pcm[centre.saturating_sub(HOP / 2).min(pcm.len())..(centre + HOP / 2).min(pcm.len())];
    (dot(part, part) / part.len().max(1) as f32).sqrt()
}

fn band_bank() -> FilterBank {
    FilterBank::triangular(&band_edges())
}

fn band_edges() -> Vec<f32> {
    let (low, high) = BAND_RANGE_HZ;
    let step = (high / low).ln() / (BANDS + 1) as f32;
    (0..BANDS + 2).map(|i| low * (step * i as f32).exp()).collect()
}

/// Centre frequency of each band, hertz.
pub(crate) fn band_centres() -> Vec<f32> {
    band_edges()[1..=BANDS].to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sine(hz: f32, seconds: f32) -> Vec<f32> {
        let n = (seconds * SAMPLE_RATE as f32) as usize;
        (0..n).map(|i| (2.0 * PI * hz * i as f32 / SAMPLE_RATE as f32).sin()).collect()
    }

    #[test]
    fn a_full_scale_sine_measures_one_at_its_bin() {
        let hz = bin_hz(100);
        let pcm = sine(hz, 0.5);
        let mut stft = Stft::new();
        let magnitudes = stft.at(&pcm, pcm.len() / 2);
        assert!((magnitudes[100] - 1.0).abs() < 0.01, "{}", magnitudes[100]);
        assert!(magnitudes[110] < 0.01);
    }

    #[test]
    fn concert_a_is_pitch_class_zero() {
        let pcm = sine(440.0, 0.5);
        let chroma = ChromaBank::new().apply(Stft::new().at(&pcm, pcm.len() / 2));
        let loudest = (0..PITCHES).max_by(|&a, &b| chroma[a].total_cmp(&chroma[b]));
        assert_eq!(loudest, Some(0));
    }

    #[test]
    fn every_band_listens_to_something() {
        let ones = vec![1.0; HEARD_BINS];
        let mut out = [0.0; BANDS];
        band_bank().apply(&ones, &mut out);
        assert!(out.iter().all(|&x| (x - 1.0).abs() < 1e-3), "{out:?}");
    }

    #[test]
    fn nothing_has_no_frames_and_one_sample_has_one() {
        assert_eq!(Spectrum::of(&[]).bands.len(), 0);
        assert_eq!(Spectrum::of(&[0.5]).bands.len(), 1);
    }
}
