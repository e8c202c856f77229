//! Beats without music: where a dancer's movement stops.
//!
//! The same hidden Markov model that follows the onsets of music follows the stops of movement. How clear either is
//! is measured in one way, so that the better of the two can be used.

use crate::{pulse, spectrum::FRAMES_PER_SECOND};
use eightcount_domain::{BEATS_PER_EIGHT, BeatGrid, Bpm, Confidence};

/// Seconds around a moment by which the strength of an onset or a stop is judged.
const AROUND_S: f64 = 2.0;
/// Seconds by which a beat may miss the stop that it falls on: a frame or two of a video.
const MISS_S: f64 = 0.05;
/// A stop is at least so strong against the usual one.
const STOP: f32 = 0.1;
/// Share of the beats on which something must stop.
const DANCED: f32 = 0.4;
/// A beat from which a dance begins is this share of the usual one.
const BEGINS: f32 = 0.5;

/// The beats of a movement: `impact` says how suddenly it stops at each of `frames_per_second`, 0 and up, in any unit. The
/// eights start on the first strong beat. None where nothing moves for long enough.
///
/// ```
/// use eightcount_audio::movement_beats;
/// // Somebody who stops every half second.
/// let impact: Vec<f32> = (0..600).map(|i| if i % 15 == 7 { 1.0 } else { 0.0 }).collect();
/// let (grid, clear) = movement_beats(&impact, 30.0).expect("it has beats");
/// assert!((grid.tempo.get() - 120.0).abs() < 2.0 && clear > 0.5);
/// assert!(movement_beats(&[0.0; 600], 30.0).is_none());
/// ```
pub fn movement_beats(impact: &[f32], frames_per_second: f64) -> Option<(BeatGrid, f32)> {
    let stops = resampled(impact, frames_per_second);
    let pulse = levelled(&stops);
    if pulse.iter().all(|&v| v <= 0.0) {
        return None;
    }
    // A stop is as long as it takes to see it: its middle counts, not its beginning as with a sound.
    let beats: Vec<f64> = pulse::track(&pulse)
        .into_iter()
        .map(|beat| strongest(&pulse, beat.frame, beat.onset_frames()) as f64 / FRAMES_PER_SECOND)
        .collect();
    let beats = ascending(beats);
    let tempo = median_tempo(&beats)?;
    let stops = |beat: &&f64| near(&pulse, (**beat * FRAMES_PER_SECOND).round() as usize, MISS_S) > STOP;
    if (beats.iter().filter(stops).count() as f32) < DANCED * beats.len() as f32 {
        return None;
    }
    let clear = clarity(&pulse, &beats, MISS_S);
    let phase = first_strong(&pulse, &beats) % BEATS_PER_EIGHT;
    let metre = BEATS_PER_EIGHT / 2;
    let downbeats = (phase % metre..beats.len()).step_by(metre).map(|place| place as u32).collect();
    let confidence = Confidence { tempo_octave: 0.5, beat_phase: clear, bar_phase: 0.0 };
    Some((BeatGrid { beats, downbeats, tempo, metre: metre as u8, phase: phase as u8, confidence }, clear))
}

/// How much more a movement stops on given beats than anywhere: 0 to 1, as [`clarity`]. `impact` as in
/// [`movement_beats`], `beats` in seconds.
///
/// ```
/// use eightcount_audio::danced;
/// let impact: Vec<f32> = (0..600).map(|i| if i % 15 == 7 { 1.0 } else { 0.0 }).collect();
/// let beats = |late_s: f64| (0..38).map(|i| 0.25 + late_s + 0.5 * f64::from(i)).collect::<Vec<f64>>();
/// assert!(danced(&impact, 30.0, &beats(0.0)) > 0.5);
/// assert!(danced(&impact, 30.0, &beats(0.25)) < 0.1);
/// ```
pub fn danced(impact: &[f32], frames_per_second: f64, beats: &[f64]) -> f32 {
    clarity(&levelled(&resampled(impact, frames_per_second)), beats, MISS_S)
}

