//! The field's metrics, by the definitions of `mir_eval`.
//!
//! C. Raffel et al., "`mir_eval`: a transparent implementation of common MIR metrics", ISMIR 2014; the beat metrics
//! are those of M. Davies, N. Degara and M. Plumbley, "Evaluation methods for musical audio beat tracking
//! algorithms", 2009. Times are seconds, ascending.

/// Largest error of a beat that counts as found, seconds.
const F_WINDOW_S: f64 = 0.07;
/// Largest error of a beat, as a share of the interval, that continues a correct run.
const CONTINUITY_SHARE: f64 = 0.175;

/// Continuity of correct beats, each 0 to 1: the longest run (`c`) and all runs (`t`), at the annotated level
/// (`cml`) and allowing half, double and off-beat (`aml`).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Continuity {
    /// Longest run at the annotated level.
    pub cml_c: f64,
    /// All runs at the annotated level.
    pub cml_t: f64,
    /// Longest run at any allowed level.
    pub aml_c: f64,
    /// All runs at any allowed level.
    pub aml_t: f64,
}

/// The beats at or after `start`.
///
/// ```
/// assert_eq!(eightcount_audio::evaluation::metrics::trim(&[1.0, 2.0, 3.0], 2.0), [2.0, 3.0]);
/// ```
pub fn trim(beats: &[f64], start: f64) -> Vec<f64> {
    beats.iter().copied().filter(|&t| t >= start).collect()
}

/// F-measure of beats within ±70 ms, 0 to 1; each beat matches at most one. 0 when either list is empty.
///
/// ```
/// let found = [1.05, 2.0, 2.5];
/// assert!((eightcount_audio::evaluation::metrics::f_measure(&[1.0, 2.0, 3.0], &found) - 2.0 / 3.0).abs() < 1e-9);
/// ```
pub fn f_measure(truth: &[f64], found: &[f64]) -> f64 {
    let (mut i, mut j, mut hits) = (0, 0, 0usize);
    // For equal windows on a line the greedy matching in order is a largest one.
    while i < truth.len() && j < found.len() {
        // Compared as the reference does, so that errors of exactly 70 ms round the same way.
        if truth[i] > found[j] + F_WINDOW_S {
            j += 1;
        } else if truth[i] < found[j] - F_WINDOW_S {
            i += 1;
        } else {
            (i, j, hits) = (i + 1, j + 1, hits + 1);
        }
    }
    let all = truth.len() + found.len();
    if hits == 0 { 0.0 } else { 2.0 * hits as f64 / all as f64 }
}

/// Continuity metrics. All zero when either list has fewer than two beats.
///
/// ```
/// use eightcount_audio::evaluation::metrics::continuity;
/// let truth: Vec<f64> = (0..20).map(|i| f64::from(i) * 0.5).collect();
/// let double: Vec<f64> = (0..39).map(|i| f64::from(i) * 0.25).collect();
/// let found = continuity(&truth, &double);
/// assert!(found.cml_t < 0.1 && found.aml_t > 0.9);
/// ```
pub fn continuity(truth: &[f64], found: &[f64]) -> Continuity {
    if truth.len() < 2 || found.len() < 2 {
        return Continuity::default();
    }
    let halfway: Vec<f64> = truth.windows(2).map(|w| f64::midpoint(w[0], w[1])).collect();
    let mut double: Vec<f64> = truth.iter().chain(&halfway).copied().collect();
    double.sort_by(f64::total_cmp);
    let every_second = |skip: usize| truth.iter().copied().skip(skip).step_by(2).collect::<Vec<f64>>();
    let own = runs(truth, found);
    let others = [halfway, double, every_second(0), every_second(1)].map(|t| runs(&t, found));
    let largest = |pick: fn(&(f64, f64)) -> f64| others.iter().map(pick).fold(pick(&own), f64::max);
    Continuity { cml_c: own.0, cml_t: own.1, aml_c: largest(|r| r.0), aml_t: largest(|r| r.1) }
}

