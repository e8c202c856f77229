//! Watching painted dancers.
#![allow(clippy::unwrap_used)]

use super::*;
use eightcount_domain::{FrameRate, MovementTier};
use proptest::prelude::*;

const W: usize = 160;
const H: usize = 90;
const FPS: f64 = 30.0;

/// A picture with noise, as decoders leave it; the noise is a fixed function of place and time.
struct Canvas(Vec<u8>);

impl Canvas {
    fn stage(seed: usize) -> Self {
        let noise = |p: usize| ((p.wrapping_mul(2_654_435_761).wrapping_add(seed * 40_503)) >> 7) % 5;
        let wall = |p: usize| if p / W > 70 { 90 } else { 60 };
        Self((0..W * H).map(|p| (wall(p) + noise(p)) as u8).collect())
    }

    fn paint(&mut self, left: f64, top: f64, width: f64, height: f64, level: u8) {
        for y in top.max(0.0) as usize..((top + height).max(0.0) as usize).min(H) {
            for x in left.max(0.0) as usize..((left + width).max(0.0) as usize).min(W) {
                self.0[y * W + x] = level;
            }
        }
    }

    fn frame(&self) -> Frame<'_> {
        Frame::new(W, H, &self.0).unwrap()
    }
}

/// Watches `seconds` of what `draw` paints on the noisy stage at each time.
fn watch(seconds: f64, draw: impl Fn(&mut Canvas, f64)) -> Watched {
    let at = |i: usize| {
        let mut canvas = Canvas::stage(i);
        draw(&mut canvas, i as f64 / FPS);
        canvas
    };
    let canvases: Vec<_> = (0..(seconds * FPS) as usize).map(at).collect();
    watched(&canvases.iter().map(Canvas::frame).collect::<Vec<_>>())
}

