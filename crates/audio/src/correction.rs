//! What the user may change about a beat grid.
//!
//! A [`GridCorrection`] says how the grid differs from what was heard; [`correct`] applies it. What the user wishes
//! to change next ([`GridChange`]) is about the grid as it is now: [`changed`] finds the correction that has both.

use crate::tapping::{TapError, tapped};
use eightcount_domain::{BeatGrid, Bpm, GridChange, GridCorrection};
use thiserror::Error;

/// Furthest that all nudges together may move the beats, milliseconds.
pub const MAX_NUDGE_MS: i16 = 500;
/// How often a tempo may be doubled or halved.
const MAX_OCTAVE: i8 = 1;
/// Most quarters of a beat that the eights can be shifted by at once.
const QUARTERS: i32 = 32;

/// Why a grid cannot be changed as wished; the text is the limit that was passed.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
pub enum ChangeError {
    /// The tempo was doubled or halved already, or would leave 20 to 400 BPM.
    #[error("doubled or halved once, 20 to 400 BPM")]
    Octave,
    /// Half of a shift by quarters is no quarter.
    #[error("no odd quarters of a beat when halved")]
    OddQuarters,
    /// Not a multiple of a quarter between -8 and 8.
    #[error("-8 to 8 beats in steps of 0.25")]
    Shift,
    /// All nudges together are too much.
    #[error("-{MAX_NUDGE_MS} to {MAX_NUDGE_MS} ms altogether")]
    Nudge,
    /// There is no beat to start an eight on.
    #[error("a time on the song's beats")]
    OutsideBeats,
    /// The taps make no tempo.
    #[error(transparent)]
    Tap(#[from] TapError),
}

/// The correction that has both `correction` and the wish. `grid` is the song's grid with `correction` applied.
///
/// Doubling and halving keep the beat on which eights start, so that each undoes the other.
///
/// # Errors
/// [`ChangeError`] where no correction can express the wish.
///
/// ```
/// use eightcount_audio::changed;
/// use eightcount_domain::{BeatGrid, Confidence, GridChange, GridCorrection};
/// let grid = BeatGrid {
///     beats: (0..64).map(|beat| f64::from(beat) * 0.5).collect(),
///     downbeats: (0..16).map(|bar| bar * 4).collect(),
///     tempo: 120.0.try_into()?,
///     metre: 4,
///     phase: 0,
///     confidence: Confidence::default(),
/// };
/// let later = changed(GridCorrection::default(), &GridChange::Shift { beats: 1.5 }, &grid)?;
/// assert_eq!((later.shift_beats, later.shift_quarters), (1, 2));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn changed(
    correction: GridCorrection,
    change: &GridChange,
    grid: &BeatGrid,
) -> Result<GridCorrection, ChangeError> {
    let quarters = quarters(correction);
    match change {
        GridChange::Double => {
            let octave = octave(correction, 1, grid)?;
            Ok(shifted(GridCorrection { octave, ..correction }, 2 * quarters, grid))
        }
        GridChange::Halve if quarters % 2 != 0 => Err(ChangeError::OddQuarters),
        GridChange::Halve => {
            let octave = octave(correction, -1, grid)?;
            Ok(shifted(GridCorrection { octave, ..correction }, quarters / 2, grid))
        }
        GridChange::Shift { beats } => {
            let more = beats * 4.0;
            let possible = more.abs() <= f64::from(QUARTERS) && more.fract().abs() < f64::EPSILON;
            if possible {
                Ok(shifted(correction, quarters + more as i32, grid))
            } else {
                Err(ChangeError::Shift)
            }
        }
        GridChange::StartEightAt { time_s } => {
            let beats = beats_to(grid, *time_s).ok_or(ChangeError::OutsideBeats)?;
            Ok(shifted(correction, quarters + 4 * beats, grid))
        }
        GridChange::Nudge { ms } => {
            let nudge_ms = correction.nudge_ms.saturating_add(*ms);
            let possible = (-MAX_NUDGE_MS..=MAX_NUDGE_MS).contains(&nudge_ms);
            if possible { Ok(GridCorrection { nudge_ms, ..correction }) } else { Err(ChangeError::Nudge) }
        }
        GridChange::Tap { times_s } => {
            Ok(GridCorrection { tap: Some(tapped(times_s)?), ..GridCorrection::default() })
        }
        GridChange::Reset => Ok(GridCorrection::default()),
    }
}

