//! The terms of a candidate's score. Each gives 0 to 1, higher is better, and never NaN: numbers that are not
//! finite count as missing.

use eightcount_domain::{BEATS_PER_EIGHT, Bpm};

mod connection;
mod pose;
pub use connection::{Cut, connection};
pub(super) use connection::{Stand, unsure};
pub use pose::{facing_likeness, height_class, height_likeness, pose_distance};

/// The largest stretch, as the binary logarithm of 1.2.
pub const MOST_STRETCH_LOG2: f32 = 0.263_034_4;

/// A correlation or cosine, -1 to 1, as a term's value; 0.5 (no opinion) for NaN.
pub(super) fn as_value(correlation: f32) -> f32 {
    if correlation.is_nan() { 0.5 } else { f32::midpoint(correlation.clamp(-1.0, 1.0), 1.0) }
}

/// Likeness of two pieces of music: cosine of their feature vectors, mapped from -1..1 to 0..1. None when the
/// vectors differ in length, are empty, or have no direction (all zero, or not finite).
///
/// Symmetric. The [`Library`](super::Library) standardises both sides by its own steps first.
pub fn similarity(eight: &[f32], step: &[f32]) -> Option<f32> {
    if eight.len() != step.len() {
        return None;
    }
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
    let cosine = dot(eight, step) / (dot(eight, eight) * dot(step, step)).sqrt();
    cosine.is_finite().then(|| as_value(cosine as f32))
}

/// How well the movement follows the music: Pearson correlation of loudness and movement over the eight beats,
/// mapped from -1..1 to 0..1. Free of scale, so movements of different tiers compare. 0.5 (no opinion) when
/// either is constant or not finite. Symmetric.
pub fn energy(amplitude_dbfs: &[f32; BEATS_PER_EIGHT], movement: &[f32; BEATS_PER_EIGHT]) -> f32 {
    as_value(dot8(&shape(amplitude_dbfs), &shape(movement)))
}

/// The course of eight values: centred, of unit length; zeros for a constant or not finite input.
pub(super) fn shape(values: &[f32; BEATS_PER_EIGHT]) -> [f32; BEATS_PER_EIGHT] {
    let wide = values.map(f64::from);
    let mean = wide.iter().sum::<f64>() / wide.len() as f64;
    let centred = wide.map(|v| v - mean);
    let length = centred.iter().map(|v| v * v).sum::<f64>().sqrt();
    // Rounding leaves a constant input not quite constant.
    if length.is_finite() && length > 1e-6 * (1.0 + mean.abs()) {
        centred.map(|v| (v / length) as f32)
    } else {
        [0.0; BEATS_PER_EIGHT]
    }
}

