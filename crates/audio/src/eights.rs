//! Cutting music into eights.

use eightcount_domain::{BeatGrid, Eight, Seconds, Section};
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
/// starts; where the song falls silent for longer than an eight, they end. In music in three an eight is two bars of
/// three beats, divided evenly into eight counts. Where the song ends with the very last beat of an eight, the beat after it is taken at the same
/// distance, but never past `duration_s`.
///
/// # Errors
/// [`SectionError`]; an empty or reversed section is too short.
///
/// ```
/// use eightcount_audio::snap_section;
/// use eightcount_domain::{BeatGrid, Confidence, Millis, Section};
/// let grid = BeatGrid {
///     beats: (0..64).map(|beat| f64::from(beat) * 0.5).collect(),
///     downbeats: (0..16).map(|bar| bar * 4).collect(),
///     tempo: 120.0.try_into()?,
///     metre: 4,
///     phase: 2,
///     confidence: Confidence::default(),
/// };
/// // Eights start at 1, 5, 9… s.
/// let section = Section { start_ms: Millis(4_200), end_ms: Millis(13_900) };
/// let eights = snap_section(&grid, section, 32.0)?;
/// assert_eq!((eights.len(), eights[0].start(), eights[1].end()), (2, 5.0, 13.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn snap_section(grid: &BeatGrid, section: Section, duration_s: f64) -> Result<Vec<Eight>, SectionError> {
    let [start, end] = [section.start_ms, section.end_ms].map(|ms| Seconds::from(ms).get());
    if start >= duration_s || end > duration_s + OVERHANG_S {
        return Err(SectionError::OutsideSong { duration_s });
    }
    if end <= start {
        return Err(SectionError::TooShort { eights: 0 });
    }
    let grid = closed(grid, duration_s);
    let starts = grid.eight_starts();
    let distance = |i: &usize, to: f64| (grid.beats[*i] - to).abs();
    let first = starts.iter().copied().min_by(|a, b| {
        // Of two at one distance the later.
        distance(a, start).total_cmp(&distance(b, start)).then(b.cmp(a))
    });
    // The eights stop where a silence begins: none spans it.
    let run = grid.runs().into_iter().find(|run| first.is_some_and(|first| run.contains(&first)));
    let inside = starts.iter().copied().filter(|start| run.as_ref().is_some_and(|run| run.contains(start)));
    let last = inside.min_by(|a, b| distance(a, end).total_cmp(&distance(b, end)));
    let (Some(first), Some(last)) = (first, last) else {
        return Err(SectionError::TooShort { eights: 0 });
    };
    let count = last.saturating_sub(first) / grid.beats_per_eight();
    match count {
        0..MIN_EIGHTS => Err(SectionError::TooShort { eights: count }),
        MIN_EIGHTS..=MAX_EIGHTS => Ok(eights(&grid, first, last)),
        _ => Err(SectionError::TooLong { eights: count }),
    }
}

/// The eights from one beat to another.
fn eights(grid: &BeatGrid, first: usize, last: usize) -> Vec<Eight> {
    let starts = (first..last).step_by(grid.beats_per_eight());
    (0..).zip(starts).filter_map(|(index, start)| grid.eight(index, start)).collect()
}

/// All whole eights of a piece, from its first to its last beat. Beats before the first eight, after the last and
/// around silences are left over. Empty when there are no nine beats from the phase on (seven where the music is in
/// three).
///
/// ```
/// use eightcount_audio::all_eights;
/// use eightcount_domain::{BeatGrid, Confidence};
/// let grid = BeatGrid {
///     beats: (0..64).map(|beat| f64::from(beat) * 0.5).collect(),
///     downbeats: (0..16).map(|bar| bar * 4).collect(),
///     tempo: 120.0.try_into()?,
///     metre: 4,
///     phase: 3,
///     confidence: Confidence::default(),
/// };
/// let eights = all_eights(&grid);
/// // Three beats of pick-up, seven whole eights, and the beats after them.
/// assert_eq!((eights.len(), eights[0].start(), eights[6].end()), (7, 1.5, 29.5));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn all_eights(grid: &BeatGrid) -> Vec<Eight> {
    grid.eights()
}

/// The grid inside the song, with the beat after the last one if an eight needs it and the song lasts so long.
fn closed(grid: &BeatGrid, duration_s: f64) -> BeatGrid {
    let mut grid = grid.clone();
    grid.beats.retain(|&time| time <= duration_s);
    if let [.., before, last] = grid.beats[..] {
        let next = 2.0 * last - before;
        let wanted = grid
            .eight_starts()
            .last()
            .is_some_and(|start| start + grid.beats_per_eight() == grid.beats.len());
        if wanted && next <= duration_s {
            grid.beats.push(next);
        }
    }
    grid
}