/// How much more happens on beats than anywhere: 0 (no more) to 1 (nothing happens elsewhere); a beat may
/// miss what it falls on by `miss_s` seconds. `pulse` is a value of 0
/// and up for each of [`stages::FRAMES_PER_SECOND`](crate::stages::FRAMES_PER_SECOND); 0 without beats or pulse.
///
/// ```
/// use eightcount_audio::{clarity, stages::FRAMES_PER_SECOND};
/// let every = (FRAMES_PER_SECOND / 2.0) as usize;
/// let pulse: Vec<f32> = (0..20 * every).map(|i| if i % every == 0 { 1.0 } else { 0.0 }).collect();
/// let beats: Vec<f64> = (0..20).map(|i| (i * every) as f64 / FRAMES_PER_SECOND).collect();
/// assert!(clarity(&pulse, &beats, 0.05) > 0.5);
/// assert_eq!(clarity(&pulse, &[], 0.05), 0.0);
/// ```
pub fn clarity(pulse: &[f32], beats: &[f64], miss_s: f64) -> f32 {
    let near = |frame: usize| near(pulse, frame, miss_s);
    let (Some(first), Some(last)) = (beats.first(), beats.last()) else { return 0.0 };
    let frame = |time: f64| (time.max(0.0) * FRAMES_PER_SECOND).round() as usize;
    let on = beats.iter().map(|&beat| near(frame(beat))).sum::<f32>() / beats.len() as f32;
    let span = frame(*first)..frame(*last).min(pulse.len());
    let anywhere = span.clone().map(near).sum::<f32>() / span.len().max(1) as f32;
    if on > anywhere { (on - anywhere) / (on + anywhere) } else { 0.0 }
}

/// The most that happens within some seconds of a frame.
fn near(pulse: &[f32], frame: usize, miss_s: f64) -> f32 {
    let reach = (miss_s.clamp(0.0, 1.0) * FRAMES_PER_SECOND).round() as usize;
    let from = frame.saturating_sub(reach).min(pulse.len());
    pulse[from..(frame + reach + 1).min(pulse.len())].iter().copied().fold(0.0, f32::max)
}

/// At the rate of a pulse, in between by interpolation.
fn resampled(values: &[f32], rate: f64) -> Vec<f32> {
    let count = (values.len() as f64 / rate * FRAMES_PER_SECOND) as usize;
    let at = |i: usize| {
        let place = i as f64 / FRAMES_PER_SECOND * rate;
        let (before, share) = (place.floor() as usize, place.fract() as f32);
        let value = |i: usize| values.get(i).copied().filter(|v| v.is_finite()).unwrap_or(0.0).max(0.0);
        value(before) + share * (value(before + 1) - value(before))
    };
    (0..count).map(at).collect()
}

/// Against what happens around, 0 to 1: small dancers and quiet passages count as much as others.
fn levelled(values: &[f32]) -> Vec<f32> {
    let reach = (AROUND_S * FRAMES_PER_SECOND) as usize;
    let mut sums = vec![0.0_f64];
    sums.extend(values.iter().scan(0.0_f64, |sum, &v| {
        *sum += f64::from(v);
        Some(*sum)
    }));
    let whole = sums[values.len()] / values.len().max(1) as f64;
    let level = |(i, &value): (usize, &f32)| {
        let (from, to) = (i.saturating_sub(reach), (i + reach).min(values.len()));
        let around = (sums[to] - sums[from]) / (to - from).max(1) as f64;
        // Where hardly anybody moves, nobody dances.
        let usual = 3.0 * around.max(0.2 * whole) as f32;
        if usual > 0.0 { (value / usual).min(1.0) } else { 0.0 }
    };
    values.iter().enumerate().map(level).collect()
}

fn strongest(pulse: &[f32], from: usize, frames: usize) -> usize {
    let range = from..(from + frames.max(1)).min(pulse.len()).max(from);
    range.max_by(|&a, &b| pulse[a].total_cmp(&pulse[b]).then(b.cmp(&a))).unwrap_or(from)
}

