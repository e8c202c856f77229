//! The words refuse what is not one, and read back as they were written.
#![allow(clippy::unwrap_used)]

use eightcount_domain::{
    Bpm, ChoreographyId, ClusterLabel, ContentHash, Eight, FailureCode, FrameGrid, FrameRate, PerformanceId,
    StageName, StepId, SuggestionId,
};
use proptest::prelude::*;
use std::collections::BTreeSet;

#[test]
fn every_failure_code_is_read_back_and_is_its_own() {
    for code in FailureCode::ALL {
        assert_eq!(code.as_str().parse(), Ok(*code));
        assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
    }
    let distinct: BTreeSet<_> = FailureCode::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(distinct.len(), FailureCode::ALL.len());
    assert!("no such code".parse::<FailureCode>().is_err());
}

#[test]
fn ids_have_one_spelling() {
    let hash = "0123456789abcdef".repeat(4);
    let step: StepId = format!("{hash}.12").parse().unwrap();
    assert_eq!((step.index, step.to_string()), (12, format!("{hash}.12")));
    let upper = hash.to_uppercase();
    for bad in ["", "x", "../../etc/passwd", &hash[1..], &upper, &format!("{hash} ")] {
        assert!(bad.parse::<PerformanceId>().is_err(), "{bad:?}");
        assert!(format!("{bad}.1").parse::<StepId>().is_err(), "{bad:?}");
    }
    for bad in ["", ".", ".01", ".-1", ".+1", ".1.2", ".99999999999"] {
        assert!(format!("{hash}{bad}").parse::<StepId>().is_err(), "{bad:?}");
    }
    let id: ChoreographyId = "01234567-89ab-7def-8123-456789abcdef".parse().unwrap();
    assert_eq!(id.workflow_id(), "choreography:01234567-89ab-7def-8123-456789abcdef");
    let suggestion = SuggestionId { choreography: id, eight: 3, serial: 9 };
    assert_eq!(suggestion.to_string().parse(), Ok(suggestion));
    assert!("01234567-89AB-7def-8123-456789abcdef".parse::<ChoreographyId>().is_err());
}

#[test]
fn impossible_numbers_cannot_be_read() {
    assert!(serde_json::from_str::<Bpm>("120.5").is_ok());
    for bad in ["0", "-3", "1e9", "null"] {
        assert!(serde_json::from_str::<Bpm>(bad).is_err(), "{bad}");
    }
    assert!(Bpm::try_from(f64::NAN).is_err());
    assert!(serde_json::from_str::<FrameRate>("25").is_err());
    assert!(serde_json::from_str::<ContentHash>("\"abc\"").is_err());
}

#[test]
fn clusters_are_lettered_in_order() {
    let letters: Vec<_> = [0, 1, 25, 26].map(|label| ClusterLabel(label).to_string()).into();
    assert_eq!(letters, ["A", "B", "Z", "A1"]);
}

proptest! {
    #[test]
    fn takes_tile_the_frame_grid(
        start in 0.0..300.0_f64,
        lengths in prop::collection::vec(1.5..9.0_f64, 1..60),
        half in 0_u64..=10,
    ) {
        let mut at = start;
        let eights: Vec<_> = lengths.iter().zip(0..).map(|(length, index)| {
            let beats = std::array::from_fn(|i| at + length * i as f64 / 8.0);
            at += length;
            Eight { index, beats }
        }).collect();
        let grid = FrameGrid::of(&eights, FrameRate::Fps30);
        prop_assert_eq!(grid.eights(), eights.len());
        let mut next = 0;
        for (k, eight) in eights.iter().enumerate() {
            let (from, to) = grid.take_range(k, half).unwrap();
            prop_assert_eq!(from, next, "no gap and no overlap");
            prop_assert!(to > from);
            next = to;
            let exact = (eight.start() - start) * 30.0;
            prop_assert!((grid.boundaries[k].0 as f64 - exact).abs() <= 0.5 + 1e-4, "rounding adds up");
        }
        prop_assert_eq!(next, grid.total());
        prop_assert_eq!(grid.take_range(eights.len(), half), None);
    }

    #[test]
    fn stages_grow_and_never_wait_for_what_they_do_not_cover(eights in 1_usize..200) {
        let covered: Vec<_> = StageName::ALL.iter().map(|stage| stage.covers(eights)).collect();
        prop_assert!(covered.is_sorted() && covered[0] >= 1 && covered[2] == eights);
        for stage in StageName::ALL {
            prop_assert!(stage.covers(eights) <= stage.due_at(eights));
        }
    }
}
