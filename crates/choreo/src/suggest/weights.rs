//! How much each term counts.

use eightcount_domain::{ScoreTerm, Term};

/// The weight of every term, adding up to 1. A candidate's weights are these, renormalised over the terms
/// whose data exist.
///
/// Connection leads, because a jump at the cut is what a viewer of a cross-edit sees first; a repeated phrase
/// counts as much, so that the step danced to it before is offered first; music and energy follow; tempo is
/// already limited by its filter, and novelty only breaks near-ties. These are judgements, not measurements:
/// the benches report what each term contributes.
pub const WEIGHTS: [(Term, f32); 6] = [
    (Term::Similarity, 0.18),
    (Term::Energy, 0.18),
    (Term::Connection, 0.22),
    (Term::Tempo, 0.10),
    (Term::Repeat, 0.22),
    (Term::Novelty, 0.10),
];

/// The weight of a term in [`WEIGHTS`].
pub fn weight(term: Term) -> f32 {
    WEIGHTS.iter().find(|(t, _)| *t == term).map_or(0.0, |(_, w)| *w)
}

/// The values of the terms in the order of [`WEIGHTS`]; none where the data are missing.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Values(pub [Option<f32>; 6]);

impl Values {
    /// Weighted mean of the values that exist, 0 to 1; 0 when none does.
    pub fn score(&self) -> f32 {
        let (mut sum, mut total) = (0.0, 0.0);
        for (value, (_, weight)) in self.0.iter().zip(WEIGHTS) {
            if let Some(value) = value {
                sum += value * weight;
                total += weight;
            }
        }
        if total > 0.0 { sum / total } else { 0.0 }
    }

    /// The terms that exist, with their shares.
    pub fn terms(&self) -> Vec<ScoreTerm> {
        let existing = || self.0.iter().zip(WEIGHTS).filter_map(|(v, (term, w))| v.map(|v| (term, v, w)));
        let total: f32 = existing().map(|(_, _, w)| w).sum();
        existing().map(|(term, value, w)| ScoreTerm { term, value, weight: w / total }).collect()
    }
}
