//! Music played to a click: one period and one phase for the whole song.
//!
//! A path that may bend is drawn off the beat by a syncopated passage and does not always come back. Where the
//! tempo is constant, the period can be measured to a few parts in a million from the phase that the onsets keep
//! over the whole song, and no passage can draw such a grid away.

use crate::{
    spectrum::FRAMES_PER_SECOND,
    timing::{FLUX_LATE_S, TimedBeat},
};
use realfft::{RealFftPlanner, num_complex::Complex};
use std::f64::consts::TAU;

/// Peaks of the spectrum nearer to each other than this share are one.
const APART: f64 = 0.03;
/// Resolution of the search: over the whole song the grid moves by this share of a beat from one try to the next.
const STEP: f64 = 0.1;
/// Finest resolution that is worth the while, as a share of the tempo.
const FINEST: f64 = 1e-5;
/// Onsets weaker than this are not measured.
const ONSET: f32 = 0.2;
/// An onset this far from a beat says nothing about when it was played, seconds.
const NEAR_S: f64 = 0.04;
/// Beats on either side over which slow drift is taken out.
const DRIFT_BEATS: usize = 16;

/// An onset: frame (with a fraction) and strength.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Onset {
    frame: f64,
    strength: f64,
}

/// The local maxima of a pulse.
pub(crate) fn onsets(pulse: &[f32]) -> Vec<Onset> {
    let peak = |(i, w): (usize, &[f32])| {
        let [before, at, after] = [w[0], w[1], w[2]];
        if at < ONSET || at <= before || at < after {
            return None;
        }
        let bend = before - 2.0 * at + after;
        let shift = if bend < 0.0 { 0.5 * (before - after) / bend } else { 0.0 };
        Some(Onset { frame: (i + 1) as f64 + f64::from(shift), strength: f64::from(at) })
    };
    pulse.windows(3).enumerate().filter_map(peak).collect()
}

/// The period, in frames, within a share of `search` of `guess` at which onsets repeat over the whole piece of `frames`
/// frames.
pub(crate) fn common_period(onsets: &[Onset], guess: f64, frames: usize, search: f64) -> f64 {
    let step = (STEP / frames.max(1) as f64).max(FINEST / guess);
    let tries = (search / guess / step).ceil() as i64;
    let slowest = 1.0 / guess - tries as f64 * step;
    let mut hands: Vec<Hand> = onsets.iter().map(|onset| Hand::new(onset, slowest, step)).collect();
    let mut best = (f64::NEG_INFINITY, guess);
    for k in -tries..=tries {
        let coherence = coherence(&mut hands);
        if coherence > best.0 {
            best = (coherence, 1.0 / (1.0 / guess + k as f64 * step));
        }
    }
    best.1
}

/// Where in the beat an onset lies, as the hand of a clock, which turns by the same angle from one tempo to the next:
/// a long piece has thousands of onsets and of tempi, and a product is cheaper than a sine.
struct Hand {
    at: Complex<f64>,
    turn: Complex<f64>,
    strength: f64,
}

impl Hand {
    /// At the first of some tempi (beats in a frame) that are `step` apart.
    fn new(onset: &Onset, first: f64, step: f64) -> Self {
        let angle = |tempo: f64| Complex::from_polar(1.0, TAU * (onset.frame * tempo).fract());
        Self { at: angle(first), turn: angle(step), strength: onset.strength }
    }
}

/// How much onsets agree on their place in the beat and in its half, since syncopation moves them from the one to the
/// other. Turns the hands on to the next tempo.
fn coherence(hands: &mut [Hand]) -> f64 {
    let (mut beat, mut half) = (Complex::new(0.0, 0.0), Complex::new(0.0, 0.0));
    for hand in hands {
        beat += hand.at * hand.strength;
        half += hand.at * hand.at * hand.strength;
        hand.at *= hand.turn;
    }
    beat.norm() + half.norm()
}

