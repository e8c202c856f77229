//! The first stages of [`hear`](crate::hear), each usable alone: to measure, to look at, to compare.

use crate::{flux::Flux, pulse, spectrum, spectrum::Spectrum};

/// Frames in a second of a pulse.
pub const FRAMES_PER_SECOND: f64 = spectrum::FRAMES_PER_SECOND;

/// How much sets in at each moment: the onset strength over low, middle and high bands, locally normalised, a value a
/// frame ([`FRAMES_PER_SECOND`] of them), about 0 to a few. Spectral flux with a maximum filter (S. Böck and G. Widmer,
/// "Maximum filter vibrato suppression for onset detection", 2013).
///
/// `pcm` is mono at [`SAMPLE_RATE`](crate::SAMPLE_RATE) with finite samples. Silence gives zeros, nothing gives nothing
/// or frames of silence.
///
/// ```
/// use eightcount_audio::{evaluation::synth, stages};
/// let clip = synth::clicks(120.0, 4.0);
/// let pulse = stages::pulse(&clip.pcm);
/// let near = |time: f64| (time * stages::FRAMES_PER_SECOND).round() as usize;
/// let around = |frame: usize| pulse[frame - 3..frame + 4].iter().copied().fold(0.0, f32::max);
/// assert!(around(near(clip.beats[2])) > 4.0 * around(near(clip.beats[2] + 0.25)));
/// ```
pub fn pulse(pcm: &[f32]) -> Vec<f32> {
    Flux::of(&mut Spectrum::of(pcm)).pulse()
}

/// The most likely beats under a pulse, seconds: the first of the readings that [`hear`](crate::hear) weighs against
/// each other. A hidden Markov model of tempo and place between beats (F. Krebs, S. Böck and G. Widmer, "An efficient
/// state-space model for joint tempo and meter tracking", 2015), solved by the algorithm of A. Viterbi (1967).
///
/// An empty pulse has no beats; a pulse of zeros has beats wherever the model likes them.
///
/// ```
/// use eightcount_audio::{evaluation::{metrics, synth}, stages};
/// let clip = synth::clicks(120.0, 12.0);
/// let beats = stages::beats(&stages::pulse(&clip.pcm));
/// assert!(metrics::f_measure(&clip.beats, &beats) > 0.8);
/// assert!(stages::beats(&[]).is_empty());
/// ```
pub fn beats(pulse: &[f32]) -> Vec<f64> {
    pulse::track(pulse).iter().map(|beat| beat.frame as f64 / FRAMES_PER_SECOND).collect()
}
