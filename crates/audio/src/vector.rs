//! One vector per eight, comparable across songs.

use crate::{
    features::{COEFFICIENTS, EightFeatures},
    spectrum::PITCHES,
};
use eightcount_domain::{BEATS_PER_EIGHT, FeatureVector};
use std::f32::consts::TAU;

/// Intervals looked at in the harmony: Fourier coefficients 1 to 6 of the chroma.
const INTERVALS: usize = 6;
/// Numbers in a vector.
pub(crate) const LENGTH: usize = 2 * COEFFICIENTS + INTERVALS + BEATS_PER_EIGHT;

/// What music sounds like on average, and how much eights differ: (centre, spread) of the mean of each cepstral
/// coefficient over an eight, of its change from beat to beat, of the strength of each interval, and the spread
/// of a beat's level around its eight's. Measured once on recordings and renderings of 672 eights and
/// fixed since: vectors that were stored stay comparable.
const TIMBRE: [(f32, f32); COEFFICIENTS] = [
    (21.58, 4.72),
    (-1.87, 3.70),
    (4.45, 1.91),
    (0.31, 1.52),
    (1.61, 1.18),
    (-0.38, 1.05),
    (0.89, 0.75),
    (-0.23, 0.65),
    (0.66, 0.61),
    (0.24, 0.63),
    (0.16, 0.62),
    (0.17, 0.58),
    (-0.03, 0.49),
];
const TIMBRE_CHANGE: [(f32, f32); COEFFICIENTS] = [
    (2.34, 1.47),
    (1.22, 0.82),
    (0.88, 0.56),
    (0.73, 0.45),
    (0.62, 0.38),
    (0.46, 0.25),
    (0.44, 0.27),
    (0.45, 0.30),
    (0.45, 0.36),
    (0.43, 0.37),
    (0.44, 0.31),
    (0.38, 0.24),
    (0.38, 0.28),
];
const INTERVAL: [(f32, f32); INTERVALS] =
    [(0.31, 0.08), (0.17, 0.08), (0.24, 0.09), (0.15, 0.05), (0.45, 0.11), (0.14, 0.06)];
const LEVEL_SPREAD_DB: f32 = 1.4;
/// No value counts for more than this many spreads: one odd number must not decide a cosine.
const LIMIT: f32 = 3.0;

impl EightFeatures {
    /// The eight as one vector of [`LENGTH`] numbers, each between -3 and 3 and about 0 for average music, so that
    /// the cosine of two vectors is about 0 for unrelated eights and 1 for the same: mean timbre, change of timbre
    /// from beat to beat, strength of intervals (C. Harte et al., 2006; the same in every key), and the levels of
    /// the beats around their mean. Silence gives zeros in the parts that silence has none of.
    ///
    /// ```
    /// use eightcount_audio::{evaluation::songs, features};
    /// let song = songs::song(1, 4, 2, false);
    /// let vectors: Vec<_> = features(&song.pcm, &song.eights).iter().map(|sound| sound.vector().0).collect();
    /// assert!(vectors.iter().flatten().all(|number| number.abs() <= 3.0));
    /// ```
    pub fn vector(&self) -> FeatureVector {
        let mut values = Vec::with_capacity(LENGTH);
        let scaled = |x: f32, (centre, spread): (f32, f32)| ((x - centre) / spread).clamp(-LIMIT, LIMIT);
        let (mean, change) = timbre(&self.mfcc);
        values.extend(mean.into_iter().zip(TIMBRE).map(|(x, c)| scaled(x, c)));
        values.extend(change.into_iter().zip(TIMBRE_CHANGE).map(|(x, c)| scaled(x, c)));
        values.extend(intervals(&self.chroma).into_iter().zip(INTERVAL).map(|(x, c)| scaled(x, c)));
        let level = self.rms_dbfs.iter().sum::<f32>() / BEATS_PER_EIGHT as f32;
        values.extend(self.rms_dbfs.map(|db| scaled(db, (level, LEVEL_SPREAD_DB))));
        FeatureVector(values)
    }
}

/// Mean of each coefficient, and the mean size of its step from one beat to the next.
fn timbre(mfcc: &[[f32; COEFFICIENTS]; BEATS_PER_EIGHT]) -> ([f32; COEFFICIENTS], [f32; COEFFICIENTS]) {
    let mean = |c: usize| mfcc.iter().map(|beat| beat[c]).sum::<f32>() / BEATS_PER_EIGHT as f32;
    let change = |c: usize| {
        mfcc.windows(2).map(|w| (w[1][c] - w[0][c]).abs()).sum::<f32>() / (BEATS_PER_EIGHT - 1) as f32
    };
    (std::array::from_fn(mean), std::array::from_fn(change))
}

/// Mean magnitude of Fourier coefficients 1 to 6 of the chroma: how strong semitones, whole tones, thirds, fourths
/// and tritones are, whatever the key.
fn intervals(chroma: &[[f32; PITCHES]; BEATS_PER_EIGHT]) -> [f32; INTERVALS] {
    let magnitude = |beat: &[f32; PITCHES], k: usize| {
        let angle = |p: usize| TAU * (k * p % PITCHES) as f32 / PITCHES as f32;
        let (re, im) = beat
            .iter()
            .enumerate()
            .fold((0.0, 0.0), |(re, im), (p, x)| (re + x * angle(p).cos(), im + x * angle(p).sin()));
        re.hypot(im)
    };
    std::array::from_fn(|i| chroma.iter().map(|b| magnitude(b, i + 1)).sum::<f32>() / BEATS_PER_EIGHT as f32)
}

#[cfg(test)]
mod tests {
    use crate::{evaluation::songs, features};

    fn cosine(a: &[f32], b: &[f32]) -> f32 {
        let dot = |x: &[f32], y: &[f32]| x.iter().zip(y).map(|(p, q)| p * q).sum::<f32>();
        dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
    }

    #[test]
    fn eights_of_one_kind_are_nearer_than_eights_of_two() {
        let song = songs::song(100, 12, 3, false);
        let vectors: Vec<_> = features(&song.pcm, &song.eights).iter().map(|f| f.vector().0).collect();
        assert!(vectors.iter().all(|v| v.len() == super::LENGTH));
        let (mut same, mut other) = (Vec::new(), Vec::new());
        for i in 0..12 {
            for j in 0..i {
                let likeness = cosine(&vectors[i], &vectors[j]);
                if song.labels[i] == song.labels[j] { same.push(likeness) } else { other.push(likeness) }
            }
        }
        let mean = |v: &[f32]| v.iter().sum::<f32>() / v.len() as f32;
        assert!(mean(&same) > mean(&other) + 0.2, "{} against {}", mean(&same), mean(&other));
    }
}