pub(super) fn dot8(a: &[f32; BEATS_PER_EIGHT], b: &[f32; BEATS_PER_EIGHT]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// How well the liveliness of a step suits the place of an eight in its section: `1 - |intensity - vigour|`. A build-up
/// so asks for movement that grows from eight to eight, a break for a rest. None for numbers that are not finite.
/// Symmetric.
///
/// `intensity`: how loud the eight is among those of its section, from [`intensities`]. `vigour`: rank of the step's
/// mean movement among all steps measured alike. Both 0 to 1; values outside count as the nearest bound.
pub fn contour(intensity: f32, vigour: f32) -> Option<f32> {
    let value = 1.0 - (intensity.clamp(0.0, 1.0) - vigour.clamp(0.0, 1.0)).abs();
    value.is_finite().then_some(value)
}

/// How loud each eight is among those of its section, 0 to 1, a half for the mean: the mean level of its beats in
/// standard deviations (of at least 1.5 dB, so that a section without dynamics asks for none) through a logistic curve.
/// Levels that are not finite give a half. Empty for no eights.
pub fn intensities(amplitudes_dbfs: &[[f32; BEATS_PER_EIGHT]]) -> Vec<f32> {
    const LEAST_DEVIATION_DB: f32 = 1.5;
    /// Makes the logistic curve follow the normal distribution.
    const SLOPE: f32 = 1.702;
    let level = |beats: &[f32; BEATS_PER_EIGHT]| beats.iter().sum::<f32>() / BEATS_PER_EIGHT as f32;
    let levels: Vec<f32> = amplitudes_dbfs.iter().map(level).collect();
    let known: Vec<f32> = levels.iter().copied().filter(|l| l.is_finite()).collect();
    let count = known.len().max(1) as f32;
    let mean = known.iter().sum::<f32>() / count;
    let deviation = (known.iter().map(|l| (l - mean).powi(2)).sum::<f32>() / count).sqrt();
    let scale = SLOPE / deviation.max(LEAST_DEVIATION_DB);
    let intensity = |l: &f32| 1.0 / (1.0 + (scale * (mean - l)).exp());
    levels.iter().map(intensity).map(|i| if i.is_finite() { i } else { 0.5 }).collect()
}

/// How little a step must be stretched: `1 - |log2 s| / log2 1.2`, where `s` is the ratio of the tempi, halved
/// or doubled where that is nearer to 1 (a step may be danced in half or double time). None beyond 20 percent.
/// Symmetric.
pub fn tempo(eight: Bpm, step: Bpm) -> Option<f32> {
    let stretch = stretch_log2((eight.get() / step.get()).log2() as f32);
    (stretch <= MOST_STRETCH_LOG2).then(|| tempo_value(stretch))
}

/// The value for a stretch from [`stretch_log2`]; 0 beyond 20 percent.
pub(super) fn tempo_value(stretch: f32) -> f32 {
    (1.0 - stretch / MOST_STRETCH_LOG2).max(0.0)
}

/// The binary logarithm of the stretch, half and double time allowed, from that of the ratio of the tempi.
pub(super) fn stretch_log2(ratio_log2: f32) -> f32 {
    let distance = ratio_log2.abs();
    distance.min((distance - 1.0).abs())
}

/// How a step relates to what was danced to the eight's counterparts: eights of other phrases that sound like it, those
/// at its own place of the phrase where there are any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Return {
    /// Another step.
    Other,
    /// The same step, shown the same way round.
    Same,
    /// The same step, mirrored.
    Mirror {
        /// The phrase answers: one of the two phrases is a call (even), the other a response (odd).
        answers: bool,
    },
}

/// A repeated phrase wants its step back: 1 for the same step, 0.9 for its mirror image when the phrase
/// answers, 0.6 for its mirror image otherwise, 0 for any other step. Exists only where a counterpart has a
/// selection. After the choreography rules of `ChoreoMaster` (Chen et al., SIGGRAPH
/// 2021).
pub fn repeat(step: Return) -> f32 {
    match step {
        Return::Same => 1.0,
        Return::Mirror { answers: true } => 0.9,
        Return::Mirror { answers: false } => 0.6,
        Return::Other => 0.0,
    }
}

