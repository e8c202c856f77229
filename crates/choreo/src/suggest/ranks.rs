//! How lively a step is among others: movements of different tiers have different units, so only ranks compare.

use eightcount_domain::{Movement, MovementTier, Step};

const TIERS: [MovementTier; 2] = [MovementTier::Joints, MovementTier::Visual];

/// Sorted movements of all steps, tier by tier.
pub struct Ranks {
    means: [Vec<f32>; 2],
    /// Of the first and last beats, where cuts are.
    edges: [Vec<f32>; 2],
}

impl Ranks {
    pub fn of(steps: &[Step]) -> Self {
        let sorted = |values: &dyn Fn(&Movement) -> Vec<f32>| {
            TIERS.map(|tier| {
                let of_tier = steps.iter().map(|s| &s.movement).filter(|m| m.tier == tier);
                let mut all: Vec<f32> = of_tier.flat_map(values).filter(|v| v.is_finite()).collect();
                all.sort_unstable_by(f32::total_cmp);
                all
            })
        };
        Self {
            means: sorted(&|m| vec![mean(m)]),
            edges: sorted(&|m| vec![m.per_beat[0], m.per_beat[m.per_beat.len() - 1]]),
        }
    }

    /// Rank of the mean movement, 0 to 1; NaN when it is not finite.
    pub fn vigour(&self, movement: &Movement) -> f32 {
        rank(&self.means[tier(movement)], mean(movement))
    }

    /// Rank of the movement in the first and in the last beat.
    pub fn speeds(&self, movement: &Movement) -> [f32; 2] {
        let edges = &self.edges[tier(movement)];
        let [first, .., last] = movement.per_beat;
        [rank(edges, first), rank(edges, last)]
    }
}

fn tier(movement: &Movement) -> usize {
    usize::from(movement.tier == MovementTier::Visual)
}

fn mean(movement: &Movement) -> f32 {
    movement.per_beat.iter().sum::<f32>() / movement.per_beat.len() as f32
}

/// The middle of a value's place among sorted ones; equal values share a rank, and a single one is in the middle.
fn rank(sorted: &[f32], value: f32) -> f32 {
    if !value.is_finite() || sorted.is_empty() {
        return f32::NAN;
    }
    let below = sorted.partition_point(|&v| v < value);
    let up_to = sorted.partition_point(|&v| v <= value);
    (below + up_to) as f32 / (2 * sorted.len()) as f32
}

#[cfg(test)]
mod tests {
    use super::super::sample::{id, step};
    use super::*;

    #[test]
    fn livelier_steps_rank_higher_whatever_the_unit() {
        let with = |n: u32, tier, unit: f32| {
            let movement = Movement { tier, per_beat: [unit * (1 + n) as f32; 8] };
            Step { id: id(1, n), movement, ..step(1, n) }
        };
        let mut steps: Vec<Step> = (0..5).map(|n| with(n, MovementTier::Visual, 0.01)).collect();
        steps.extend((5..10).map(|n| with(n, MovementTier::Joints, 3.0)));
        let ranks = Ranks::of(&steps);
        let vigour: Vec<f32> = steps.iter().map(|s| ranks.vigour(&s.movement)).collect();
        assert!(vigour[..5].windows(2).all(|w| w[0] < w[1]));
        assert_eq!(vigour[..5], vigour[5..]);
        assert!(vigour.iter().all(|v| (0.0..=1.0).contains(v)));
        assert!(ranks.vigour(&Movement { tier: MovementTier::Visual, per_beat: [f32::NAN; 8] }).is_nan());
        assert_eq!(rank(&[2.0, 2.0], 2.0).to_bits(), 0.5_f32.to_bits());
    }
}
