//! Extras: takes of the product changed so that a dancer can learn from them.
//!
//! Each is a take plan of its own, made from the product's plans: what is danced, and when, stays the same.

use crate::Finish;
use crate::fit::Size;
use crate::plan::{Run, Source, TakePlan};
use eightcount_domain::{BEATS_PER_EIGHT, Eight, FrameGrid, FrameRate};
use std::fmt::Write;
use std::ops::Range;

/// How often a looped eight is shown.
pub const LOOP_REPEATS: u32 = 8;

/// The segments of a digit that are lit for the counts 1 to 8: top, upper left, upper right, middle, lower left, lower
/// right, bottom, from the highest bit.
const SEGMENTS: [u8; BEATS_PER_EIGHT] =
    [0b001_0010, 0b101_1101, 0b101_1011, 0b011_1010, 0b110_1011, 0b110_1111, 0b101_0010, 0b111_1111];

/// What to count at the output frames `range` of a section: each count from its frame (from the start of the range) to
/// the next.
///
/// A count begins on the frame to which its beat is rounded, as cuts are. Before the first beat the eighth count of an
/// eight before it goes on.
pub fn counts(eights: &[Eight], fps: FrameRate, range: Range<u64>) -> Vec<(u32, u8)> {
    let Some(first) = eights.first() else { return Vec::new() };
    let frame = |beat: f64| FrameGrid::frame(beat - first.start(), fps).0;
    let beats = eights.iter().flat_map(|eight| (1..).zip(&eight.beats[..BEATS_PER_EIGHT]));
    let all: Vec<(u64, u8)> = beats.map(|(count, beat)| (frame(*beat), count)).collect();
    let began = all.partition_point(|(at, _)| *at <= range.start);
    let ongoing = began.checked_sub(1).map_or(BEATS_PER_EIGHT as u8, |before| all[before].1);
    let within = all[began..].iter().take_while(|(at, _)| *at < range.end);
    let mut counts = vec![(0, ongoing)];
    counts.extend(within.map(|(at, count)| ((at - range.start) as u32, *count)));
    counts.dedup_by_key(|(at, _)| *at);
    counts
}

/// The take of eight `k` as it is shown in a loop: its step alone, from `F_k` to `F_{k+1}`, as it was filmed.
///
/// `next` is the take after it, which holds the frames up to `F_{k+1}`; none for the last eight. None when they are not
/// takes of neighbouring eights of a section of these eights.
pub fn looped(
    take: &TakePlan,
    next: Option<&TakePlan>,
    (eights, k): (&[Eight], usize),
    half_transition: u64,
) -> Option<TakePlan> {
    let grid = FrameGrid::of(eights, take.fps);
    let (start, end) = grid.take_range(k, half_transition)?;
    let (from, to) = (grid.boundaries[k].0, grid.boundaries[k + 1].0);
    let tail = next.and_then(|next| next.entry.as_ref()).map(|entry| &entry.source);
    let tail = tail.filter(|_| to > end);
    let tail_frames = tail.into_iter().flat_map(Source::shown).take((to - end) as usize);
    let shown: Vec<u64> = take.step.shown().skip((from - start) as usize).chain(tail_frames).collect();
    let same =
        tail.is_none_or(|tail| (&tail.mezzanine, tail.between) == (&take.step.mezzanine, take.step.between));
    if take.frames != end - start || shown.len() as u64 != to - from || !same || !shown.is_sorted() {
        return None;
    }
    let step = Source { runs: Run::of(shown), ..take.step.clone() };
    Some(TakePlan { frames: to - from, step, entry: None, alignment: None, ..take.clone() })
}

/// Filters that finish a canvas-sized picture.
pub(crate) fn filters(finish: &Finish, canvas: Size) -> String {
    let mut out = if finish.mirrored { ",hflip".to_owned() } else { String::new() };
    if !finish.counts.is_empty() {
        let ends = finish.counts.iter().skip(1).map(|(at, _)| *at).chain([u32::MAX]);
        let shown: Vec<_> =
            finish.counts.iter().zip(ends).map(|((at, count), end)| (*count, *at..end)).collect();
        Counter::on(canvas).draw(&shown, &mut out);
    }
    out
}

