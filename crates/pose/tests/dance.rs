//! What looks at a figure with known joints say of an eight.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use eightcount_domain::{Facing, HeightClass, MovementTier};
use eightcount_pose::{Dance, JOINTS, Look, Person, Shift};

const ASPECT: f32 = 16.0 / 9.0;
const BEATS: [f64; 9] = [1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0];

/// A figure facing us: torso a fifth of the picture high, hips at `x`, wrists `reach` picture heights outwards.
fn figure(person: u32, x: f32, reach: f32) -> Person {
    let place = |joint: usize| {
        let left = if joint % 2 == 1 { 1.0 } else { -1.0 };
        let (dx, y) = match joint {
            0..=10 => (0.0, 0.25),
            11 | 12 => (0.07 * left, 0.3),
            13 | 14 => (0.1 * left, 0.4),
            15..=22 => ((0.1 + reach) * left, 0.45),
            23 | 24 => (0.05 * left, 0.5),
            25 | 26 => (0.05 * left, 0.65),
            _ => (0.05 * left, 0.8),
        };
        [x + dx / ASPECT, y, 0.9]
    };
    Person { person, joints: (0..JOINTS).map(place).collect() }
}

/// Ten looks a second for six seconds.
fn looks(people: impl Fn(f64) -> Vec<Person>) -> Vec<Look> {
    (0..60).map(|i| f64::from(i) / 10.0).map(|at_s| Look { at_s, people: people(at_s) }).collect()
}

/// Arms swing out and in over two beats.
fn swing(at_s: f64) -> f32 {
    (0.1 * (1.0 - (at_s * std::f64::consts::TAU).cos())) as f32
}

#[test]
fn a_dancer_is_measured_in_torso_units() {
    let dance = Dance::new(looks(|t| vec![figure(1, 0.5, swing(t))]), ASPECT);
    let step = dance.step(&BEATS).unwrap();
    assert_eq!(step.movement.tier, MovementTier::Joints);
    // The wrists go 0.2 of a picture height in a beat: a torso's length, as do the joints of the hands.
    for beat in step.movement.per_beat {
        assert!((0.4..1.1).contains(&beat), "{:?}", step.movement.per_beat);
    }
    let (pose, stance) = step.start.unwrap();
    assert_eq!((stance.facing, stance.height), (Facing::Front, HeightClass::Standing));
    assert!((pose.joints[0].y + 1.25).abs() < 0.02, "{:?}", pose.joints[0]);
    assert!(pose.joints[23].x > 0.0 && pose.joints[23].y.abs() < 1e-3);
    let place = step.start_box.unwrap();
    assert!((place.centre_x - 0.5).abs() < 0.01 && place.top < 0.25 && place.bottom > 0.8, "{place:?}");
    assert!((step.seen - 1.0).abs() < 1e-6 && (step.whole - 1.0).abs() < 1e-6);
    assert_eq!(step.dancers, 1);
    assert_eq!(step.skeleton.looks.len(), 40);
}

#[test]
fn more_movement_is_more() {
    let still = Dance::new(looks(|_| vec![figure(1, 0.5, 0.1)]), ASPECT).step(&BEATS).unwrap();
    assert!(still.movement.per_beat.iter().all(|&m| m < 0.05), "{:?}", still.movement.per_beat);
    let walking = Dance::new(looks(|t| vec![figure(1, 0.3 + 0.05 * t as f32, 0.1)]), ASPECT);
    let walking = walking.step(&BEATS).unwrap();
    assert!(walking.movement.per_beat[3] > 0.1);
    assert!(walking.start.unwrap().1.direction[0] > 0.2 && walking.end.unwrap().1.direction[0] > 0.2);
}

#[test]
fn what_the_camera_moves_is_no_movement() {
    // The picture of a still figure drifts to the right by a twentieth of its width a second.
    let drifting = Dance::new(looks(|t| vec![figure(1, 0.3 + 0.05 * t as f32, 0.1)]), ASPECT);
    let steady = drifting.steadied(|a, b| Shift { dx: 0.05 * (b - a) as f32, ..Shift::default() });
    let step = steady.step(&BEATS).unwrap();
    assert!(step.movement.per_beat.iter().all(|&m| m < 0.05), "{:?}", step.movement.per_beat);
    assert!(step.start.unwrap().1.direction[0].abs() < 0.02);
}

#[test]
fn the_main_dancer_is_large_central_and_stays() {
    let people = |t: f64| {
        let mut people = vec![figure(7, 0.45, swing(t)), figure(3, 0.9, 0.0)];
        if t > 2.0 {
            people.push(figure(9, 0.5, 0.0));
        }
        people
    };
    let step = Dance::new(looks(people), ASPECT).step(&BEATS).unwrap();
    assert!((step.end_box.unwrap().centre_x - 0.45).abs() < 0.01);
    assert_eq!(step.dancers, 3);
    assert_eq!(step.skeleton.looks[30].others.len(), 2);
}

#[test]
fn short_gaps_are_bridged_and_long_ones_told() {
    let hidden = |from: f64, to: f64| {
        move |t: f64| if t > from && t < to { Vec::new() } else { vec![figure(1, 0.5, swing(t))] }
    };
    let bridged = Dance::new(looks(hidden(2.05, 2.25)), ASPECT).step(&BEATS).unwrap();
    assert!(bridged.skeleton.looks.iter().all(|look| look.joints.len() == JOINTS));
    let marked = Dance::new(looks(hidden(2.05, 2.85)), ASPECT).step(&BEATS).unwrap();
    assert_eq!(marked.skeleton.looks.iter().filter(|look| look.joints.is_empty()).count(), 8);
    assert!(marked.seen < bridged.seen);
    assert!(Dance::new(looks(hidden(1.0, 4.0)), ASPECT).step(&BEATS).is_none());
}
