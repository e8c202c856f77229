//! aubio's ears: an independent witness of onsets and tempo.
//!
//! aubio (P. Brossier, "Automatic annotation of musical audio for interactive applications", 2006) follows the
//! tempo without knowing the whole song. Its beats are worse than ours, but it errs differently. A witness need not
//! hear everything: it listens to an eighth of the samples, up to 2.5 kHz, in a fraction of the time.

use crate::{SAMPLE_RATE, spectrum::dot};
use aubio_rs::{Onset, OnsetMode, Tempo};
use std::f32::consts::PI;

/// One sample in so many is listened to.
const DECIMATION: usize = 8;
/// Samples per second that are listened to.
const RATE: u32 = SAMPLE_RATE / DECIMATION as u32;
/// Samples of these per analysis window and step: 23 and 12 ms.
const WINDOW: usize = 128;
const HOP: usize = 64;
/// Samples of the low pass before decimation, and where it cuts as a share of [`RATE`].
const TAPS: usize = 128;
const CUT: f32 = 0.45;

/// The tempo aubio hears, in beats per minute: that of the median interval between its beats. None when it finds
/// fewer than eight beats. Samples must be finite.
///
/// ```
/// let clip = eightcount_audio::evaluation::synth::clicks(120.0, 20.0);
/// assert!(eightcount_audio::aubio_tempo_bpm(&clip.pcm).is_some_and(|bpm| (bpm - 120.0).abs() < 3.0));
/// assert_eq!(eightcount_audio::aubio_tempo_bpm(&[0.0; 44_100]), None);
/// ```
pub fn aubio_tempo_bpm(pcm: &[f32]) -> Option<f64> {
    let mut beats = Beats::new()?;
    for_each_hop(pcm, |hop| beats.feed(hop));
    beats.tempo_bpm()
}

/// The onsets aubio hears, seconds from the first sample, ascending. Samples must be finite.
///
/// ```
/// let clip = eightcount_audio::evaluation::synth::clicks(120.0, 10.0);
/// let onsets = eightcount_audio::aubio_onsets(&clip.pcm);
/// assert!(onsets.iter().any(|onset| (onset - clip.beats[4]).abs() < 0.03));
/// ```
pub fn aubio_onsets(pcm: &[f32]) -> Vec<f64> {
    let Some(mut onsets) = Onsets::new() else { return Vec::new() };
    for_each_hop(pcm, |hop| onsets.feed(hop));
    onsets.times
}

/// The tempo and the onsets at once: what both listen to is made once.
pub(crate) fn witnesses(pcm: &[f32]) -> (Option<f64>, Vec<f64>) {
    let (mut beats, mut onsets) = (Beats::new(), Onsets::new());
    for_each_hop(pcm, |hop| {
        if let Some(beats) = &mut beats {
            beats.feed(hop);
        }
        if let Some(onsets) = &mut onsets {
            onsets.feed(hop);
        }
    });
    (beats.and_then(Beats::tempo_bpm), onsets.map_or_else(Vec::new, |onsets| onsets.times))
}

/// aubio's beats, as they come.
struct Beats {
    tracker: Tempo,
    times: Vec<f64>,
}

impl Beats {
    fn new() -> Option<Self> {
        let tracker = Tempo::new(OnsetMode::SpecFlux, WINDOW, HOP, RATE).ok()?;
        Some(Self { tracker, times: Vec::new() })
    }

    fn feed(&mut self, hop: &[f32]) {
        if self.tracker.do_result(hop).is_ok_and(|beat| beat > 0.0) {
            self.times.push(self.tracker.get_last() as f64 / f64::from(RATE));
        }
    }

    fn tempo_bpm(self) -> Option<f64> {
        let mut intervals: Vec<f64> =
            self.times.windows(2).map(|w| w[1] - w[0]).filter(|&d| d > 0.0).collect();
        if intervals.len() < 7 {
            return None;
        }
        let middle = intervals.len() / 2;
        let median = *intervals.select_nth_unstable_by(middle, f64::total_cmp).1;
        Some(60.0 / median).filter(|bpm| bpm.is_finite())
    }
}

/// aubio's onsets, as they come.
struct Onsets {
    detector: Onset,
    times: Vec<f64>,
}

impl Onsets {
    fn new() -> Option<Self> {
        let detector = Onset::new(OnsetMode::SpecFlux, WINDOW, HOP, RATE).ok()?;
        Some(Self { detector, times: Vec::new() })
    }

