//! The metrics against the values of `mir_eval` (`tests/reference/make_metrics.py` shows how they were made).
#![allow(clippy::unwrap_used)]

use eightcount_audio::evaluation::metrics::{
    continuity, f_measure, median_offset, near_share, pairwise_f, tempo_accuracy, tempo_bpm, trim, v_measure,
};
use serde::Deserialize;

/// What `mir_eval.beat.evaluate` leaves out at the start, seconds.
const TRIM_S: f64 = 5.0;

#[derive(Deserialize)]
struct Reference {
    beats: Vec<BeatCase>,
    clusters: Vec<ClusterCase>,
}

#[derive(Deserialize)]
struct BeatCase {
    name: String,
    truth: Vec<f64>,
    found: Vec<f64>,
    whole: BeatScores,
    trimmed: BeatScores,
}

#[derive(Deserialize)]
struct BeatScores {
    f: f64,
    cml_c: f64,
    cml_t: f64,
    aml_c: f64,
    aml_t: f64,
}

#[derive(Deserialize)]
struct ClusterCase {
    name: String,
    truth: Vec<usize>,
    found: Vec<usize>,
    pairwise_f: f64,
    v: f64,
}

fn reference() -> Reference {
    serde_json::from_str(include_str!("reference/metrics.json")).unwrap()
}

fn agree(name: &str, truth: &[f64], found: &[f64], theirs: &BeatScores) {
    let c = continuity(truth, found);
    let ours = [f_measure(truth, found), c.cml_c, c.cml_t, c.aml_c, c.aml_t];
    let theirs = [theirs.f, theirs.cml_c, theirs.cml_t, theirs.aml_c, theirs.aml_t];
    let near = ours.iter().zip(theirs).all(|(a, b)| (a - b).abs() < 1e-6);
    assert!(near, "{name}: {ours:?} against {theirs:?}");
}

#[test]
fn beat_metrics_agree_with_the_reference() {
    let cases = reference().beats;
    assert!(cases.len() >= 20);
    for case in cases {
        agree(&case.name, &case.truth, &case.found, &case.whole);
        let (truth, found) = (trim(&case.truth, TRIM_S), trim(&case.found, TRIM_S));
        agree(&format!("{}, trimmed", case.name), &truth, &found, &case.trimmed);
    }
}

#[test]
fn cluster_metrics_agree_with_the_reference() {
    let cases = reference().clusters;
    assert!(cases.len() >= 20);
    for case in cases {
        let ours = [pairwise_f(&case.truth, &case.found), v_measure(&case.truth, &case.found)];
        let theirs = [case.pairwise_f, case.v];
        let near = ours.iter().zip(theirs).all(|(a, b)| (a - b).abs() < 1e-6);
        assert!(near, "{}: {ours:?} against {theirs:?}", case.name);
    }
}

/// No metrics of `mir_eval`: by their definitions.
#[test]
fn tempo_offset_and_phase_are_what_they_say() {
    let steps = |start: f64, step: f64| (0..60).map(|i| start + f64::from(i) * step).collect::<Vec<f64>>();
    assert!((tempo_bpm(&steps(1.0, 0.4)).unwrap() - 150.0).abs() < 1e-9);
    assert_eq!((tempo_bpm(&[]), tempo_bpm(&[1.0])), (None, None));
    for (found, right) in [
        (120.0, [true, true]),
        (124.7, [true, true]),
        (125.0, [false, false]),
        (60.0, [false, true]),
        (240.0, [false, true]),
        (40.0, [false, true]),
        (360.0, [false, true]),
        (80.0, [false, false]),
        (180.0, [false, false]),
    ] {
        assert_eq!(tempo_accuracy(120.0, found), right, "{found}");
    }
    let (truth, late) = (steps(0.0, 0.5), steps(0.012, 0.5));
    assert!((median_offset(&truth, &late).unwrap() - 0.012).abs() < 1e-9);
    assert_eq!(median_offset(&truth, &steps(0.25, 0.5)), None, "none is near");
    assert!((near_share(&truth, &steps(0.05, 0.5)) - 1.0).abs() < 1e-9);
    assert!(near_share(&truth, &steps(0.25, 0.5)).abs() < 1e-9);
    assert!(near_share(&truth, &[]).abs() < 1e-9);
}
