//! How much each term counts.

use eightcount_domain::{Flavour, ScoreTerm, Term};

/// How many terms there are.
pub(super) const TERMS: usize = 7;

/// The weight of every term for [`Flavour::Balanced`], `Smooth`, `Energetic` and `Surprising`; each column adds
/// up to 1. A candidate's weights are these, renormalised over the terms whose data exist.
///
/// Connection leads, because a jump at the cut is what a viewer of a cross-edit sees first; a repeated phrase counts
/// almost as much, so that the step danced to it before is offered first; the music's sound and strength follow
/// (energy beat by beat, contour eight by eight); tempo is already limited by its filter, and novelty only breaks
/// near-ties. The presets raise what they are named after. These are judgements, but for connection's: it was raised, and
/// its parts weighed, until the cuts of automatic dances to the demo library jumped less than nine of ten random ones
/// (`make bench-suggest-quality`).
pub const WEIGHTS: [(Term, [f32; 4]); TERMS] = [
    (Term::Similarity, [0.09, 0.07, 0.10, 0.08]),
    (Term::Energy, [0.13, 0.07, 0.26, 0.09]),
    (Term::Contour, [0.06, 0.04, 0.18, 0.05]),
    (Term::Connection, [0.44, 0.60, 0.20, 0.24]),
    (Term::Tempo, [0.04, 0.04, 0.05, 0.05]),
    (Term::Repeat, [0.18, 0.12, 0.15, 0.13]),
    (Term::Novelty, [0.06, 0.06, 0.06, 0.36]),
];

/// What a score is made of: how much each term counts, and how much the six must differ from each other. Made from
/// what the user favours; by hand only to measure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Taste {
    /// In the order of [`WEIGHTS`].
    weights: [f32; TERMS],
    /// Share of the score against likeness to those already chosen when six are chosen.
    pub(super) relevance: f32,
}

impl From<Flavour> for Taste {
    fn from(flavour: Flavour) -> Self {
        let column = match flavour {
            Flavour::Balanced => 0,
            Flavour::Smooth => 1,
            Flavour::Energetic => 2,
            Flavour::Surprising => 3,
        };
        let relevance = if flavour == Flavour::Surprising { 0.6 } else { 0.8 };
        Self { weights: WEIGHTS.map(|(_, columns)| columns[column]), relevance }
    }
}

impl Taste {
    /// One term and nothing else: what it is worth by itself.
    pub fn only(term: Term) -> Self {
        let weights = WEIGHTS.map(|(each, _)| if each == term { 1.0 } else { 0.0 });
        Self { weights, relevance: 1.0 }
    }

    /// All but one term, the others' proportions kept: what that one adds.
    #[must_use]
    pub fn without(self, term: Term) -> Self {
        let mut weights = self.weights;
        for (weight, (each, _)) in weights.iter_mut().zip(WEIGHTS) {
            *weight = if each == term { 0.0 } else { *weight };
        }
        Self { weights, ..self }
    }

    /// The weight of a term, 0 to 1.
    pub fn weight(&self, term: Term) -> f32 {
        WEIGHTS.iter().zip(self.weights).find(|((each, _), _)| *each == term).map_or(0.0, |(_, w)| w)
    }

    /// In the order of [`WEIGHTS`].
    pub(super) fn weights(&self) -> [f32; TERMS] {
        self.weights
    }
}

/// The values of the terms in the order of [`WEIGHTS`]; none where the data are missing.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Values(pub [Option<f32>; TERMS]);

impl Values {
    /// Weighted mean of the values that exist, 0 to 1; 0 when none does.
    pub fn score(&self, taste: &Taste) -> f32 {
        let (mut sum, mut total) = (0.0, 0.0);
        for (value, weight) in self.0.iter().zip(taste.weights) {
            if let Some(value) = value {
                sum += value * weight;
                total += weight;
            }
        }
        if total > 0.0 { sum / total } else { 0.0 }
    }

    /// The terms that exist, with their shares.
    pub fn terms(&self, taste: &Taste) -> Vec<ScoreTerm> {
        let all = WEIGHTS.iter().zip(taste.weights).zip(self.0);
        let existing = all.filter_map(|(((term, _), weight), value)| Some((*term, value?, weight)));
        let total: f32 = existing.clone().map(|(_, _, weight)| weight).sum();
        existing.map(|(term, value, weight)| ScoreTerm { term, value, weight: weight / total }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flavour_adds_up_and_favours_its_name() {
        for column in 0..4 {
            let sum: f32 = WEIGHTS.iter().map(|(_, columns)| columns[column]).sum();
            assert!((sum - 1.0).abs() < 1e-6, "column {column}: {sum}");
        }
        for (flavour, term) in [
            (Flavour::Smooth, Term::Connection),
            (Flavour::Energetic, Term::Energy),
            (Flavour::Surprising, Term::Novelty),
        ] {
            let taste = Taste::from(flavour);
            let others = WEIGHTS.iter().filter(|(t, _)| *t != term);
            assert!(others.into_iter().all(|(t, _)| taste.weight(*t) < taste.weight(term)));
            assert!(taste.weight(term) > Taste::from(Flavour::Balanced).weight(term));
        }
    }
}
