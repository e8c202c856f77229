//! Watching films whose cuts, camera and movement are known. `cargo test -p eightcount-choreo --test films -- --nocapture`
//! prints the figures.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use eightcount_choreo::watch::{Frame, Scout, ShotEntry, Watched, Watcher};
use eightcount_domain::{CameraWork, FrameRate};
use eightcount_figures::{Camera, Dancer, Entry, Film, Shot};

const SIZE: (usize, usize) = (160, 90);

fn watch(film: &Film, frames: u32) -> Watched {
    let frames: Vec<Vec<u8>> = (0..frames).map(|i| film.frame(i).planes()).collect();
    let frames: Vec<_> = frames.iter().map(|f| Frame::new(film.width, film.height, f).unwrap()).collect();
    let mut scout = Scout::new(FrameRate::Fps30);
    for frame in &frames {
        scout.push(frame).unwrap();
    }
    let mut watcher = Watcher::new(scout.finish().unwrap());
    for frame in &frames {
        watcher.push(frame).unwrap();
    }
    watcher.finish()
}

fn dancer(index: usize) -> Dancer {
    Dancer::on_spot(index, 17.0, 0.0, 38.0)
}

fn film(seconds: f64, cast: Vec<Dancer>) -> Film {
    Film::of(SIZE, 30, 118.0, seconds, cast)
}

fn shot(from: u32, entry: Entry, stage: u32) -> Shot {
    Shot { from, entry, stage, camera: Camera { zoom: 1.0 + 0.3 * (stage % 3) as f32, ..Camera::default() } }
}

#[test]
fn cuts_fades_and_dissolves_are_found_and_nothing_else() {
    let mut film = film(
        24.0,
        vec![dancer(0), Dancer { path: vec![(0.0, -50.0, 36.0), (20.0, 50.0, 36.0)], ..dancer(1) }],
    );
    film.shots.extend([
        shot(80, Entry::Cut, 2),
        shot(150, Entry::Fade(10), 3),
        shot(240, Entry::Dissolve(16), 4),
        shot(300, Entry::Cut, 5),
        shot(345, Entry::Cut, 6),
        shot(430, Entry::Dissolve(24), 7),
        shot(520, Entry::Fade(15), 8),
    ]);
    let seen = watch(&film, 600);
    let found: Vec<_> = seen.shots().iter().skip(1).map(|s| (s.frames.start as u32, s.entry)).collect();
    let wanted = film.shots.iter().skip(1);
    let hit = |(shot, (at, entry)): &(&Shot, &(u32, ShotEntry))| {
        let same = matches!(
            (shot.entry, entry),
            (Entry::Cut, ShotEntry::Cut)
                | (Entry::Fade(_), ShotEntry::Fade)
                | (Entry::Dissolve(_), ShotEntry::Dissolve)
        );
        same && at.abs_diff(shot.from) <= if shot.entry == Entry::Cut { 0 } else { 4 }
    };
    let hits = wanted.clone().flat_map(|w| found.iter().map(move |f| (w, f))).filter(hit).count();
    let f = 2.0 * hits as f32 / (wanted.count() + found.len()) as f32;
    println!("shot boundaries: F {f:.3}, found {found:?}");
    assert!((f - 1.0).abs() < 1e-6, "{found:?}");
}

#[test]
fn flashes_and_dimmed_lights_are_no_cuts() {
    let film = film(6.0, vec![dancer(2)]);
    let mut scout = Scout::new(FrameRate::Fps30);
    for i in 0..120 {
        let mut frame = film.frame(i).gray();
        // A strobe every second, and half the light from the second second on.
        let (light, strobe) = (if i > 60 { 0.5 } else { 1.0 }, if i % 30 == 15 { 90.0 } else { 0.0 });
        for value in &mut frame {
            *value = (f32::from(*value) * light + strobe).min(255.0) as u8;
        }
        scout.push(&Frame::new(SIZE.0, SIZE.1, &frame).unwrap()).unwrap();
    }
    assert_eq!(scout.finish().unwrap().shots().len(), 1);
}

