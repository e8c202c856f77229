//! The metrics against the values of `mir_eval` (`tests/reference/make_metrics.py` shows how they were made).
#![allow(clippy::unwrap_used)]

use eightcount_audio::evaluation::metrics::{continuity, f_measure};
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    name: String,
    truth: Vec<f64>,
    found: Vec<f64>,
    f: f64,
    cml_c: f64,
    cml_t: f64,
    aml_c: f64,
    aml_t: f64,
}

#[test]
fn beat_metrics_agree_with_the_reference() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("reference/metrics.json")).unwrap();
    assert!(cases.len() >= 20);
    for case in cases {
        let c = continuity(&case.truth, &case.found);
        let ours = [f_measure(&case.truth, &case.found), c.cml_c, c.cml_t, c.aml_c, c.aml_t];
        let theirs = [case.f, case.cml_c, case.cml_t, case.aml_c, case.aml_t];
        for (a, b) in ours.iter().zip(theirs) {
            assert!((a - b).abs() < 1e-6, "{}: {ours:?} against {theirs:?}", case.name);
        }
    }
}
