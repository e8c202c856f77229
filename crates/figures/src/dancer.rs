//! Somebody who dances: a pose on every beat, reached in a sweep that stops on it.

use crate::body::{Angles, Clothes, Joints};
use crate::stage::hash;

/// Share of a beat in which a pose is held before the next sweep.
const HOLD: f32 = 0.35;

/// A dancer of a film.
#[derive(Clone, Debug)]
pub struct Dancer {
    /// What they wear.
    pub clothes: Clothes,
    /// Length of the torso in pixels.
    pub torso: f32,
    /// Where their feet are: seconds, and pixels from the middle of the stage, right and down; between two of these they
    /// walk evenly, before the first and after the last they stay.
    pub path: Vec<(f32, f32, f32)>,
    /// Which poses they take.
    pub seed: u32,
    /// From which second on they dance, and until when; outside of it they stand still.
    pub dances: (f32, f32),
}

impl Dancer {
    /// Dances from start to end on one spot.
    pub fn on_spot(index: usize, torso: f32, x: f32, y: f32) -> Self {
        Self {
            clothes: Clothes::number(index),
            torso,
            path: vec![(0.0, x, y)],
            seed: index as u32 + 1,
            dances: (f32::NEG_INFINITY, f32::INFINITY),
        }
    }

    /// Where the joints are at a time, pixels from the middle of the stage.
    pub(crate) fn joints(&self, time: f32, beats: &[f64]) -> Joints {
        self.angles(time, beats).joints(self.place(time), self.torso)
    }

    fn place(&self, time: f32) -> (f32, f32) {
        let after = self.path.iter().position(|p| p.0 > time).unwrap_or(self.path.len());
        match (after.checked_sub(1).map(|i| self.path[i]), self.path.get(after)) {
            (Some(a), Some(b)) => {
                let t = (time - a.0) / (b.0 - a.0);
                (a.1 + t * (b.1 - a.1), a.2 + t * (b.2 - a.2))
            }
            (Some(one), None) => (one.1, one.2),
            (None, Some(one)) => (one.1, one.2),
            (None, None) => (0.0, 0.0),
        }
    }

    fn angles(&self, time: f32, beats: &[f64]) -> Angles {
        let next = beats.iter().position(|&beat| beat as f32 > time).unwrap_or(beats.len());
        let (Some(last), Some(&to)) = (next.checked_sub(1), beats.get(next)) else { return rest() };
        let from = beats[last] as f32;
        let t = (time - from) / (to as f32 - from);
        let t = ((t - HOLD) / (1.0 - HOLD)).clamp(0.0, 1.0);
        // Starts softly and stops at once: what lands on a beat is seen to land.
        self.pose(last, beats).mix(&self.pose(next, beats), t * t * (1.6 - 0.6 * t))
    }

    /// The pose on a beat.
    fn pose(&self, beat: usize, beats: &[f64]) -> Angles {
        let time = beats[beat] as f32;
        if time < self.dances.0 || time > self.dances.1 {
            return rest();
        }
        let random = |n: u32| (hash(self.seed, beat as u32, n) % 1000) as f32 / 1000.0;
        let arm = |n: u32| [0.3 + 2.3 * random(n), -0.6 + 1.5 * random(n + 1)];
        let leg = |n: u32| {
            let open = 0.05 + 0.35 * random(n);
            [open, open + 0.3 * random(n + 1)]
        };
        Angles { lean: 0.3 * (random(9) - 0.5), arms: [arm(1), arm(3)], legs: [leg(5), leg(7)] }
    }
}

fn rest() -> Angles {
    Angles { lean: 0.0, arms: [[0.2, 0.0]; 2], legs: [[0.08, 0.08]; 2] }
}