fn octave(correction: GridCorrection, more: i8, grid: &BeatGrid) -> Result<i8, ChangeError> {
    let octave = correction.octave.saturating_add(more);
    let tempo = Bpm::try_from(grid.tempo.get() * 2f64.powi(more.into()));
    if octave.abs() > MAX_OCTAVE || tempo.is_err() { Err(ChangeError::Octave) } else { Ok(octave) }
}

/// How much later the eights start, quarters of a beat.
fn quarters(correction: GridCorrection) -> i32 {
    4 * i32::from(correction.shift_beats) + i32::from(correction.shift_quarters)
}

/// Shifts by whole eights are none.
fn shifted(correction: GridCorrection, quarters: i32, grid: &BeatGrid) -> GridCorrection {
    let quarters = quarters.rem_euclid(4 * i32::from(grid.beats_per_eight() as u8));
    GridCorrection { shift_beats: (quarters / 4) as i8, shift_quarters: (quarters % 4) as u8, ..correction }
}

/// Beats by which eights start later if one starts on the beat nearest to `time_s`.
fn beats_to(grid: &BeatGrid, time_s: f64) -> Option<i32> {
    let (first, last) = (grid.beats.first()?, grid.beats.last()?);
    let reach = grid.tempo.beat_seconds();
    if !(first - reach..=last + reach).contains(&time_s) {
        return None;
    }
    let distance = |beat: &f64| (beat - time_s).abs();
    let nearest = grid.beats.iter().enumerate().min_by(|a, b| distance(a.1).total_cmp(&distance(b.1)))?.0;
    Some(i32::from((nearest % grid.beats_per_eight()) as u8) - i32::from(grid.phase))
}

/// Applies a correction: first the octave, then the shift of the eights, then the nudge. (A tap changes what is
/// heard, not the grid: see [`hear_tapped`](crate::hear_tapped).)
///
/// - `octave` n > 0 puts a beat halfway between each two, n times over; n < 0 keeps every second beat, those on
///   which eights start. It stops where the tempo would leave 20 to 400 BPM.
/// - `shift_beats` moves the start of the eights (and the downbeats with it) by whole beats, `shift_quarters`
///   moves the beats themselves towards the next ones.
/// - `nudge_ms` moves every beat; beats that would fall before the song's start are dropped, and bars and eights
///   stay on the beats they were on.
///
/// The correction is a function of the grid alone: zero changes nothing, and doubling then halving gives the
/// same beats again. An empty grid stays empty.
///
/// ```
/// use eightcount_audio::correct;
/// use eightcount_domain::{BeatGrid, Confidence, GridCorrection};
/// let grid = BeatGrid {
///     beats: (0..64).map(|beat| f64::from(beat) * 0.5).collect(),
///     downbeats: (0..16).map(|bar| bar * 4).collect(),
///     tempo: 120.0.try_into()?,
///     metre: 4,
///     phase: 0,
///     confidence: Confidence::default(),
/// };
/// let halved = correct(&grid, GridCorrection { octave: -1, nudge_ms: 20, ..GridCorrection::default() });
/// assert_eq!((halved.tempo.get(), halved.beats[1]), (60.0, 1.02));
/// assert_eq!(correct(&grid, GridCorrection::default()), grid);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn correct(grid: &BeatGrid, correction: GridCorrection) -> BeatGrid {
    let mut grid = grid.clone();
    let mut quarters = u32::from(correction.shift_quarters % 4);
    if correction.octave < 0 && quarters >= 2 {
        // Half of a beat that is twice as long is a beat that was heard: it is kept, not computed.
        shift(&mut grid, 1);
        quarters -= 2;
    }
    for _ in 0..correction.octave.unsigned_abs() {
        let next = if correction.octave > 0 { doubled(&grid) } else { halved(&grid) };
        match next {
            Some(next) => grid = next,
            None => break,
        }
    }
    shift(&mut grid, correction.shift_beats);
    drag(&mut grid, f64::from(quarters) / 4.0);
    nudge(&mut grid, f64::from(correction.nudge_ms) / 1000.0);
    grid
}

