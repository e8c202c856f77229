//! Which figure is danced in which eight: strong ones where the music is loud, calm ones where it is quiet, each at
//! most once in a performance, and in an order that is each dancer's own.

use crate::{
    Dancer, Figure,
    figure::{Motion, Shown},
    sheet::Move,
};

/// Fewest pictures a second of a move that still look like a motion.
const LEAST_CELS_PER_SECOND: f64 = 12.0;
/// How many figures of about the wanted energy a dancer chooses from.
const CHOICE: usize = 7;

/// A whole performance's figures, one per eight.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Dance {
    pub(crate) figures: Vec<Figure>,
}

impl Dance {
    /// Arranges a dance. `loudness` has a value per eight (any unit, higher is louder).
    pub(crate) fn arrange(dancer: Dancer, motion: &Motion, beat_seconds: f64, loudness: &[f32]) -> Self {
        let mut left: Vec<(f32, Figure)> = Figure::all()
            .into_iter()
            .filter(|figure| fast_enough(*figure, beat_seconds))
            .map(|figure| (motion.energy(figure), figure))
            .collect();
        left.sort_by(|a, b| a.0.total_cmp(&b.0));
        let all = left.len();
        let mut figures: Vec<Figure> = Vec::new();
        for (eight, wanted) in shares(loudness).into_iter().enumerate() {
            // Where the wanted energy stands in what is left. All eights use up the ends of the scale evenly.
            let place = (wanted * left.len() as f32) as usize;
            let first = place.saturating_sub(CHOICE / 2).min(left.len().saturating_sub(CHOICE));
            let last_move = figures.last().map(|figure| figure.main_move());
            let choice = (first..left.len().min(first + CHOICE))
                .filter(|i| Some(left[*i].1.main_move()) != last_move)
                .min_by_key(|i| taste(dancer, eight, *i, all))
                .unwrap_or(first);
            figures.push(if left.is_empty() { Figure::Groove(Move::REST) } else { left.remove(choice).1 });
        }
        Self { figures }
    }

    /// What is shown `beat` beats after the start of the first eight. Before it and after the last the dancer rests.
    pub(crate) fn at(&self, beat: f64) -> Shown {
        let eight = (beat / 8.0).floor();
        let inside = beat - 8.0 * eight;
        let figure = |index: f64| if index < 0.0 { None } else { self.figures.get(index as usize).copied() };
        let wound_up = figure(eight + 1.0).and_then(|next| next.before(inside - 8.0));
        wound_up.unwrap_or_else(|| figure(eight).unwrap_or(Figure::Groove(Move::REST)).at(inside))
    }
}

fn fast_enough(figure: Figure, beat_seconds: f64) -> bool {
    match figure {
        Figure::Slow(mv) => mv.cels() as f64 / (4.0 * beat_seconds) >= LEAST_CELS_PER_SECOND,
        _ => true,
    }
}

/// Each value's rank among all, as a share from 0 (lowest) to just below 1 (highest). Equals rank in order.
fn shares(values: &[f32]) -> Vec<f32> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let mut shares = vec![0.0; values.len()];
    for (rank, index) in order.into_iter().enumerate() {
        shares[index] = (rank as f32 + 0.5) / values.len() as f32;
    }
    shares
}

/// A dancer's liking for a figure: the same every time, another for each dancer. Lower is liked better.
fn taste(dancer: Dancer, eight: usize, figure: usize, figures: usize) -> usize {
    let stride = [7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47][dancer as usize];
    (figure * stride + eight * (dancer as usize + 3)) % figures.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_follow_loudness() {
        assert_eq!(shares(&[-10.0, -30.0, -20.0, -5.0]), [0.625, 0.125, 0.375, 0.875]);
        assert!(shares(&[]).is_empty());
    }

    #[test]
    fn the_dancer_rests_before_and_after() {
        let dance = Dance { figures: vec![Figure::Hits(Move::BURSTS[0])] };
        assert_eq!(dance.at(-1.5).mv, Move::REST);
        assert_eq!(dance.at(-0.1).mv, Move::BURSTS[0], "winding up");
        assert_eq!(dance.at(0.0).cel, 0);
        assert_eq!(dance.at(8.1).mv, Move::REST);
    }

    #[test]
    fn slow_moves_need_a_fast_song() {
        let slow = Figure::Slow(Move::LOOPS[0]);
        assert!(fast_enough(slow, 60.0 / 140.0));
        assert!(!fast_enough(slow, 60.0 / 95.0));
    }
}
