//! Phrases: four eights, the 32 counts in which dancers think and most dance music is written.
//!
//! Two rules are made of them, after the choreography rules of `ChoreoMaster` (Chen et al., SIGGRAPH 2021): within a
//! phrase no step comes twice, and a phrase that sounds like an earlier one is danced like it, place by place. So a
//! chorus gets its dance back, and two steps never alternate.

use super::Chosen;
use eightcount_domain::ClusterLabel;

/// Eights of a phrase; phrases are counted from the section's start.
pub const PHRASE_EIGHTS: u32 = 4;

/// Are two eights of one phrase?
pub fn together(a: u32, b: u32) -> bool {
    a / PHRASE_EIGHTS == b / PHRASE_EIGHTS
}

/// Is one of two eights in a phrase that calls (the first, third, …) and the other in one that answers?
pub fn answers(a: u32, b: u32) -> bool {
    !(a / PHRASE_EIGHTS).abs_diff(b / PHRASE_EIGHTS).is_multiple_of(2)
}

/// The selections of an eight's counterparts: eights of other phrases that sound like it, those at its own place of
/// the phrase where there are any.
pub fn counterparts(history: &[Chosen], eight: u32, cluster: ClusterLabel) -> Vec<&Chosen> {
    let alike = || history.iter().filter(move |c| c.cluster == cluster && !together(c.eight, eight));
    let place = |c: &&Chosen| c.eight % PHRASE_EIGHTS == eight % PHRASE_EIGHTS;
    let in_place: Vec<&Chosen> = alike().filter(place).collect();
    if in_place.is_empty() { alike().collect() } else { in_place }
}

/// The counterpart that is fewest eights away; the earlier of equals.
pub fn nearest<'a>(counterparts: &[&'a Chosen], eight: u32) -> Option<&'a Chosen> {
    counterparts.iter().copied().min_by_key(|c| (c.eight.abs_diff(eight), c.eight))
}

#[cfg(test)]
mod tests {
    use super::super::sample::id;
    use super::*;

    #[test]
    fn a_phrase_looks_back_at_the_same_place_of_another_one() {
        let chosen = |eight, cluster| Chosen {
            eight,
            cluster: ClusterLabel(cluster),
            step: id(1, eight),
            mirrored: false,
        };
        let history = [chosen(0, 0), chosen(1, 0), chosen(2, 1), chosen(4, 0)];
        let found = |eight, cluster| -> Vec<u32> {
            counterparts(&history, eight, ClusterLabel(cluster)).iter().map(|c| c.eight).collect()
        };
        assert_eq!(found(5, 0), [1], "not the one beside it");
        assert_eq!(found(6, 0), [0, 1], "none at its place: all that sound so");
        assert_eq!(found(6, 1), [2]);
        assert_eq!(found(3, 0), [4]);
        assert!(found(9, 2).is_empty());
        assert!(together(4, 7) && !together(3, 4));
        assert!(answers(1, 5) && !answers(1, 9) && !answers(0, 3));
    }
}
