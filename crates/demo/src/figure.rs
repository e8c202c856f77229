//! What a dancer does during one eight, and how much motion that is.

use crate::sheet::{CANVAS, Cel, Move, MoveKind, Sheet};
use std::{collections::BTreeMap, fmt};

/// Share of a beat in which the dancer winds up for a struck move.
const WIND_UP: f64 = 0.2;

/// What a dancer does during the eight beats of one eight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Figure {
    /// A move at its own pace: two beats each time, its height on every other beat.
    Groove(Move),
    /// A move at half its pace: four beats each time.
    Slow(Move),
    /// A move struck on every other beat, to the left and to the right.
    Sway(Move),
    /// A move struck on every beat, to the left and to the right.
    Hits(Move),
    /// Four beats of the first move at its own pace, answered by four strikes of the second.
    Answer(Move, Move),
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Groove(mv) => write!(f, "{mv}"),
            Self::Slow(mv) => write!(f, "slow {mv}"),
            Self::Sway(mv) => write!(f, "{mv} every other beat"),
            Self::Hits(mv) => write!(f, "{mv} every beat"),
            Self::Answer(groove, hit) => write!(f, "{groove}, then {hit}"),
        }
    }
}

/// Which picture is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shown {
    pub(crate) mv: Move,
    pub(crate) cel: usize,
    pub(crate) mirrored: bool,
}

impl Figure {
    /// Everything a dancer can do in an eight.
    pub(crate) fn all() -> Vec<Self> {
        let mut all = vec![Self::Groove(Move::REST)];
        all.extend(Move::LOOPS.into_iter().flat_map(|mv| [Self::Groove(mv), Self::Slow(mv)]));
        all.extend(Move::BURSTS.into_iter().flat_map(|mv| [Self::Sway(mv), Self::Hits(mv)]));
        // Each loop answered by two of the bursts; the pairing runs through all of them.
        let bursts = Move::BURSTS.len();
        for (i, groove) in Move::LOOPS.into_iter().enumerate() {
            all.extend(
                [Move::BURSTS[(3 * i) % bursts], Move::BURSTS[(3 * i + 7) % bursts]]
                    .map(|hit| Self::Answer(groove, hit)),
            );
        }
        all
    }

    /// Its main move.
    pub(crate) fn main_move(self) -> Move {
        match self {
            Self::Groove(mv) | Self::Slow(mv) | Self::Sway(mv) | Self::Hits(mv) | Self::Answer(mv, _) => mv,
        }
    }

    /// What is shown `beat` beats (0 to 8) after its start.
    pub(crate) fn at(self, beat: f64) -> Shown {
        match self {
            Self::Groove(mv) => looped(mv, beat, 2.0),
            Self::Slow(mv) => looped(mv, beat, 4.0),
            Self::Sway(mv) => struck(mv, beat, 2.0),
            Self::Hits(mv) => struck(mv, beat, 1.0),
            Self::Answer(groove, _) if beat < 4.0 - WIND_UP => looped(groove, beat, 2.0),
            Self::Answer(_, hit) if beat < 4.0 => wound_up(hit, (beat - 4.0) / WIND_UP + 1.0, false),
            Self::Answer(_, hit) => struck(hit, beat - 4.0, 1.0),
        }
    }

    /// What is shown just before its start, `beat` from -1 to 0: the wind-up, if it opens with a strike.
    pub(crate) fn before(self, beat: f64) -> Option<Shown> {
        match self {
            Self::Sway(mv) | Self::Hits(mv) if beat >= -WIND_UP => {
                Some(wound_up(mv, beat / WIND_UP + 1.0, false))
            }
            _ => None,
        }
    }
}

/// A loop that takes `pace` beats each time.
fn looped(mv: Move, beat: f64, pace: f64) -> Shown {
    let turn = (beat / pace).floor();
    let cels = mv.cels();
    let cel = (((beat / pace - turn) * cels as f64) as usize).min(cels - 1);
    let mirrors = mv.kind() == MoveKind::Loop { mirrors: true };
    Shown { mv, cel, mirrored: mirrors && turn as i64 % 2 != 0 }
}

/// A burst struck every `every` beats: it falls back to rest within a beat, and winds up for the next one.
fn struck(mv: Move, beat: f64, every: f64) -> Shown {
    let turn = (beat / every).floor();
    let since = beat - turn * every;
    let mirrored = turn as i64 % 2 != 0;
    if since >= every - WIND_UP && beat < 8.0 - WIND_UP {
        return wound_up(mv, (since - every) / WIND_UP + 1.0, !mirrored);
    }
    let cels = mv.cels();
    let fall = every.min(1.0 / (1.0 - WIND_UP)) * (1.0 - WIND_UP);
    Shown { mv, cel: ((since / fall * cels as f64) as usize).min(cels - 1), mirrored }
}

/// A burst backwards, from rest (`done` 0) to its height (1).
fn wound_up(mv: Move, done: f64, mirrored: bool) -> Shown {
    let last = mv.cels() - 1;
    Shown { mv, cel: last - ((done.clamp(0.0, 1.0) * last as f64).round() as usize), mirrored }
}

