//! The models in our runtime say what they say in the reference runtime, on the committed photographs
//! (`scripts/pose-reference.py` makes the values), and find the people in them.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use eightcount_pose::model::Network;
use eightcount_pose::{Models, Picture};
use serde_json::Value;
use std::path::PathBuf;

const NAMES: [&str; 2] = ["astronaut", "camera"];

fn models() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../.tools/pose")
}

/// Pixels of a reference picture, 256 by 256, and what was said of it.
fn reference(name: &str) -> (Vec<u8>, Value) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/reference");
    let picture = image::open(folder.join(format!("{name}.png"))).unwrap().to_rgb8();
    assert_eq!(picture.dimensions(), (256, 256));
    let said = std::fs::read(folder.join(format!("{name}.json"))).unwrap();
    (picture.into_raw(), serde_json::from_slice(&said).unwrap())
}

fn numbers(value: &Value) -> Vec<f32> {
    value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap() as f32).collect()
}

fn load(name: &str) -> Network {
    Network::load(&std::fs::read(models().join(name)).unwrap(), &[0, 1]).unwrap()
}

#[test]
fn landmarks_equal_the_reference_within_half_a_pixel() {
    let network = load("pose_landmark_lite.tflite");
    for name in NAMES {
        let (pixels, said) = reference(name);
        let input: Vec<f32> = pixels.iter().map(|&v| f32::from(v) / 255.0).collect();
        let outputs = network.run(&mut network.memory(), &input).unwrap();
        let expected = numbers(&said["landmarks"]["landmarks"]);
        let ours = outputs[0].chunks(5).zip(expected.chunks(5));
        let worst = ours.flat_map(|(a, b)| [(a[0] - b[0]).abs(), (a[1] - b[1]).abs()]).fold(0.0, f32::max);
        assert!(worst < 0.5, "{name}: {worst} pixels of 256");
        let presence = said["landmarks"]["presence"].as_f64().unwrap() as f32;
        assert!((outputs[1][0] - presence).abs() < 0.01, "{name}: presence {} {presence}", outputs[1][0]);
    }
}

#[test]
fn the_detector_equals_the_reference() {
    let network = load("pose_detection.tflite");
    for name in NAMES {
        let (pixels, said) = reference(name);
        let rows = pixels.chunks_exact(256 * 3).skip(16).take(224);
        let middle = rows.flat_map(|row| &row[16 * 3..240 * 3]);
        let input: Vec<f32> = middle.map(|&v| f32::from(v) / 127.5 - 1.0).collect();
        let outputs = network.run(&mut network.memory(), &input).unwrap();
        let best = usize::try_from(said["detector"]["best"].as_u64().unwrap()).unwrap();
        let score = said["detector"]["score"].as_f64().unwrap() as f32;
        assert!((outputs[1][best] - score).abs() < 0.05, "{name}: {} {score}", outputs[1][best]);
        for (ours, theirs) in outputs[0][12 * best..].iter().zip(numbers(&said["detector"]["box"])) {
            assert!((ours - theirs).abs() < 0.5, "{name}: {ours} {theirs}");
        }
    }
}

#[test]
fn the_people_in_the_photographs_are_found_whole() {
    let mut seer = Models::load(&models()).unwrap().seer();
    for (name, nose) in [("astronaut", (113.0, 61.0)), ("camera", (123.0, 80.0))] {
        let (pixels, _) = reference(name);
        let picture = Picture::new(256, 256, &pixels).unwrap();
        let people = seer.detect(&picture, 0.5, 5).unwrap();
        assert_eq!(people.len(), 1, "{name}");
        let body = seer.landmarks(&picture, people[0].region).unwrap().unwrap();
        assert!(body.presence > 0.5, "{name}: {}", body.presence);
        let away = (body.joints[0].x - nose.0).hypot(body.joints[0].y - nose.1);
        assert!(away < 10.0, "{name}: nose at {:?}", body.joints[0]);
    }
}

#[test]
fn wrong_models_are_refused() {
    let folder = std::env::temp_dir().join(format!("eightcount-pose-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    assert!(Models::load(&folder).is_err());
    std::fs::write(folder.join("pose_detection.tflite"), "not a model").unwrap();
    assert!(Models::load(&folder).is_err());
    std::fs::remove_dir_all(&folder).unwrap();
}