/// Moves each beat by a share of the way to the next one.
fn drag(grid: &mut BeatGrid, share: f64) {
    let (Some(last), true) = (grid.beats.last_chunk::<2>().copied(), share > 0.0) else { return };
    let end = 2.0 * last[1] - last[0];
    let next: Vec<f64> = grid.beats.iter().skip(1).copied().chain([end]).collect();
    for (beat, next) in grid.beats.iter_mut().zip(next) {
        *beat += share * (next - *beat);
    }
}

fn doubled(grid: &BeatGrid) -> Option<BeatGrid> {
    let tempo = Bpm::try_from(grid.tempo.get() * 2.0).ok()?;
    let mut beats = Vec::with_capacity(grid.beats.len() * 2);
    for pair in grid.beats.windows(2) {
        beats.extend([pair[0], f64::midpoint(pair[0], pair[1])]);
    }
    beats.extend(grid.beats.last());
    let metre = u32::from(grid.metre);
    let both = |d: &u32| [2 * d, 2 * d + metre];
    let downbeats = grid.downbeats.iter().flat_map(both).filter(|&d| (d as usize) < beats.len()).collect();
    Some(BeatGrid {
        downbeats,
        tempo,
        phase: 2 * grid.phase % grid.beats_per_eight() as u8,
        beats,
        ..grid.clone()
    })
}

fn halved(grid: &BeatGrid) -> Option<BeatGrid> {
    let tempo = Bpm::try_from(grid.tempo.get() / 2.0).ok()?;
    let parity = grid.phase % 2;
    let beats: Vec<f64> = grid.beats.iter().copied().skip(usize::from(parity)).step_by(2).collect();
    let phase = (grid.phase - parity) / 2;
    let first = u32::from(phase) % u32::from(grid.metre.max(1));
    let downbeats = (first..beats.len() as u32).step_by(usize::from(grid.metre.max(1))).collect();
    Some(BeatGrid { beats, downbeats, tempo, phase, ..grid.clone() })
}

fn shift(grid: &mut BeatGrid, beats: i8) {
    if beats == 0 {
        return;
    }
    let later = |value: i64, modulus: u8| (value + i64::from(beats)).rem_euclid(i64::from(modulus.max(1)));
    grid.phase = later(i64::from(grid.phase), grid.beats_per_eight() as u8) as u8;
    let Some(&first) = grid.downbeats.first() else { return };
    let count = i64::try_from(grid.beats.len()).unwrap_or(i64::MAX);
    let moved_first = i64::from(first) + i64::from(beats);
    // Bars that the shift moves in at the start begin on downbeats of their own.
    let lead =
        (later(i64::from(first), grid.metre)..moved_first.max(0)).step_by(usize::from(grid.metre.max(1)));
    let moved = grid.downbeats.iter().map(|&d| i64::from(d) + i64::from(beats));
    grid.downbeats = lead.chain(moved).filter(|d| (0..count).contains(d)).map(|d| d as u32).collect();
}

fn nudge(grid: &mut BeatGrid, seconds: f64) {
    if seconds == 0.0 {
        return;
    }
    let dropped = grid.beats.iter().take_while(|&&t| t + seconds < 0.0).count();
    grid.beats = grid.beats.iter().skip(dropped).map(|t| t + seconds).collect();
    let eight = grid.beats_per_eight();
    grid.phase = ((usize::from(grid.phase) + eight - dropped % eight) % eight) as u8;
    grid.downbeats = grid.downbeats.iter().filter_map(|d| d.checked_sub(dropped as u32)).collect();
}