/// Measures how much the picture changes from cel to cel.
pub(crate) struct Motion {
    /// Brightness of the cels on a coarse grid over the canvas.
    coarse: BTreeMap<Move, Vec<Vec<f32>>>,
}

/// Sprite pixels to a side of the coarse grid's cells.
const CELL: u32 = 4;
/// Cells to a side of the canvas.
const CELLS: usize = (CANVAS / CELL) as usize;

impl Motion {
    pub(crate) fn of(sheet: &Sheet) -> Self {
        let coarse = |mv| (mv, sheet.cels(mv).iter().map(coarse).collect());
        Self { coarse: Move::all().map(coarse).collect() }
    }

    /// Mean change of the picture a beat, in cells that go from empty to full.
    pub(crate) fn energy(&self, figure: Figure) -> f32 {
        const SAMPLES_PER_BEAT: u32 = 12;
        let samples =
            (0..8 * SAMPLES_PER_BEAT).map(|i| figure.at((f64::from(i) + 0.5) / f64::from(SAMPLES_PER_BEAT)));
        let shown: Vec<_> = samples.collect();
        shown.windows(2).map(|pair| self.change(pair[0], pair[1])).sum::<f32>() / 8.0
    }

    fn change(&self, from: Shown, to: Shown) -> f32 {
        if from == to {
            return 0.0;
        }
        let grid = |s: Shown| self.coarse.get(&s.mv).and_then(|cels| cels.get(s.cel));
        let (Some(a), Some(b)) = (grid(from), grid(to)) else { return 0.0 };
        let flip = from.mirrored != to.mirrored;
        let mut sum = 0.0;
        for (row_a, row_b) in a.chunks_exact(CELLS).zip(b.chunks_exact(CELLS)) {
            for (x, value) in row_a.iter().enumerate() {
                sum += (value - row_b[if flip { CELLS - 1 - x } else { x }]).abs();
            }
        }
        sum
    }
}

/// A cel's opacity on the coarse grid, darker parts counting less: 0 (empty) to 1.
fn coarse(cel: &Cel) -> Vec<f32> {
    let mut grid = vec![0.0; CELLS * CELLS];
    for (x, y, pixel) in cel.image.enumerate_pixels() {
        let (column, row) = (((cel.x + x) / CELL) as usize, ((cel.y + y) / CELL) as usize);
        if column < CELLS && row < CELLS {
            let [r, g, b, a] = pixel.0.map(f32::from);
            let brightness = 0.5 + (r + g + b) / (6.0 * 255.0);
            grid[row * CELLS + column] += a / 255.0 * brightness / (CELL * CELL) as f32;
        }
    }
    grid
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KICK: Move = Move::LOOPS[7];
    const JUMP: Move = Move::BURSTS[8];

    #[test]
    fn a_loop_rests_on_the_first_beat_and_peaks_on_the_second() {
        let groove = Figure::Groove(KICK);
        assert_eq!(groove.at(0.0), Shown { mv: KICK, cel: 0, mirrored: false });
        assert_eq!(groove.at(1.0).cel, 12);
        assert_eq!(groove.at(2.0), Shown { mv: KICK, cel: 0, mirrored: true });
        assert_eq!(groove.at(4.0), groove.at(0.0));
    }

    #[test]
    fn a_strike_is_at_its_height_exactly_on_the_beat() {
        for beat in 0..8 {
            let beat = f64::from(beat);
            assert_eq!(Figure::Hits(JUMP).at(beat).cel, 0, "beat {beat}");
            assert_eq!(Figure::Hits(JUMP).at(beat + 0.79).cel, 11, "before beat {beat}");
        }
        assert_eq!(Figure::Hits(JUMP).at(0.999), Shown { mv: JUMP, cel: 0, mirrored: true });
        assert_eq!(Figure::Sway(JUMP).at(1.0).cel, 11);
        assert_eq!(Figure::Answer(KICK, JUMP).at(4.0), Figure::Hits(JUMP).at(0.0));
    }

    #[test]
    fn a_strike_is_announced() {
        assert_eq!(Figure::Hits(JUMP).before(-0.5), None);
        assert_eq!(Figure::Hits(JUMP).before(-0.2).map(|s| s.cel), Some(11));
        assert_eq!(Figure::Hits(JUMP).before(0.0).map(|s| s.cel), Some(0));
        assert_eq!(Figure::Groove(KICK).before(-0.1), None);
    }

    #[test]
    fn every_figure_is_another() {
        let all = Figure::all();
        for (i, a) in all.iter().enumerate() {
            assert!(!all[..i].contains(a), "{a}");
        }
        assert!(all.len() > 60);
    }

    proptest! {
        #[test]
        fn a_cel_is_shown_at_any_time(index in 0..Figure::all().len(), beat in 0.0..8.0_f64) {
            let shown = Figure::all()[index].at(beat);
            prop_assert!(shown.cel < shown.mv.cels());
        }
    }
}