fn ascending(mut beats: Vec<f64>) -> Vec<f64> {
    beats.dedup_by(|later, earlier| *later <= *earlier);
    beats
}

fn first_strong(pulse: &[f32], beats: &[f64]) -> usize {
    let at = |&beat: &f64| pulse.get((beat * FRAMES_PER_SECOND).round() as usize).copied().unwrap_or(0.0);
    let mut strengths: Vec<f32> = beats.iter().map(at).collect();
    strengths.sort_by(f32::total_cmp);
    let usual = strengths.get(strengths.len() / 2).copied().unwrap_or(0.0);
    beats.iter().position(|beat| at(beat) >= BEGINS * usual).unwrap_or(0)
}

/// The median over whole eights, as far as there are so many: a single stop is placed no better than a frame.
fn median_tempo(beats: &[f64]) -> Option<Bpm> {
    let over = BEATS_PER_EIGHT.min(beats.len().saturating_sub(1));
    let mut spans: Vec<f64> = beats.windows(over + 1).map(|span| span[over] - span[0]).collect();
    let middle = spans.len() / 2;
    if over == 0 {
        return None;
    }
    Bpm::try_from(60.0 * over as f64 / *spans.select_nth_unstable_by(middle, f64::total_cmp).1).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Stops on `bpm` with a share of the beats missed and others between, by a linear congruence.
    fn impact(bpm: f64, noise: f32) -> Vec<f32> {
        let mut seed = 7_u32;
        let mut random = || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 8) as f32 / (1 << 24) as f32
        };
        let mut values: Vec<f32> = (0..1800).map(|_| noise * random() * random()).collect();
        for beat in 0..(60.0 * bpm / 60.0) as usize - 1 {
            let at = (0.4 + beat as f64 * 60.0 / bpm) * 30.0;
            let strength = if random() < 0.15 { 0.0 } else { 0.4 + 0.6 * random() };
            values[at.round() as usize] += strength;
            values[at.round() as usize + 1] += 0.5 * strength;
        }
        values
    }

    #[test]
    fn the_beats_of_a_dance_are_found() {
        for bpm in [90.0, 112.0, 128.0, 150.0] {
            let (grid, clear) = movement_beats(&impact(bpm, 0.2), 30.0).unwrap();
            assert!((grid.tempo.get() / bpm - 1.0).abs() < 0.03, "{bpm}: {}", grid.tempo.get());
            let on = |beat: &&f64| {
                let place = (**beat - 0.4) * bpm / 60.0;
                (place - place.round()).abs() * 60.0 / bpm < 0.07
            };
            let share = grid.beats.iter().filter(on).count() as f64 / grid.beats.len() as f64;
            assert!(share > 0.9 && clear > 0.25, "{bpm}: {share} {clear}");
        }
    }

    #[test]
    fn what_has_no_beat_is_less_clear() {
        let mut seed = 1_u32;
        let noise: Vec<f32> = (0..1800)
            .map(|_| {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                ((seed >> 8) as f32 / (1 << 24) as f32).powi(3)
            })
            .collect();
        let noise = movement_beats(&noise, 30.0).unwrap().1;
        let dance = movement_beats(&impact(120.0, 0.2), 30.0).unwrap().1;
        assert!(noise < 0.6 * dance, "{noise} {dance}");
    }

    #[test]
    fn strange_impacts_have_no_beats_and_no_faults() {
        let mut once = vec![0.0; 900];
        once[200..230].fill(1.0);
        assert!(movement_beats(&once, 30.0).is_none(), "a second of movement is no dance");
        for strange in [&[][..], &[1.0], &[f32::NAN; 300], &[f32::INFINITY; 300], &[-1.0; 300]] {
            assert!(
                movement_beats(strange, 30.0)
                    .is_none_or(|(grid, _)| grid.beats.iter().all(|b| b.is_finite()))
            );
        }
        assert!(clarity(&[], &[1.0, 2.0], 0.05) < 1e-6 && clarity(&[1.0; 300], &[], 0.05) < 1e-6);
    }
}
