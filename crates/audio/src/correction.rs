//! What the user may change about a beat grid.

use eightcount_domain::{BEATS_PER_EIGHT, BeatGrid, Bpm, GridCorrection};

/// Applies a correction: first the octave, then the shift of the eights, then the nudge.
///
/// - `octave` n > 0 puts a beat halfway between each two, n times over; n < 0 keeps every second beat, those on
///   which eights start. It stops where the tempo would leave 20 to 400 BPM.
/// - `shift_beats` moves the start of the eights (and the downbeats with it) by whole beats.
/// - `nudge_ms` moves every beat; beats that would fall before the song's start are dropped, and bars and eights
///   stay on the beats they were on.
///
/// The correction is a function of the grid alone: zero changes nothing, and doubling then halving gives the
/// same beats again. An empty grid stays empty.
pub fn correct(grid: &BeatGrid, correction: GridCorrection) -> BeatGrid {
    let mut grid = grid.clone();
    for _ in 0..correction.octave.unsigned_abs() {
        let next = if correction.octave > 0 { doubled(&grid) } else { halved(&grid) };
        match next {
            Some(next) => grid = next,
            None => break,
        }
    }
    shift(&mut grid, correction.shift_beats);
    nudge(&mut grid, f64::from(correction.nudge_ms) / 1000.0);
    grid
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
    Some(BeatGrid { downbeats, tempo, phase: 2 * grid.phase % BEATS_PER_EIGHT as u8, beats, ..grid.clone() })
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
    grid.phase = later(i64::from(grid.phase), BEATS_PER_EIGHT as u8) as u8;
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
    let dropped_beats = (dropped % BEATS_PER_EIGHT) as u8;
    grid.phase = (grid.phase + BEATS_PER_EIGHT as u8 - dropped_beats) % BEATS_PER_EIGHT as u8;
    grid.downbeats = grid.downbeats.iter().filter_map(|d| d.checked_sub(dropped as u32)).collect();
}