/// The `count` periods from `shortest` to `longest`, in frames, at which the pulse repeats most over the whole piece,
/// strongest first: the peaks of its spectrum, each with the half and the quarter of the period.
pub(crate) fn whole_periods(pulse: &[f32], [shortest, longest]: [f64; 2], count: usize) -> Vec<f64> {
    let size = (2 * pulse.len()).next_power_of_two().max(1024);
    let fft = RealFftPlanner::<f32>::new().plan_fft_forward(size);
    let (mut input, mut output) = (fft.make_input_vec(), fft.make_output_vec());
    let mean = pulse.iter().sum::<f32>() / pulse.len().max(1) as f32;
    input.iter_mut().zip(pulse).for_each(|(slot, x)| *slot = x - mean);
    if fft.process(&mut input, &mut output).is_err() {
        return Vec::new();
    }
    let magnitude = |bin: usize| {
        let near = bin.saturating_sub(1)..(bin + 2).min(output.len());
        output[near].iter().map(Complex::norm_sqr).fold(0.0, f32::max).sqrt()
    };
    let (low, high) = ((size as f64 / longest) as usize, (size as f64 / shortest).ceil() as usize);
    let mut peaks: Vec<(f32, f64)> = (low..=high)
        .map(|bin| ([1, 2, 4].map(|part| magnitude(part * bin)).iter().sum(), size as f64 / bin as f64))
        .collect();
    peaks.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut periods: Vec<f64> = Vec::new();
    for (_, period) in peaks {
        if periods.len() == count {
            break;
        }
        if periods.iter().all(|known| (known / period - 1.0).abs() > APART) {
            periods.push(period);
        }
    }
    periods
}

/// Beats of one period through the whole pulse, at the phase with the strongest onsets, corrected for slow drift.
/// `offset` is the frame at which the pulse starts.
pub(crate) fn grid(pulse: &[f32], onsets: &[Onset], period: f64, offset: usize) -> Vec<TimedBeat> {
    let at = |frame: f64| pulse.get(frame.round().max(0.0) as usize).copied().unwrap_or(0.0);
    let count = |phase: f64| ((pulse.len() as f64 - phase) / period).ceil().max(0.0) as usize;
    let strength = |phase: f64| (0..count(phase)).map(|k| at(phase + k as f64 * period)).sum::<f32>();
    let phases = (0..(2.0 * period) as usize).map(|i| i as f64 / 2.0);
    let scored = phases.map(|phase| (strength(phase), phase));
    let (_, phase) = scored.fold((f32::NEG_INFINITY, 0.0), |best, x| if x.0 > best.0 { x } else { best });
    let frames: Vec<f64> = (0..count(phase)).map(|k| phase + k as f64 * period).collect();
    let errors: Vec<(f64, f64)> = frames.iter().map(|&f| nearest_error(onsets, f)).collect();
    let beat = |(i, frame): (usize, &f64)| {
        let around = &errors[i.saturating_sub(DRIFT_BEATS)..(i + DRIFT_BEATS + 1).min(errors.len())];
        let weight: f64 = around.iter().map(|e| e.1).sum();
        let drift = around.iter().map(|e| e.0 * e.1).sum::<f64>() / weight.max(1.0);
        let time = (frame + drift + offset as f64) / FRAMES_PER_SECOND - FLUX_LATE_S;
        TimedBeat { time, strength: at(*frame) }
    };
    frames.iter().enumerate().map(beat).filter(|b| b.time >= 0.0).collect()
}

/// Distance to the nearest onset, in frames, and how much it counts; nothing when there is none near.
fn nearest_error(onsets: &[Onset], frame: f64) -> (f64, f64) {
    let after = onsets.partition_point(|o| o.frame < frame);
    let near = onsets[after.saturating_sub(1)..(after + 1).min(onsets.len())].iter();
    let errors =
        near.map(|o| (o.frame - frame, o.strength)).filter(|e| e.0.abs() < NEAR_S * FRAMES_PER_SECOND);
    errors.min_by(|a, b| a.0.abs().total_cmp(&b.0.abs())).unwrap_or((0.0, 0.0))
}
