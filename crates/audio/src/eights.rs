//! Cutting music into eights.

use eightcount_domain::{BEATS_PER_EIGHT, BeatGrid, Eight, Seconds, Section};
use thiserror::Error;

/// Most eights a section may have.
pub const MAX_EIGHTS: usize = 128;
/// Fewest eights a section may have: one alone has nothing to cut to.
pub const MIN_EIGHTS: usize = 2;
/// How far a section may reach past the end of the song before it counts as outside, seconds: players round up.
const OVERHANG_S: f64 = 0.5;

/// Why a section cannot be danced.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
pub enum SectionError {
    /// The section reaches outside the song, or outside its beats.
    #[error("the section reaches outside the song, which lasts {duration_s:.2} s")]
    OutsideSong {
        /// The song's length, seconds.
        duration_s: f64,
    },
    /// Fewer than [`MIN_EIGHTS`].
    #[error("the section holds {eights} whole eights, at least {MIN_EIGHTS} are needed")]
    TooShort {
        /// The whole eights in the section.
        eights: usize,
    },
    /// More than [`MAX_EIGHTS`].
    #[error("the section holds {eights} eights, at most {MAX_EIGHTS} are possible")]
    TooLong {
        /// The eights in the section.
        eights: usize,
    },
}

/// The eights of a section: its start and end each move to the nearest place where an eight starts.
///
/// A start exactly between two eights takes the later one (nothing before the user's start is danced), an end
/// exactly between two the earlier one. The eights follow each other without gap: each ends where the next one
/// starts. Where the song ends with the very last beat of an eight, the beat after it is taken at the same
/// distance, but never past `duration_s`.
///
/// # Errors
/// [`SectionError`]; an empty or reversed section is too short.
pub fn snap_section(grid: &BeatGrid, section: Section, duration_s: f64) -> Result<Vec<Eight>, SectionError> {
    let [start, end] = [section.start_ms, section.end_ms].map(|ms| Seconds::from(ms).get());
    if start >= duration_s || end > duration_s + OVERHANG_S {
        return Err(SectionError::OutsideSong { duration_s });
    }
    if end <= start {
        return Err(SectionError::TooShort { eights: 0 });
    }
    let beats = closed_beats(grid, duration_s);
    let starts: Vec<usize> = eight_starts(grid.phase, beats.len()).collect();
    let distance = |i: &usize, to: f64| (beats[*i] - to).abs();
    let first = starts.iter().copied().min_by(|a, b| {
        // Of two at one distance the later.
        distance(a, start).total_cmp(&distance(b, start)).then(b.cmp(a))
    });
    let last = starts.iter().copied().min_by(|a, b| distance(a, end).total_cmp(&distance(b, end)));
    let (Some(first), Some(last)) = (first, last) else {
        return Err(SectionError::TooShort { eights: 0 });
    };
    let count = last.saturating_sub(first) / BEATS_PER_EIGHT;
    match count {
        0..MIN_EIGHTS => Err(SectionError::TooShort { eights: count }),
        MIN_EIGHTS..=MAX_EIGHTS => Ok(cut(&beats[first..=last])),
        _ => Err(SectionError::TooLong { eights: count }),
    }
}

/// All whole eights of a piece, from its first to its last beat. Beats before the first eight and after the last
/// are left over. Empty when there are fewer than nine beats from the phase on.
pub fn all_eights(grid: &BeatGrid) -> Vec<Eight> {
    cut(grid.beats.get(usize::from(grid.phase)..).unwrap_or_default())
}

/// Consecutive eights from the first beat on; a rest of fewer than nine beats is left over.
fn cut(beats: &[f64]) -> Vec<Eight> {
    let whole = beats.windows(BEATS_PER_EIGHT + 1).step_by(BEATS_PER_EIGHT);
    let eight = |(index, beats): (usize, &[f64])| {
        let beats = <[f64; BEATS_PER_EIGHT + 1]>::try_from(beats).ok()?;
        Some(Eight { index: index as u32, beats })
    };
    whole.enumerate().filter_map(eight).collect()
}

/// Indices of the beats on which eights start or end.
fn eight_starts(phase: u8, beats: usize) -> impl Iterator<Item = usize> {
    (usize::from(phase)..beats).step_by(BEATS_PER_EIGHT)
}

/// The beats, and the one after the last if an eight needs it and the song lasts so long.
fn closed_beats(grid: &BeatGrid, duration_s: f64) -> Vec<f64> {
    let mut beats: Vec<f64> = grid.beats.iter().copied().filter(|&t| t <= duration_s).collect();
    if let [.., before, last] = beats[..] {
        let next = 2.0 * last - before;
        let wanted = (beats.len() + BEATS_PER_EIGHT - usize::from(grid.phase) % BEATS_PER_EIGHT)
            .is_multiple_of(BEATS_PER_EIGHT);
        if wanted && next <= duration_s {
            beats.push(next);
        }
    }
    beats
}