/// A digit in the upper right corner, and below it eight lamps of which one is lit. The first count has a colour of its
/// own.
struct Counter {
    left: u32,
    top: u32,
    /// Thickness of a segment; all else is a multiple of it.
    unit: u32,
}

/// A box in units: left, top, width, height.
type Units = (u32, u32, u32, u32);

/// Where the segments are, in the order of [`SEGMENTS`].
const PLACES: [Units; 7] =
    [(3, 1, 4, 1), (2, 2, 1, 4), (7, 2, 1, 4), (3, 6, 4, 1), (2, 7, 1, 4), (7, 7, 1, 4), (3, 11, 4, 1)];
/// Width and height of the whole.
const WHOLE: (u32, u32) = (10, 15);

impl Counter {
    fn on(canvas: Size) -> Self {
        let unit = (canvas.width.min(canvas.height) / 72).max(2) / 2 * 2;
        Self { left: canvas.width.saturating_sub((WHOLE.0 + 2) * unit) / 2 * 2, top: 2 * unit, unit }
    }

    fn draw(&self, shown: &[(u8, Range<u32>)], out: &mut String) {
        self.fill((0, 0, WHOLE.0, WHOLE.1), "black@0.55", None, out);
        for (segment, place) in PLACES.into_iter().enumerate() {
            for (first, colour) in [(true, "0xffc040"), (false, "white")] {
                let lit = |count: u8| {
                    SEGMENTS[usize::from(count - 1)] & (0b100_0000 >> segment) != 0 && (count == 1) == first
                };
                self.lit(place, colour, shown, lit, out);
            }
        }
        for lamp in 1..=BEATS_PER_EIGHT as u8 {
            let place = (u32::from(lamp), 13, 1, 1);
            self.fill(place, "gray@0.5", None, out);
            self.lit(place, if lamp == 1 { "0xffc040" } else { "white" }, shown, |count| count == lamp, out);
        }
    }

    /// A box that is there while a count is one of those.
    fn lit(
        &self,
        place: Units,
        colour: &str,
        shown: &[(u8, Range<u32>)],
        lit: impl Fn(u8) -> bool,
        out: &mut String,
    ) {
        let when: Vec<String> = shown
            .iter()
            .filter(|(count, _)| lit(*count))
            .map(|(_, frames)| format!("between(n,{},{})", frames.start, frames.end - 1))
            .collect();
        if !when.is_empty() {
            self.fill(place, colour, Some(when.join("+")), out);
        }
    }

    fn fill(&self, (x, y, w, h): Units, colour: &str, when: Option<String>, out: &mut String) {
        let Self { left, top, unit } = self;
        let (x, y) = (left + x * unit, top + y * unit);
        let _ = write!(out, ",drawbox={x}:{y}:{}:{}:{colour}:fill", w * unit, h * unit);
        if let Some(when) = when {
            let _ = write!(out, ":enable='{when}'");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn eights(count: u32) -> Vec<Eight> {
        (0..count)
            .map(|index| Eight {
                index,
                beats: std::array::from_fn(|i| 3.0 + 0.5 * (f64::from(8 * index) + i as f64)),
            })
            .collect()
    }

    #[test]
    fn a_take_begins_in_the_eighth_count_of_the_eight_before() {
        let counts = counts(&eights(3), FrameRate::Fps30, 114..234);
        assert_eq!(counts, [(0, 8), (6, 1), (21, 2), (36, 3), (51, 4), (66, 5), (81, 6), (96, 7), (111, 8)]);
        assert_eq!(super::counts(&eights(1), FrameRate::Fps30, 0..20), [(0, 1), (15, 2)]);
        assert_eq!(super::counts(&[], FrameRate::Fps30, 0..20), []);
    }

    #[test]
    fn only_what_the_counts_need_is_drawn() {
        let finish = Finish { mirrored: true, counts: vec![(0, 1)] };
        let filters = filters(&finish, Size { width: 1280, height: 720 });
        assert!(filters.starts_with(",hflip,drawbox=1160:20:100:150:black@0.55:fill,"), "{filters}");
        // The ground, two segments of the one, eight dark lamps and a lit one.
        assert_eq!(filters.matches("drawbox").count(), 1 + 2 + 8 + 1, "{filters}");
        assert_eq!(filters.matches("0xffc040").count(), 3);
    }
}