    fn feed(&mut self, hop: &[f32]) {
        if self.detector.do_result(hop).is_ok_and(|onset| onset > 0.0) {
            self.times.push(self.detector.get_last() as f64 / f64::from(RATE));
        }
    }
}

/// What these onsets say for beats and against their off-beats: the share of the beats that have an onset within
/// 50 ms, less the share of the middles between beats that have one. -1 (off-beats) to 1 (beats); 0 without beats.
pub(crate) fn phase_witness(onsets: &[f64], beats: &[f64]) -> f32 {
    const NEAR_S: f64 = 0.05;
    let heard = |time: f64| {
        let next = onsets.partition_point(|onset| *onset < time - NEAR_S);
        onsets.get(next).is_some_and(|onset| *onset <= time + NEAR_S)
    };
    let share = |on: usize, of: usize| on as f32 / of.max(1) as f32;
    let on_beats = beats.iter().filter(|time| heard(**time)).count();
    let middles = beats.windows(2).filter(|pair| heard(f64::midpoint(pair[0], pair[1]))).count();
    share(on_beats, beats.len()) - share(middles, beats.len().saturating_sub(1))
}

/// Feeds whole hops of every [`DECIMATION`]-th sample; the last one is filled up with silence.
fn for_each_hop(pcm: &[f32], mut feed: impl FnMut(&[f32])) {
    let filter = low_pass();
    let mut hop = [0.0; HOP];
    for first in (0..pcm.len()).step_by(DECIMATION * HOP) {
        for (place, sample) in hop.iter_mut().enumerate() {
            *sample = around(pcm, first + place * DECIMATION, &filter);
        }
        feed(&hop);
    }
}

/// The filtered sample at `centre`; the outside of the audio is silence.
fn around(pcm: &[f32], centre: usize, filter: &[f32; TAPS]) -> f32 {
    let skip = (TAPS / 2).saturating_sub(centre);
    let from = centre.saturating_sub(TAPS / 2).min(pcm.len());
    dot(&filter[skip..], &pcm[from..(centre + TAPS / 2).min(pcm.len())])
}

/// A windowed sinc of unit sum.
fn low_pass() -> [f32; TAPS] {
    let tap = |i: usize| {
        let x = i as f32 - TAPS as f32 / 2.0;
        let angle = 2.0 * PI * CUT / DECIMATION as f32 * x;
        let sinc = if x == 0.0 { 1.0 } else { angle.sin() / angle };
        sinc * (0.5 - 0.5 * (2.0 * PI * i as f32 / TAPS as f32).cos())
    };
    let taps: [f32; TAPS] = std::array::from_fn(tap);
    let sum: f32 = taps.iter().sum();
    taps.map(|tap| tap / sum)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::synth;

    #[test]
    fn aubio_hears_a_steady_rock_beat() {
        let clip = synth::rock(120.0, 30.0);
        let bpm = aubio_tempo_bpm(&clip.pcm).unwrap_or(0.0);
        let octave = (bpm / 120.0).log2();
        assert!((octave - octave.round()).abs() < 0.05, "{bpm}");
    }

    #[test]
    fn aubio_onsets_lie_on_clicks() {
        let clip = synth::clicks(100.0, 20.0);
        let onsets = aubio_onsets(&clip.pcm);
        let near = |t: &&f64| onsets.iter().any(|o| (o - **t).abs() < 0.03);
        assert!(clip.beats.iter().filter(near).count() * 10 >= clip.beats.len() * 9);
    }

    #[test]
    fn onsets_speak_for_beats_and_against_off_beats() {
        let clip = synth::clicks(100.0, 20.0);
        let onsets = aubio_onsets(&clip.pcm);
        let off: Vec<f64> = clip.beats.iter().map(|beat| beat + 0.3).collect();
        assert!(phase_witness(&onsets, &clip.beats) > 0.8);
        assert!(phase_witness(&onsets, &off) < -0.8);
        assert!(phase_witness(&[], &clip.beats).abs() < f32::EPSILON);
        assert!(phase_witness(&onsets, &[]).abs() < f32::EPSILON);
    }

    #[test]
    fn nothing_is_heard_in_nothing() {
        assert_eq!(aubio_tempo_bpm(&[]), None);
        assert_eq!(aubio_tempo_bpm(&[0.0; 100]), None);
        assert!(aubio_onsets(&vec![0.0; 5_000]).is_empty());
    }
}