/// Share of the longest run of correct beats, and of all correct beats.
fn runs(truth: &[f64], found: &[f64]) -> (f64, f64) {
    if truth.len() < 2 {
        return (0.0, 0.0);
    }
    let mut used = vec![false; truth.len()];
    let (mut longest, mut run, mut total) = (0usize, 0usize, 0usize);
    for m in 0..found.len() {
        let nearest = nearest(truth, found[m]);
        let first = m == 0 || nearest == 0;
        let ok = !used[nearest] && correct(truth, found, nearest, m, first);
        if ok {
            used[nearest] = true;
            run += 1;
            total += 1;
        } else {
            run = 0;
        }
        longest = longest.max(run);
    }
    let length = truth.len().max(found.len()) as f64;
    (longest as f64 / length, total as f64 / length)
}

/// Beat `m` is near beat `nearest`, and so are the intervals before them (after them, for a first beat).
fn correct(truth: &[f64], found: &[f64], nearest: usize, m: usize, first: bool) -> bool {
    let interval = |beats: &[f64], i: usize| {
        let (a, b) = if first { (i, i + 1) } else { (i - 1, i) };
        beats.get(b).map(|t| t - beats[a])
    };
    let (Some(true_interval), Some(interval)) = (interval(truth, nearest), interval(found, m)) else {
        return false;
    };
    if true_interval <= 0.0 {
        return false;
    }
    let phase = ((found[m] - truth[nearest]) / true_interval).abs();
    let period = (1.0 - interval / true_interval).abs();
    phase < CONTINUITY_SHARE && period < CONTINUITY_SHARE
}

fn nearest(truth: &[f64], t: f64) -> usize {
    let after = truth.partition_point(|&x| x < t);
    match after {
        0 => 0,
        i if i == truth.len() => i - 1,
        i if t - truth[i - 1] <= truth[i] - t => i - 1,
        i => i,
    }
}

/// The tempo of beats, per minute: of their median interval. None for fewer than two.
///
/// ```
/// assert_eq!(eightcount_audio::evaluation::metrics::tempo_bpm(&[0.0, 0.5, 1.0, 1.4]), Some(120.0));
/// ```
pub fn tempo_bpm(beats: &[f64]) -> Option<f64> {
    let mut intervals: Vec<f64> = beats.windows(2).map(|w| w[1] - w[0]).collect();
    median(&mut intervals).map(|interval| 60.0 / interval)
}

/// Largest error of a tempo that is right, as a share of the true one.
const TEMPO_SHARE: f64 = 0.04;
/// Ratios of a found tempo to the true one that the second accuracy allows.
const TEMPO_RATIOS: [f64; 5] = [1.0, 2.0, 3.0, 1.0 / 2.0, 1.0 / 3.0];

/// Whether a tempo is right (within 4 %), and whether it is right up to a factor of two or three: accuracies 1 and 2
/// of F. Gouyon et al., "An experimental comparison of audio tempo induction algorithms", 2006. Tempi in beats per
/// minute, above 0.
///
/// ```
/// use eightcount_audio::evaluation::metrics::tempo_accuracy;
/// assert_eq!(tempo_accuracy(120.0, 121.0), [true, true]);
/// assert_eq!(tempo_accuracy(120.0, 60.5), [false, true]);
/// ```
pub fn tempo_accuracy(truth: f64, found: f64) -> [bool; 2] {
    let near = |ratio: f64| (found / (truth * ratio) - 1.0).abs() <= TEMPO_SHARE;
    [near(1.0), TEMPO_RATIOS.into_iter().any(near)]
}

/// Share of the found times that lie within ±70 ms of a true one, 0 to 1; 0 when either list is empty.
///
/// ```
/// assert_eq!(eightcount_audio::evaluation::metrics::near_share(&[0.0, 4.0, 8.0], &[0.05, 2.0]), 0.5);
/// ```
pub fn near_share(truth: &[f64], found: &[f64]) -> f64 {
    if truth.is_empty() || found.is_empty() {
        return 0.0;
    }
    let near = found.iter().filter(|&&t| (t - truth[nearest(truth, t)]).abs() <= F_WINDOW_S);
    near.count() as f64 / found.len() as f64
}