#[test]
fn the_camera_is_told_apart_from_the_dancer() {
    let still = film(4.0, vec![Dancer { torso: 24.0, ..dancer(3) }]);
    assert_eq!(watch(&still, 100).shots()[0].camera, CameraWork::Still);
    for (pan, zoom_rate, filmed) in
        [((30.0, 6.0), 1.0, CameraWork::Moving), ((30.0, 0.0), 1.3, CameraWork::Zooming)]
    {
        let mut film = film(4.0, vec![dancer(4)]);
        film.shots[0].camera = Camera { pan, zoom_rate, ..Camera::default() };
        let seen = watch(&film, 60);
        println!("{:?}", seen.shots());
        assert_eq!((seen.shots().len(), seen.shots()[0].camera), (1, filmed));
        let sum =
            |of: fn(&eightcount_choreo::watch::CameraMove) -> f32| seen.moves().iter().map(of).sum::<f32>();
        let (dx, dy, zoom) = (sum(|m| m.dx), sum(|m| m.dy), sum(|m| m.zoom));
        let seconds = 59.0 / 30.0;
        println!("camera: pan {dx:.3}, {dy:.3} of the picture, zoom {zoom:.3}");
        if filmed == CameraWork::Moving {
            assert!((dx + pan.0 * seconds / 160.0).abs() < 0.06, "{dx}");
            assert!((dy + pan.1 * seconds / 90.0).abs() < 0.06, "{dy}");
        }
        assert!((zoom - zoom_rate.ln() * seconds).abs() < 0.12, "{zoom}");
    }
}

#[test]
fn a_moving_camera_adds_no_movement() {
    let beats: [f64; 9] = std::array::from_fn(|i| 0.2 + 0.3 * i as f64);
    let mean = |film: &Film| watch(film, 100).step(&beats).movement.per_beat.iter().sum::<f32>() / 8.0;
    let resting = Dancer { dances: (-2.0, -1.0), ..dancer(5) };
    let pan = Camera { pan: (24.0, 0.0), ..Camera::default() };
    let filmed = |cast: Dancer, camera: Camera| {
        let mut film = film(4.0, vec![cast]);
        film.shots[0].camera = camera;
        mean(&film)
    };
    let (rests, dances) = (filmed(resting, pan), filmed(dancer(5), pan));
    println!("movement under a pan: resting {rests:.4}, dancing {dances:.4}");
    assert!(rests < 0.35 * dances);
}

#[test]
fn a_camera_that_creeps_in_is_seen_to_zoom() {
    let mut film = film(7.0, vec![dancer(6)]);
    film.shots[0].camera = Camera { zoom_rate: 1.025, ..Camera::default() };
    let seen = watch(&film, 150);
    let zoom = seen.moves().iter().map(|m| m.zoom).sum::<f32>();
    println!("creeping: {:?}, zoom {zoom:.3}", seen.shots());
    assert_eq!((seen.shots().len(), seen.shots()[0].camera), (1, CameraWork::Zooming));
    assert!((zoom - 1.025_f32.ln() * 149.0 / 30.0).abs() < 0.05, "{zoom}");
}

#[test]
fn a_dancer_who_jumps_from_pose_to_pose_before_a_plain_wall_is_no_cut() {
    let mut scout = Scout::new(FrameRate::Fps30);
    for i in 0..120_usize {
        // As animated: a pose is held for six frames.
        let left = [50, 74, 62, 88][i / 6 % 4];
        let mut frame = vec![0; 160 * 90];
        for (p, value) in frame.iter_mut().enumerate() {
            let (x, y) = (p % 160, p / 160);
            let dancer = (left..left + 22).contains(&x) && (20..85).contains(&y);
            *value = if dancer { 30 } else { 110 + (y / 12) as u8 };
        }
        scout.push(&Frame::new(SIZE.0, SIZE.1, &frame).unwrap()).unwrap();
    }
    assert_eq!(scout.finish().unwrap().shots().len(), 1);
}
