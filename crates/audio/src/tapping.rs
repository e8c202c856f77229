//! Tapping a tempo in, for songs whose beats were heard wrong or not at all.

use eightcount_domain::{BEATS_PER_EIGHT, Bpm, Tap};
use thiserror::Error;

/// Fewest and most taps.
pub const TAPS: std::ops::RangeInclusive<usize> = 4..=400;
/// Taps further than this from an even beat (root mean square, as a share of a beat) are no tempo.
const MAX_STRAY: f64 = 0.15;
/// Latest that may be tapped, seconds: longer than any song.
const MAX_TIME_S: f64 = 24.0 * 60.0 * 60.0;

/// Why taps are no tempo; the text is the limit that was passed.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
pub enum TapError {
    /// Too few or too many.
    #[error("{} to {} taps", TAPS.start(), TAPS.end())]
    Count,
    /// Not in order of time, or not in any song.
    #[error("taps in order of time")]
    Order,
    /// Nobody dances so slowly or so fast.
    #[error("20 to 400 BPM")]
    Tempo,
    /// No beat can be told.
    #[error("taps within 15 % of even beats")]
    Uneven,
}

/// The tempo that lies under taps (seconds from the first sample, ascending): the line through them with the least
/// squares. Between two taps any whole number of beats may lie. The first tap is a "one".
///
/// # Errors
/// [`TapError`].
///
/// ```
/// let tap = eightcount_audio::tapped(&[10.01, 10.49, 11.0, 12.01])?;
/// assert!((tap.beat_us.abs_diff(500_000) < 3_000) && (tap.one_ms.abs_diff(10_000) < 10));
/// # Ok::<(), eightcount_audio::TapError>(())
/// ```
pub fn tapped(times_s: &[f64]) -> Result<Tap, TapError> {
    if !TAPS.contains(&times_s.len()) {
        return Err(TapError::Count);
    }
    let in_song = times_s.iter().all(|time| (0.0..=MAX_TIME_S).contains(time));
    if !in_song || times_s.windows(2).any(|pair| pair[0] >= pair[1]) {
        return Err(TapError::Order);
    }
    let mut intervals: Vec<f64> = times_s.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let middle = (intervals.len() - 1) / 2;
    let usual = *intervals.select_nth_unstable_by(middle, f64::total_cmp).1;
    let mut place = 0.0;
    let mut points = vec![(0.0, times_s[0])];
    for pair in times_s.windows(2) {
        place += ((pair[1] - pair[0]) / usual).round().max(1.0);
        points.push((place, pair[1]));
    }
    let (one, beat) = line(&points);
    Bpm::try_from(60.0 / beat).map_err(|_| TapError::Tempo)?;
    let stray = points.iter().map(|(x, y)| (one + beat * x - y).powi(2)).sum::<f64>() / points.len() as f64;
    if stray.sqrt() > MAX_STRAY * beat {
        return Err(TapError::Uneven);
    }
    let one = if one < 0.0 { one + BEATS_PER_EIGHT as f64 * beat } else { one };
    Ok(Tap { beat_us: (beat * 1e6).round() as u32, one_ms: (one * 1e3).round() as u32 })
}

/// Intercept and slope by least squares. The points have more than one x.
fn line(points: &[(f64, f64)]) -> (f64, f64) {
    let n = points.len() as f64;
    let (mean_x, mean_y) = points.iter().fold((0.0, 0.0), |(x, y), p| (x + p.0 / n, y + p.1 / n));
    let across: f64 = points.iter().map(|(x, _)| (x - mean_x).powi(2)).sum();
    let along: f64 = points.iter().map(|(x, y)| (x - mean_x) * (y - mean_y)).sum();
    let slope = along / across;
    (mean_y - slope * mean_x, slope)
}

/// Even beats through a song of `duration_s` seconds: the tap alone, where nothing is heard.
pub(crate) fn even_beats(tap: Tap, duration_s: f64) -> Vec<f64> {
    let (beat, one) = (f64::from(tap.beat_us) / 1e6, f64::from(tap.one_ms) / 1e3);
    let before = (one / beat).floor();
    let count = ((duration_s - one) / beat + before).floor().max(0.0) as usize;
    (0..=count).map(|k| one + (k as f64 - before) * beat).filter(|t| (0.0..duration_s).contains(t)).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_tapped_tempo_is_found_again(
            bpm in 40.0..300.0f64, start in 0.0..100.0f64, slips in prop::collection::vec(-0.05..0.05f64, 4..60),
        ) {
            let beat = 60.0 / bpm;
            let times: Vec<f64> =
                slips.iter().enumerate().map(|(i, slip)| start + 1.0 + (i as f64 + slip) * beat).collect();
            let tap = tapped(&times).unwrap();
            prop_assert!((f64::from(tap.beat_us) / 1e6 / beat - 1.0).abs() < 0.06);
            prop_assert!((f64::from(tap.one_ms) / 1e3 - start - 1.0).abs() < 0.2 * beat);
        }

        #[test]
        fn no_taps_break_it(times in prop::collection::vec(any::<f64>(), 0..10)) {
            let _ = tapped(&times);
        }

        #[test]
        fn even_beats_fill_the_song(beat_us in 150_000u32..3_000_000, one_ms in 0u32..100_000, length in 0.0..200.0f64) {
            let tap = Tap { beat_us, one_ms };
            let beats = even_beats(tap, length);
            let beat = f64::from(beat_us) / 1e6;
            prop_assert!(beats.iter().all(|t| (0.0..length).contains(t)));
            prop_assert!(beats.windows(2).all(|w| (w[1] - w[0] - beat).abs() < 1e-6));
            prop_assert!(beats.first().is_none_or(|first| *first < beat + 1e-6));
            if f64::from(one_ms) / 1e3 < length {
                prop_assert!(beats.last().is_some_and(|last| *last >= length - beat - 1e-6));
            }
        }
    }

    #[test]
    fn what_is_no_tempo_is_refused() {
        assert_eq!(tapped(&[1.0, 2.0, 3.0]), Err(TapError::Count));
        assert_eq!(tapped(&[1.0, 2.0, 2.0, 3.0]), Err(TapError::Order));
        assert_eq!(tapped(&[1.0, 2.0, f64::NAN, 3.0]), Err(TapError::Order));
        assert_eq!(tapped(&[-1.0, 2.0, 3.0, 4.0]), Err(TapError::Order));
        assert_eq!(tapped(&[0.0, 4.0, 8.0, 12.0]), Err(TapError::Tempo));
        assert_eq!(tapped(&[0.0, 0.5, 1.2, 1.5, 2.2, 2.9, 3.1, 3.5, 4.4]), Err(TapError::Uneven));
        assert!(tapped(&[0.0, 0.5, 1.5, 2.0]).is_ok(), "a beat may be left out");
    }
}
