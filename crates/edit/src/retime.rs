//! Retiming: which source frame is on screen at each output frame.
//!
//! The beats of a step are laid on the beats of an eight, piecewise linearly; before the first beat and after
//! the last the speed of the nearest beat goes on. Where neighbouring beats differ so much in speed that the change
//! would show, the speed changes smoothly instead: by the monotone cubic of Fritsch and Carlson (1980), which meets every
//! beat as exactly. An output frame shows the source frame that is on screen at
//! the middle of the output frame's time, which keeps every choice within half a frame of the truth and makes
//! a step at its own speed come out frame by frame.

use crate::plan::Run;
use eightcount_domain::{BEATS_PER_EIGHT, FrameRate};

/// Points of a beat map: the eight beats and the beat after them.
const POINTS: usize = BEATS_PER_EIGHT + 1;
/// The unit of beat times.
const MICROS: i64 = 1_000_000;
/// Neighbouring beats whose speeds differ by more than this share show where one speed becomes the other.
const UNEVEN: f64 = 0.1;
/// Beats farther than this from their origin (about 11 days) are not times but errors.
const FARTHEST_S: f64 = 1.0e6;

/// Beat times in whole microseconds, or none unless they are finite, plausible and strictly ascending.
pub(crate) fn micros(beats: &[f64; POINTS], origin_s: f64) -> Option<[i64; POINTS]> {
    let mut out = [0; POINTS];
    for (to, beat) in out.iter_mut().zip(beats) {
        let relative = beat - origin_s;
        if !relative.is_finite() || relative.abs() > FARTHEST_S {
            return None;
        }
        *to = (relative * MICROS as f64).round() as i64;
    }
    out.is_sorted_by(|a, b| a < b).then_some(out)
}

/// How the beats of a step lie on the beats of an eight, both in microseconds.
pub(crate) struct BeatMap {
    /// Beats of the eight, from the section's start.
    pub(crate) eight: [i64; POINTS],
    /// Beats of the step, from the mezzanine's start.
    pub(crate) step: [i64; POINTS],
}

/// A frame rate, and into how many parts each of its frames is divided by in-between frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Grid {
    pub(crate) fps: FrameRate,
    pub(crate) parts: u32,
}

impl Grid {
    fn rate(self) -> u32 {
        self.fps.get() * self.parts
    }
}

impl BeatMap {
    /// Source frames for each output frame, on the whole.
    pub(crate) fn pace(&self, output: FrameRate, source: FrameRate) -> f64 {
        let span = |times: &[i64; POINTS]| (times[POINTS - 1] - times[0]) as f64;
        span(&self.step) / span(&self.eight) * f64::from(source.get()) / f64::from(output.get())
    }

    /// The speed at each point where it changes smoothly; none where every change is too small to show.
    fn smooth(&self) -> Option<[f64; POINTS]> {
        let length = |times: &[i64; POINTS], i: usize| (times[i + 1] - times[i]) as f64;
        let speeds: [f64; POINTS - 1] =
            std::array::from_fn(|i| length(&self.step, i) / length(&self.eight, i));
        let shows = speeds.windows(2).any(|two| two[0].max(two[1]) > two[0].min(two[1]) * (1.0 + UNEVEN));
        shows.then(|| {
            std::array::from_fn(|i| match i {
                0 => speeds[0],
                _ if i == POINTS - 1 => speeds[POINTS - 2],
                _ => {
                    // The weighted harmonic mean keeps the curve from going backwards.
                    let (before, after) = (length(&self.eight, i - 1), length(&self.eight, i));
                    let (first, second) = (2.0 * after + before, after + 2.0 * before);
                    (first + second) / (first / speeds[i - 1] + second / speeds[i])
                }
            })
        })
    }

    /// The source frame on screen at output frame `frame` when the speed changes smoothly. Sums, products and quotients
    /// of doubles are the same everywhere.
    fn smooth_frame(&self, at: &[f64; POINTS], frame: u64, output: FrameRate, source: Grid) -> i64 {
        let middle = (frame as f64 + 0.5) / f64::from(output.get()) * MICROS as f64;
        let beat = self.eight.iter().take_while(|t| **t as f64 <= middle).count().clamp(1, POINTS - 1) - 1;
        let (t0, t1) = (self.eight[beat] as f64, self.eight[beat + 1] as f64);
        let (s0, s1) = (self.step[beat] as f64, self.step[beat + 1] as f64);
        let (length, u) = (t1 - t0, (middle - t0) / (t1 - t0));
        let time = if u < 0.0 {
            s0 + (middle - t0) * at[0]
        } else if u > 1.0 {
            s1 + (middle - t1) * at[POINTS - 1]
        } else {
            // The cubic of Hermite between the two beats.
            let v = 1.0 - u;
            s0 * (1.0 + 2.0 * u) * v * v
                + s1 * u * u * (3.0 - 2.0 * u)
                + length * u * v * (at[beat] * v - at[beat + 1] * u)
        };
        (time * f64::from(source.rate()) / MICROS as f64).floor() as i64
    }

