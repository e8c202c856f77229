//! What an eight sounds like, beat by beat.

use crate::{
    SAMPLE_RATE,
    amplitude::rms_dbfs,
    spectrum::{ChromaBank, FilterBank, PITCHES, Stft},
};
use eightcount_domain::{BEATS_PER_EIGHT, Eight};
use serde::{Deserialize, Serialize};
use std::f32::consts::PI;

/// Cepstral coefficients kept: the 2nd to the 14th.
pub const COEFFICIENTS: usize = 13;
/// Mel bands of the cepstrum and the frequencies they span, hertz.
const MELS: usize = 40;
const MEL_RANGE_HZ: (f32, f32) = (40.0, 16_000.0);
/// Power of a band below which it counts as silent (-100 dB of full scale).
const SILENT_POWER: f32 = 1e-10;
/// Samples between the looked-at windows.
const STEP: usize = 882;

/// The sound of an eight: timbre, harmony and level of each of its beats.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EightFeatures {
    /// Mean mel-frequency cepstral coefficients 2 to 14 of each beat (natural logarithm of power, orthonormal
    /// transform). The first, the level, is left out.
    pub mfcc: [[f32; COEFFICIENTS]; BEATS_PER_EIGHT],
    /// Pitch classes of each beat from A upwards, a vector of unit length; zero for silence.
    pub chroma: [[f32; PITCHES]; BEATS_PER_EIGHT],
    /// Root mean square of each beat, dB relative to full scale, floor -80.
    pub rms_dbfs: [f32; BEATS_PER_EIGHT],
}

/// Beat-synchronous features of each eight (D. Ellis and G. Poliner, 2007, for beat-synchronous chroma; P. Davis
/// and S. Mermelstein, 1980, for the cepstrum).
///
/// `pcm` is mono at [`SAMPLE_RATE`] with finite samples; what an eight covers outside of it is silence.
///
/// ```
/// use eightcount_audio::{evaluation::songs, features};
/// let song = songs::song(1, 4, 2, false);
/// let sounds = features(&song.pcm, &song.eights);
/// let length = |chroma: [f32; 12]| chroma.iter().map(|x| x * x).sum::<f32>().sqrt();
/// assert!(sounds.iter().flat_map(|sound| sound.chroma).all(|chroma| (length(chroma) - 1.0).abs() < 1e-3));
/// ```
pub fn features(pcm: &[f32], eights: &[Eight]) -> Vec<EightFeatures> {
    let mut ear = Ear::new();
    eights.iter().map(|eight| ear.eight(pcm, eight)).collect()
}

struct Ear {
    stft: Stft,
    mels: FilterBank,
    chroma: ChromaBank,
    cosines: Vec<[f32; MELS]>,
}

impl Ear {
    fn new() -> Self {
        let scale = (2.0 / MELS as f32).sqrt();
        let cosine = |k: usize, m: usize| scale * (PI * k as f32 * (m as f32 + 0.5) / MELS as f32).cos();
        let cosines = (1..=COEFFICIENTS).map(|k| std::array::from_fn(|m| cosine(k, m))).collect();
        Self { stft: Stft::new(), mels: mel_bank(), chroma: ChromaBank::new(), cosines }
    }

    fn eight(&mut self, pcm: &[f32], eight: &Eight) -> EightFeatures {
        let mut features = EightFeatures {
            mfcc: [[0.0; COEFFICIENTS]; BEATS_PER_EIGHT],
            chroma: [[0.0; PITCHES]; BEATS_PER_EIGHT],
            rms_dbfs: [0.0; BEATS_PER_EIGHT],
        };
        for beat in 0..BEATS_PER_EIGHT {
            let [from, to] = [eight.beats[beat], eight.beats[beat + 1]].map(|t| sample(t, pcm));
            features.rms_dbfs[beat] = rms_dbfs(&pcm[from..to.max(from)]);
            (features.mfcc[beat], features.chroma[beat]) = self.beat(pcm, from, to);
        }
        features
    }

    /// Mean cepstrum and chroma of the samples `from..to`.
    fn beat(&mut self, pcm: &[f32], from: usize, to: usize) -> ([f32; COEFFICIENTS], [f32; PITCHES]) {
        let (mut mfcc, mut chroma) = ([0.0; COEFFICIENTS], [0.0; PITCHES]);
        let centres = (from + STEP / 2..to.max(from + STEP)).step_by(STEP);
        let count = centres.clone().count().max(1) as f32;
        for centre in centres {
            let magnitudes = self.stft.at(pcm, centre);
            add(&mut chroma, &self.chroma.apply(magnitudes), 1.0);
            let mut mels = [0.0; MELS];
            self.mels.apply(magnitudes, &mut mels);
            let log = mels.map(|m| (m * m).max(SILENT_POWER).ln());
            for (c, cosines) in mfcc.iter_mut().zip(&self.cosines) {
                *c += cosines.iter().zip(log).map(|(a, b)| a * b).sum::<f32>() / count;
            }
        }
        (mfcc, unit(chroma))
    }
}

fn sample(seconds: f64, pcm: &[f32]) -> usize {
    ((seconds.max(0.0) * f64::from(SAMPLE_RATE)).round() as usize).min(pcm.len())
}

fn add<const N: usize>(sum: &mut [f32; N], x: &[f32; N], weight: f32) {
    sum.iter_mut().zip(x).for_each(|(s, v)| *s += weight * v);
}

fn unit<const N: usize>(v: [f32; N]) -> [f32; N] {
    let length = v.iter().map(|x| x * x).sum::<f32>().sqrt();
    if length > 1e-9 { v.map(|x| x / length) } else { [0.0; N] }
}

fn mel_bank() -> FilterBank {
    let mel = |hz: f32| 2595.0 * (1.0 + hz / 700.0).log10();
    let hz = |mel: f32| 700.0 * (10f32.powf(mel / 2595.0) - 1.0);
    let (low, high) = (mel(MEL_RANGE_HZ.0), mel(MEL_RANGE_HZ.1));
    let step = (high - low) / (MELS + 1) as f32;
    let edges: Vec<f32> = (0..MELS + 2).map(|i| hz(low + step * i as f32)).collect();
    FilterBank::triangular(&edges)
}