/// Median error in seconds of the found beats that match a true one within ±70 ms; positive is late.
///
/// ```
/// let late = eightcount_audio::evaluation::metrics::median_offset(&[1.0, 2.0, 3.0], &[1.01, 2.01, 3.02, 3.5]);
/// assert!(late.is_some_and(|late| (late - 0.01).abs() < 1e-9));
/// ```
pub fn median_offset(truth: &[f64], found: &[f64]) -> Option<f64> {
    if truth.is_empty() {
        return None;
    }
    let errors = found.iter().map(|&t| t - truth[nearest(truth, t)]);
    median(&mut errors.filter(|e| e.abs() <= F_WINDOW_S).collect::<Vec<f64>>())
}

/// The middle value (upper of two); none for none.
///
/// ```
/// assert_eq!(eightcount_audio::evaluation::metrics::median(&mut [3.0, 1.0, 2.0]), Some(2.0));
/// ```
pub fn median(values: &mut [f64]) -> Option<f64> {
    let middle = values.len() / 2;
    (!values.is_empty()).then(|| *values.select_nth_unstable_by(middle, f64::total_cmp).1)
}

/// F-measure over pairs of items: two that share a label in both labellings are a hit. 0 to 1.
///
/// ```
/// use eightcount_audio::evaluation::metrics::pairwise_f;
/// assert_eq!(pairwise_f(&["A", "A", "B"], &[7, 7, 9]), 1.0);
/// assert_eq!(pairwise_f(&["A", "A", "B", "B"], &[1, 1, 1, 1]), 0.5);
/// ```
pub fn pairwise_f<A: PartialEq, B: PartialEq>(truth: &[A], found: &[B]) -> f64 {
    let (mut both, mut either) = (0usize, 0usize);
    let n = truth.len().min(found.len());
    for i in 0..n {
        for j in i + 1..n {
            let (t, f) = (truth[i] == truth[j], found[i] == found[j]);
            both += usize::from(t && f);
            either += usize::from(t) + usize::from(f);
        }
    }
    if either == 0 { 1.0 } else { 2.0 * both as f64 / either as f64 }
}

/// V-measure: harmonic mean of homogeneity and completeness (A. Rosenberg and J. Hirschberg, 2007). 0 to 1.
///
/// ```
/// use eightcount_audio::evaluation::metrics::v_measure;
/// assert!((v_measure(&[0, 0, 1, 1], &[1, 1, 0, 0]) - 1.0).abs() < 1e-9);
/// assert!(v_measure(&[0, 0, 1, 1], &[0, 0, 0, 0]).abs() < 1e-9);
/// ```
pub fn v_measure(truth: &[usize], found: &[usize]) -> f64 {
    let n = truth.len().min(found.len());
    let (truth, found) = (&truth[..n], &found[..n]);
    let joint: Vec<(usize, usize)> = truth.iter().copied().zip(found.iter().copied()).collect();
    let (h_truth, h_found, h_joint) = (entropy(truth), entropy(found), entropy(&joint));
    let shared = h_truth + h_found - h_joint;
    let homogeneity = if h_truth > 0.0 { shared / h_truth } else { 1.0 };
    let completeness = if h_found > 0.0 { shared / h_found } else { 1.0 };
    let sum = homogeneity + completeness;
    if sum > 0.0 { 2.0 * homogeneity * completeness / sum } else { 0.0 }
}

fn entropy<T: Ord + Clone>(labels: &[T]) -> f64 {
    let mut sorted = labels.to_vec();
    sorted.sort();
    let n = labels.len() as f64;
    let share = |run: &[T]| run.len() as f64 / n;
    sorted.chunk_by(PartialEq::eq).map(share).map(|p| -p * p.ln()).sum()
}