    /// The source frame on screen at output frame `frame` of the section, not limited to the source's length.
    fn source_frame(&self, frame: u64, output: FrameRate, source: Grid) -> i64 {
        let twice_fps = 2 * i128::from(output.get());
        // The middle of the output frame, in units of 1 / (2 fps) microseconds so that it is whole.
        let middle = (2 * i128::from(frame) + 1) * i128::from(MICROS);
        let after = self.eight.iter().take_while(|t| i128::from(**t) * twice_fps <= middle).count();
        let beat = after.clamp(1, POINTS - 1) - 1;
        let (t0, t1) = (i128::from(self.eight[beat]), i128::from(self.eight[beat + 1]));
        let (s0, s1) = (i128::from(self.step[beat]), i128::from(self.step[beat + 1]));
        let scale = twice_fps * (t1 - t0);
        let time = s0 * scale + (middle - t0 * twice_fps) * (s1 - s0);
        let index = (time * i128::from(source.rate())).div_euclid(scale * i128::from(MICROS));
        i64::try_from(index).unwrap_or(if index < 0 { i64::MIN } else { i64::MAX })
    }

    /// The source frames shown at the output frames `range`, as runs. Before the source's first frame the first
    /// is held, after its last the last.
    pub(crate) fn runs(
        &self,
        range: std::ops::Range<u64>,
        output: FrameRate,
        source: Grid,
        source_frames: u64,
    ) -> Vec<Run> {
        let last = source_frames.saturating_sub(1).saturating_mul(u64::from(source.parts));
        let last = i64::try_from(last).unwrap_or(i64::MAX);
        let smooth = self.smooth();
        Run::of(range.map(|frame| {
            let index = match &smooth {
                Some(at) => self.smooth_frame(at, frame, output, source),
                None => self.source_frame(frame, output, source),
            };
            index.clamp(0, last).unsigned_abs()
        }))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn steady(start_s: f64, beat_s: f64) -> [f64; POINTS] {
        std::array::from_fn(|i| start_s + beat_s * i as f64)
    }

    fn map(eight: [f64; POINTS], step: [f64; POINTS]) -> BeatMap {
        BeatMap { eight: micros(&eight, 0.0).unwrap(), step: micros(&step, 0.0).unwrap() }
    }

    fn whole(fps: FrameRate) -> Grid {
        Grid { fps, parts: 1 }
    }

    fn frames(runs: &[Run]) -> Vec<u64> {
        runs.iter().flat_map(|r| r.first..r.first + u64::from(r.frames)).collect()
    }

    #[test]
    fn a_step_at_its_own_speed_comes_out_frame_by_frame() {
        let map = map(steady(0.0, 0.5), steady(2.0, 0.5));
        let runs = map.runs(0..120, FrameRate::Fps30, whole(FrameRate::Fps30), 1000);
        assert_eq!(runs, [Run { first: 60, frames: 120 }]);
    }

    #[test]
    fn half_speed_shows_every_frame_twice() {
        let map = map(steady(0.0, 1.0), steady(1.0, 0.5));
        let shown = frames(&map.runs(0..6, FrameRate::Fps30, whole(FrameRate::Fps30), 1000));
        assert_eq!(shown, [30, 30, 31, 31, 32, 32]);
    }

    #[test]
    fn speed_goes_on_outside_the_step_until_the_source_ends() {
        // Twice as fast as the source was danced, and the source is 40 frames long.
        let map = map(steady(1.0, 0.25), steady(1.0, 0.5));
        let shown = frames(&map.runs(28..40, FrameRate::Fps30, whole(FrameRate::Fps30), 40));
        assert_eq!(shown, [27, 29, 31, 33, 35, 37, 39, 39, 39, 39, 39, 39]);
        assert_eq!(frames(&map.runs(0..2, FrameRate::Fps30, whole(FrameRate::Fps30), 40)), [0, 0]);
    }

    #[test]
    fn other_frame_rates_keep_the_time() {
        let map = map(steady(0.0, 0.5), steady(0.0, 0.5));
        assert_eq!(frames(&map.runs(0..4, FrameRate::Fps60, whole(FrameRate::Fps30), 99)), [0, 0, 1, 1]);
        assert_eq!(frames(&map.runs(0..4, FrameRate::Fps30, whole(FrameRate::Fps60), 99)), [1, 3, 5, 7]);
    }

    #[test]
    fn uneven_beats_change_speed_smoothly_and_meet_their_beats() {
        // Danced at 1.0 and 1.5 of the speed by turns.
        let mut step = steady(1.0, 0.5);
        for beat in 1..POINTS {
            step[beat] = step[beat - 1] + if beat % 2 == 0 { 0.75 } else { 0.5 };
        }
        let map = map(steady(0.0, 0.5), step);
        let at = map.smooth().unwrap();
        let fine = Grid { fps: FrameRate::Fps60, parts: 1000 };
        let place = |frame| map.smooth_frame(&at, frame, FrameRate::Fps60, fine) as f64 / 60_000.0;
        for (beat, there) in step.iter().enumerate().take(8).skip(1) {
            let frame = beat as u64 * 30;
            assert!(place(frame - 1) < *there && place(frame) > *there, "beat {beat}");
        }
        let speeds: Vec<f64> = (0..239).map(|frame| (place(frame + 1) - place(frame)) * 60.0).collect();
        assert!(speeds.windows(2).all(|two| (two[1] - two[0]).abs() < 0.08), "{speeds:?}");
    }

    #[test]
    fn in_between_frames_divide_the_source() {
        let map = map(steady(0.0, 1.0), steady(1.0, 0.5));
        assert!(map.smooth().is_none());
        let halves = Grid { fps: FrameRate::Fps30, parts: 2 };
        assert_eq!(frames(&map.runs(0..4, FrameRate::Fps30, halves, 1000)), [60, 61, 62, 63]);
        assert!((map.pace(FrameRate::Fps30, FrameRate::Fps30) - 0.5).abs() < 1e-9);
        // The last frame has none after it to be mixed with.
        assert_eq!(frames(&map.runs(0..4, FrameRate::Fps30, halves, 31)), [60, 60, 60, 60]);
    }

    #[test]
    fn beats_that_are_no_times_are_refused() {
        assert!(micros(&steady(0.0, 0.0), 0.0).is_none());
        assert!(micros(&steady(0.0, -0.5), 0.0).is_none());
        assert!(micros(&steady(f64::NAN, 0.5), 0.0).is_none());
        assert!(micros(&steady(1.0e9, 0.5), 0.0).is_none());
    }

    prop_compose! {
        fn beats()(start in 1.0..100.0_f64, lengths in prop::array::uniform8(0.15..2.0_f64)) -> [f64; POINTS] {
            let mut beats = [start; POINTS];
            for (i, length) in lengths.iter().enumerate() {
                beats[i + 1] = beats[i] + length;
            }
            beats
        }
    }

    proptest! {
        #[test]
        fn sources_advance_within_their_length(eight in beats(), step in beats(), length in 1_u64..9000) {
            let map = map(eight, step);
            let shown = frames(&map.runs(0..600, FrameRate::Fps30, whole(FrameRate::Fps30), length));
            prop_assert_eq!(shown.len(), 600);
            prop_assert!(shown.is_sorted());
            prop_assert!(shown.iter().all(|f| *f < length));
        }

        #[test]
        fn every_beat_meets_its_beat(eight in beats(), step in beats()) {
            let map = map(eight, step);
            for beat in 0..POINTS {
                // The last output frame whose middle lies before the beat shows nothing of after it, the next one
                // nothing of before it; a source frame reaches from its own time to that of the frame after it.
                let after = (eight[beat] * 30.0 + 0.5).floor() as u64;
                let shown = frames(&map.runs(after - 1..after + 1, FrameRate::Fps30, whole(FrameRate::Fps30), 100_000));
                let there = step[beat] * 30.0;
                let rounding = 1e-3;
                prop_assert!(shown[0] as f64 <= there + rounding, "beat {}: {} of {}", beat, shown[0], there);
                prop_assert!((shown[1] + 1) as f64 >= there - rounding, "beat {}: {} of {}", beat, shown[1], there);
            }
        }
    }
}