/// How new a step is to the choreography: 1 when neither it nor its performance was used; less the nearer the
/// last use. `step` and `performance` are the distances in eights (1 and up) to the nearest use of each. The
/// use of a step for a counterpart of the eight is a repetition, not a lack of novelty: leave it out.
///
/// A step used up to 8 eights away counts fully against it, then less; a performance half as much, halving
/// every two eights.
pub fn novelty(step: Option<u32>, performance: Option<u32>) -> f32 {
    let step = step.map_or(0.0, |d| 8.0 / d.max(8) as f32);
    let performance = performance.map_or(0.0, |d| 0.5 * (-0.5 * (d.max(1) - 1) as f32).exp2());
    1.0 - step.max(performance)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn bpm(v: f64) -> Bpm {
        Bpm::try_from(v).unwrap()
    }

    #[test]
    fn music_more_alike_is_more_similar() {
        let eight = [1.0, 0.0, 2.0];
        let like = |step: &[f32]| similarity(&eight, step).unwrap();
        assert!((like(&eight) - 1.0).abs() < 1e-6);
        assert!(like(&eight) > like(&[1.0, 0.5, 2.0]));
        assert!(like(&[1.0, 0.5, 2.0]) > like(&[1.0, 3.0, 0.0]));
        assert!(like(&[-1.0, 0.0, -2.0]) < 1e-6);
        assert_eq!(similarity(&eight, &[0.0; 3]), None);
        assert_eq!(similarity(&eight, &[1.0]), None);
        assert_eq!(similarity(&[], &[]), None);
    }

    #[test]
    fn movement_that_follows_the_music_has_more_energy() {
        let music = [-30.0, -12.0, -28.0, -10.0, -30.0, -12.0, -28.0, -6.0];
        let follows = [0.1, 0.6, 0.1, 0.7, 0.1, 0.6, 0.2, 0.9];
        let opposes = follows.map(|m| 1.0 - m);
        assert!(energy(&music, &follows) > 0.95);
        assert!(energy(&music, &opposes) < 0.05);
        assert!((energy(&music, &[0.4; 8]) - 0.5).abs() < 1e-6);
        assert!((energy(&[-80.0; 8], &follows) - 0.5).abs() < 1e-6);
        assert!((energy(&[f32::NAN; 8], &follows) - 0.5).abs() < 1e-6);
    }

    #[test]
    fn a_lively_step_suits_a_loud_eight() {
        let value = |intensity, vigour| contour(intensity, vigour).unwrap();
        assert!(value(0.9, 0.9) > value(0.9, 0.6) && value(0.9, 0.6) > value(0.9, 0.1));
        assert!(value(0.1, 0.1) > value(0.1, 0.9));
        assert_eq!(contour(f32::NAN, 0.5), None);
    }

    #[test]
    fn a_build_up_grows_and_evenness_asks_for_nothing() {
        let build_up = intensities(&[[-24.0; 8], [-18.0; 8], [-12.0; 8], [-6.0; 8]]);
        assert!(build_up.windows(2).all(|w| w[0] + 0.1 < w[1]), "{build_up:?}");
        let even = intensities(&[[-12.0; 8], [-12.2; 8], [-11.9; 8]]);
        assert!(even.iter().all(|i| (i - 0.5).abs() < 0.1), "{even:?}");
        assert_eq!(intensities(&[[f32::NAN; 8]]), [0.5]);
        assert!(intensities(&[]).is_empty());
    }

    #[test]
    fn less_stretch_is_better_and_twenty_percent_the_limit() {
        assert_eq!(tempo(bpm(120.0), bpm(120.0)), Some(1.0));
        assert!(tempo(bpm(120.0), bpm(115.0)) > tempo(bpm(120.0), bpm(105.0)));
        assert!(tempo(bpm(120.0), bpm(101.0)).is_some());
        assert_eq!(tempo(bpm(120.0), bpm(99.0)), None);
        assert_eq!(tempo(bpm(120.0), bpm(60.0)), Some(1.0), "half time");
        assert_eq!(tempo(bpm(70.0), bpm(140.0)), Some(1.0), "double time");
    }

    #[test]
    fn a_phrase_wants_its_step_back_before_its_mirror() {
        let order = [
            Return::Same,
            Return::Mirror { answers: true },
            Return::Mirror { answers: false },
            Return::Other,
        ]
        .map(repeat);
        assert!(order.windows(2).all(|w| w[0] > w[1]), "{order:?}");
    }

    #[test]
    fn what_was_not_used_lately_is_newer() {
        assert!((novelty(None, None) - 1.0).abs() < 1e-6);
        assert!(novelty(None, Some(6)) > novelty(None, Some(2)));
        assert!(novelty(None, Some(2)) > novelty(Some(2), Some(2)));
        assert!(novelty(Some(40), None) > novelty(Some(9), None));
        assert!(novelty(Some(1), Some(1)).abs() < 1e-6);
    }

    proptest! {
        #[test]
        fn terms_stay_in_bounds_and_are_symmetric(
            a in prop::array::uniform8(prop::num::f32::ANY),
            b in prop::array::uniform8(prop::num::f32::ANY),
            s in 20.0..400.0_f64,
            t in 20.0..400.0_f64,
            near in prop::option::of(any::<u32>()),
            far in prop::option::of(any::<u32>()),
        ) {
            prop_assert!((0.0..=1.0).contains(&energy(&a, &b)));
            prop_assert!((energy(&a, &b) - energy(&b, &a)).abs() < 1e-6);
            let (ab, ba) = (similarity(&a, &b), similarity(&b, &a));
            prop_assert_eq!(ab.is_some(), ba.is_some());
            prop_assert!(ab.is_none_or(|v| (0.0..=1.0).contains(&v)));
            let (st, ts) = (tempo(bpm(s), bpm(t)), tempo(bpm(t), bpm(s)));
            prop_assert!(st.is_none_or(|v| (0.0..=1.0).contains(&v)));
            if let (Some(st), Some(ts)) = (st, ts) {
                prop_assert!((st - ts).abs() < 1e-4);
            }
            prop_assert!((0.0..=1.0).contains(&novelty(near, far)));
            prop_assert!(contour(a[0], b[0]).is_none_or(|v| (0.0..=1.0).contains(&v)));
            prop_assert_eq!(contour(a[0], b[0]), contour(b[0], a[0]));
            prop_assert!(intensities(&[a, b, a]).iter().all(|v| (0.0..=1.0).contains(v)));
        }
    }
}
