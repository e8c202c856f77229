//! Amplitude against sounds whose loudness is known.
#![allow(clippy::unwrap_used)]

use eightcount_audio::{
    SAMPLE_RATE, amplitude,
    evaluation::instruments::{click, mix},
};
use eightcount_domain::{Amplitude, Eight};
use std::f32::consts::TAU;

const BEAT_S: f64 = 0.5;

fn eight() -> Eight {
    Eight { index: 0, beats: std::array::from_fn(|b| b as f64 * BEAT_S) }
}

/// A tone of 1 kHz whose largest sample is `peaks[b]` in beat b.
fn steps(peaks: [f32; 8]) -> Vec<f32> {
    let beat = (BEAT_S * f64::from(SAMPLE_RATE)) as usize;
    let tone = |i: usize| (TAU * 1000.0 * (i % SAMPLE_RATE as usize) as f32 / SAMPLE_RATE as f32).sin();
    (0..8 * beat).map(|i| peaks[i / beat] * tone(i)).collect()
}

fn of(pcm: &[f32]) -> Amplitude {
    amplitude(pcm, &[eight()])[0]
}

#[test]
fn the_level_of_a_tone_is_three_decibels_below_its_peak() {
    let peaks = [1.0, 0.5, 0.25, 0.1, 0.01, 0.001, 1e-6, 0.0];
    let found = of(&steps(peaks));
    for (b, peak) in peaks.into_iter().enumerate() {
        let expected = (20.0 * (peak / 2f32.sqrt()).max(1e-9).log10()).max(-80.0);
        assert!(
            (found.rms_dbfs[b] - expected).abs() < 0.05,
            "beat {b}: {} for {expected}",
            found.rms_dbfs[b]
        );
        assert!((found.peak[b] - peak).abs() < 0.005, "beat {b}: {}", found.peak[b]);
    }
}

#[test]
fn ten_decibels_halve_the_level() {
    let found = of(&steps(std::array::from_fn(|b| 10f32.powf(-(b as f32) / 2.0))));
    assert_eq!((found.level[0], found.level[1], found.level[3], found.level[6]), (10, 5, 1, 0));
    assert!((2..=3).contains(&found.level[2]), "{:?}", found.level);
    // However loud the whole is.
    let quiet = of(&steps(std::array::from_fn(|b| 0.01 * 10f32.powf(-(b as f32) / 2.0))));
    assert_eq!((quiet.level[0], quiet.level[1], quiet.level[3], quiet.level[6]), (10, 5, 1, 0));
}

#[test]
fn the_strongest_onset_is_one_and_no_onset_is_none() {
    let mut pcm = vec![0.0; (8.0 * BEAT_S * f64::from(SAMPLE_RATE)) as usize];
    for (beat, gain) in [(1, 1.0), (3, 0.1), (5, 1.0)] {
        mix(&mut pcm, &click(1200.0), f64::from(beat) * BEAT_S + 0.1, gain);
    }
    let onset = of(&pcm).onset;
    assert!(onset[1] > 0.9 && onset[5] > 0.9, "{onset:?}");
    assert!(onset[3] > 0.05 && onset[3] < onset[1], "{onset:?}");
    assert!([0, 2, 4, 6, 7].iter().all(|b| onset[*b] < 0.02), "{onset:?}");
}