fn watched(frames: &[Frame<'_>]) -> Watched {
    let mut scout = Scout::new(FrameRate::Fps30);
    for frame in frames {
        scout.push(frame).unwrap();
    }
    let mut watcher = Watcher::new(scout.finish().unwrap());
    for frame in frames {
        watcher.push(frame).unwrap();
    }
    watcher.finish()
}

/// A body with a head, its feet's centre at (x, floor).
fn body(canvas: &mut Canvas, x: f64, floor: f64, height: f64) {
    canvas.paint(x - height / 8.0, floor - height * 0.8, height / 4.0, height * 0.8, 200);
    canvas.paint(x - height / 12.0, floor - height, height / 6.0, height * 0.22, 170);
}

fn beats(start: f64, beat: f64) -> [f64; 9] {
    std::array::from_fn(|i| start + beat * i as f64)
}

#[test]
fn a_walking_dancer_is_found_where_painted() {
    let x = |t: f64| 40.0 + 10.0 * t;
    let seen = watch(8.0, |c, t| body(c, x(t), 80.0, 50.0));
    let step = seen.step(&beats(1.0, 0.5));
    for (place, t) in [(step.start_box.unwrap(), 1.0), (step.end_box.unwrap(), 5.0)] {
        assert!((f64::from(place.centre_x) - x(t) / W as f64).abs() < 0.02, "{place:?} at {t}");
        assert!((place.top - 30.0 / H as f32).abs() < 0.04, "{place:?}");
        assert!((place.bottom - 80.0 / H as f32).abs() < 0.04, "{place:?}");
        assert!((place.width - 12.5 / W as f32).abs() < 0.03, "{place:?}");
    }
    assert!(step.quality > 0.95, "{}", step.quality);
    let outline = step.start_outline.unwrap();
    assert!(outline.overlap(step.end_outline.unwrap()).unwrap() > 0.8, "the same body");
    // Its head is narrower than its body.
    let wide = |rows: std::ops::Range<usize>| outline.0[rows].iter().map(|r| r.count_ones()).sum::<u32>();
    assert!(wide(8..11) > wide(0..3), "{outline:?}");
}

#[test]
fn a_dancer_who_never_leaves_the_spot_is_still_found_whole() {
    let seen = watch(8.0, |c, t| {
        body(c, 80.0, 80.0, 50.0);
        let arm = 14.0 * (t * 5.0).sin();
        c.paint(70.0 + arm, 45.0, 20.0, 6.0, 190);
    });
    let step = seen.step(&beats(1.0, 0.5));
    let place = step.start_box.unwrap();
    assert!(place.top < 0.42 && place.bottom > 0.8, "{place:?}");
    assert!((place.centre_x - 0.5).abs() < 0.1, "{place:?}");
    assert!(step.movement.per_beat.iter().all(|&m| m > 0.0));
}

#[test]
fn light_on_the_wall_is_no_part_of_the_dancer() {
    let seen = watch(8.0, |c, t| {
        for p in 0..W * H {
            let (x, y) = (((p % W) as f64 - 80.0) / 40.0, ((p / W) as f64 - 80.0) / 30.0);
            c.0[p] += (30.0 * (-x * x - y * y).exp()) as u8;
        }
        body(c, 80.0 + 3.0 * (t * 4.0).sin(), 75.0, 50.0);
    });
    let place = seen.step(&beats(1.0, 0.5)).start_box.unwrap();
    assert!((place.bottom - 75.0 / 90.0).abs() < 0.05 && (place.top - 25.0 / 90.0).abs() < 0.05, "{place:?}");
    assert!(place.width < 0.14, "{place:?}");
}

#[test]
fn shoes_belong_to_the_body_though_the_trousers_are_as_grey_as_the_wall() {
    let seen = watch(8.0, |c, t| {
        let x = 50.0 + 7.0 * t;
        c.paint(x - 8.0, 25.0, 16.0, 32.0, 200);
        c.paint(x - 6.0, 70.0, 12.0, 6.0, 10);
    });
    let place = seen.step(&beats(1.0, 0.5)).start_box.unwrap();
    assert!((place.bottom - 76.0 / 90.0).abs() < 0.04 && (place.top - 25.0 / 90.0).abs() < 0.04, "{place:?}");
}

#[test]
fn captions_and_logos_are_no_subject() {
    let plain = watch(6.0, |c, t| body(c, 50.0 + 10.0 * t, 80.0, 50.0));
    let titled = watch(6.0, |c, t| {
        body(c, 50.0 + 10.0 * t, 80.0, 50.0);
        c.paint(4.0, 4.0, 40.0, 8.0, 250);
        c.paint(120.0, 80.0, 30.0, 6.0, 20);
    });
    let (a, b) = (plain.step(&beats(1.0, 0.5)), titled.step(&beats(1.0, 0.5)));
    let (a, b) = (a.start_box.unwrap(), b.start_box.unwrap());
    assert!((a.top - b.top).abs() < 0.02 && (a.centre_x - b.centre_x).abs() < 0.02, "{a:?} {b:?}");
}

#[test]
fn an_empty_stage_has_no_subject_and_no_quality() {
    let step = watch(6.0, |_, _| {}).step(&beats(0.5, 0.5));
    assert_eq!((step.start_box, step.end_box, step.quality), (None, None, 0.0));
    assert!(step.movement.per_beat.iter().all(|&m| m == 0.0), "{:?}", step.movement);
    assert_eq!(step.movement.tier, MovementTier::Visual);
}

#[test]
fn moving_more_is_more_movement_whatever_the_size() {
    let swing = |height: f64| {
        watch(8.0, move |c, t| {
            let amount = if t < 4.0 { 0.05 } else { 0.25 };
            body(c, 80.0 + height * amount * (t * 9.0).sin(), 80.0, height);
        })
    };
    let mean = |w: &Watched, start| w.step(&beats(start, 0.45)).movement.per_beat.iter().sum::<f32>() / 8.0;
    let (small, large) = (swing(30.0), swing(60.0));
    assert!(mean(&small, 4.2) > 2.0 * mean(&small, 0.2));
    assert!(mean(&large, 4.2) > 2.0 * mean(&large, 0.2));
    let ratio = mean(&small, 4.2) / mean(&large, 4.2);
    assert!((0.6..1.7).contains(&ratio), "{ratio}");
}

#[test]
fn a_stop_on_the_beat_is_an_accent() {
    // Moves evenly through even beats and stands in odd ones, so every stop falls on the start of an odd beat.
    let seen = watch(8.0, |c, t| {
        let (whole, part) = ((t / 1.0).floor(), t % 1.0);
        let forth = (part / 0.5).min(1.0);
        let x = if whole % 2.0 == 0.0 { forth } else { 1.0 - forth };
        body(c, 60.0 + 40.0 * x, 80.0, 50.0);
    });
    let moves = seen.step(&beats(1.0, 0.5)).movement.per_beat;
    let still = seen.frames()[50..58].iter().map(|f| f.motion).fold(0.0, f32::max);
    assert!(still < 0.01, "stands still: {still}");
    assert!(moves[1] > 0.05, "the stop at its start counts: {moves:?}");
    assert!(moves[0] > moves[1], "{moves:?}");
}

#[test]
fn a_cut_of_the_picture_lowers_quality() {
    let seen = watch(8.0, |c, t| {
        if t > 4.0 {
            c.paint(0.0, 0.0, W as f64, H as f64, 190);
        }
        body(c, 60.0 + 5.0 * t, 80.0, 50.0);
    });
    assert!(seen.frames().iter().filter(|f| f.cut).count() == 1);
    assert!(seen.step(&beats(2.0, 0.5)).quality <= 0.2);
    assert!(seen.step(&beats(2.0, 0.5)).native_cut);
    assert!(!seen.step(&beats(0.0, 0.25)).native_cut);
}

#[test]
fn travelling_is_told_with_its_direction() {
    // The canvas is W wide; five pixels to the right each second, half a second a beat.
    let seen = watch(6.0, |c, t| body(c, 60.0 + 10.0 * t, 80.0, 50.0));
    let step = seen.step(&beats(1.0, 0.5));
    for motion in [step.start_motion.unwrap(), step.end_motion.unwrap()] {
        assert!((motion.dx - 5.0 / W as f32).abs() < 1.5 / W as f32, "{motion:?}");
        assert!(motion.dy.abs() < 0.01, "{motion:?}");
    }
}

#[test]
fn legs_as_bright_as_the_stage_are_seen_by_their_colour() {
    let film = |coloured: bool| -> Vec<Vec<u8>> {
        let draw = |i: usize| {
            let mut canvas = Canvas::stage(i);
            let x = 60.0 + 40.0 * (i as f64 / 20.0).sin();
            canvas.paint(x - 6.0, 20.0, 12.0, 25.0, 200);
            let mut planes = canvas.0;
            if coloured {
                // A red stage, on which blue legs are as bright as it is.
                planes.extend([vec![110; W * H / 4], vec![170; W * H / 4]].concat());
                for (py, px) in (45..80).flat_map(|y| (x as usize - 5..x as usize + 5).map(move |x| (y, x))) {
                    let p = W * H + py / 2 * (W / 2) + px / 2;
                    (planes[p], planes[p + W * H / 4]) = (170, 100);
                }
            }
            planes
        };
        (0..120).map(draw).collect()
    };
    let place = |frames: &[Vec<u8>]| {
        let frames: Vec<_> = frames.iter().map(|f| Frame::new(W, H, f).unwrap()).collect();
        watched(&frames).step(&beats(0.5, 0.3)).start_box.unwrap()
    };
    let (grey, coloured) = (place(&film(false)), place(&film(true)));
    assert!((grey.bottom - 0.5).abs() < 0.03, "{grey:?}");
    assert!(
        (coloured.bottom - 80.0 / 90.0).abs() < 0.03 && (coloured.top - grey.top).abs() < 0.03,
        "{coloured:?}"
    );
}

#[test]
fn facts_survive_storage() {
    let seen = watch(2.0, |c, t| body(c, 50.0 + 10.0 * t, 80.0, 50.0));
    let stored = serde_json::to_string(&seen).unwrap();
    assert_eq!(serde_json::from_str::<Watched>(&stored).unwrap(), seen);
}

#[test]
fn bad_frames_are_refused() {
    assert_eq!(
        Frame::new(32, 32, &[0; 5]).unwrap_err(),
        WatchError::PixelCount { expected: 1024, actual: 5 }
    );
    assert_eq!(Frame::new(1, 32, &[0; 32]).unwrap_err(), WatchError::Size { width: 1, height: 32 });
    assert_eq!(Scout::new(FrameRate::Fps30).finish().err(), Some(WatchError::SampleCount(0)));
    let (small, large) = (vec![0; 16 * 16], vec![0; 32 * 32]);
    let (small, large) = (Frame::new(16, 16, &small).unwrap(), Frame::new(32, 32, &large).unwrap());
    let mut scout = Scout::new(FrameRate::Fps30);
    scout.push(&small).unwrap();
    assert_eq!(scout.push(&large), Err(WatchError::SizeChanged));
    let coloured = vec![0; 16 * 16 * 3 / 2];
    let coloured = Frame::new(16, 16, &coloured).unwrap();
    assert_eq!(scout.push(&coloured), Err(WatchError::SizeChanged));
    let mut watcher = Watcher::new(scout.finish().unwrap());
    assert_eq!(watcher.push(&large), Err(WatchError::SizeChanged));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_pixels_and_times_give_finite_facts(
        frames in prop::collection::vec(prop::collection::vec(any::<u8>(), 24 * 16 * 3 / 2), 1..12),
        coloured: bool,
        start in -2.0..3.0_f64,
        beat in -0.2..0.5_f64,
    ) {
        let bytes = if coloured { 24 * 16 * 3 / 2 } else { 24 * 16 };
        let frames: Vec<_> = frames.iter().map(|f| Frame::new(24, 16, &f[..bytes]).unwrap()).collect();
        let seen = watched(&frames);
        prop_assert!(seen.activity().iter().all(|m| (0.0..=2.0).contains(m)));
        let step = seen.step(&beats(start, beat));
        prop_assert!(step.movement.per_beat.iter().all(|m| m.is_finite() && *m >= 0.0));
        prop_assert!((0.0..=1.0).contains(&step.quality));
        for place in [step.start_box, step.end_box].into_iter().flatten() {
            prop_assert!(0.0 <= place.top && place.top < place.bottom && place.bottom <= 1.0);
            prop_assert!((0.0..=1.0).contains(&place.centre_x) && (0.0..=1.0).contains(&place.width));
        }
        for motion in [step.start_motion, step.end_motion].into_iter().flatten() {
            prop_assert!(motion.dx.abs() <= 1.0 && motion.dy.abs() <= 1.0);
        }
    }
}
