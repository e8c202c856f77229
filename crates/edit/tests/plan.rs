//! Planning: takes tile the section, keys name pictures, and the wire shapes stay as they are.
#![allow(clippy::unwrap_used)]

use eightcount_domain::{Eight, FrameGrid, FrameRate, RenderProfile, SubjectBox, Transition};
use eightcount_edit::{
    AudioCut, BadPlan, CutFacts, Jump, PlanError, SheetCell, SheetLayout, TakePlan, TakeRequest, TakeStep,
    plan_take, render_args, section_audio_args, sheet_args,
};
use proptest::prelude::*;
use std::ffi::OsString;
use std::path::Path;

fn step(digit: char, first_beat_s: f64, beat_s: f64) -> TakeStep {
    TakeStep {
        step: format!("{}.3", digit.to_string().repeat(64)).parse().unwrap(),
        mirrored: false,
        mezzanine: digit.to_string().repeat(64).parse().unwrap(),
        width: 1280,
        height: 720,
        fps: FrameRate::Fps30,
        frames: 3000,
        beats: std::array::from_fn(|i| first_beat_s + beat_s * i as f64),
        start_box: None,
        end_box: None,
        start_lean: None,
        end_lean: None,
    }
}

fn steady(count: u32, start_s: f64, beat_s: f64) -> Vec<Eight> {
    let beat = |n: u32| start_s + beat_s * f64::from(n);
    (0..count)
        .map(|index| Eight { index, beats: std::array::from_fn(|i| beat(8 * index + i as u32)) })
        .collect()
}

fn request(eights: &[Eight], index: usize) -> TakeRequest<'_> {
    let previous = (index > 0).then(|| step('b', 20.0, 0.47));
    TakeRequest { profile: RenderProfile::default(), eights, index, step: step('a', 10.0, 0.43), previous }
}

fn key(request: &TakeRequest<'_>) -> String {
    plan_take(request).unwrap().key().to_string()
}

fn words(arguments: Vec<OsString>) -> Vec<String> {
    arguments.into_iter().map(|word| word.into_string().unwrap()).collect()
}

prop_compose! {
    fn any_eights()(
        start in 0.0..200.0_f64,
        lengths in prop::collection::vec(0.27..1.2_f64, 8..80),
    ) -> Vec<Eight> {
        let mut beats = vec![start];
        beats.extend(lengths.iter().scan(start, |at, length| { *at += length; Some(*at) }));
        (0..lengths.len() / 8)
            .map(|k| Eight { index: k as u32, beats: std::array::from_fn(|i| beats[8 * k + i]) })
            .collect()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn takes_tile_the_section(eights in any_eights(), half in 0_u32..=10, sixty in any::<bool>()) {
        let fps = if sixty { FrameRate::Fps60 } else { FrameRate::Fps30 };
        let profile = RenderProfile { transition_frames: 2 * half, fps, ..RenderProfile::default() };
        let grid = FrameGrid::of(&eights, fps);
        let mut next = 0;
        for index in 0..eights.len() {
            let plan = plan_take(&TakeRequest { profile, ..request(&eights, index) }).unwrap();
            let (start, end) = grid.take_range(index, u64::from(half)).unwrap();
            prop_assert_eq!(start, next);
            prop_assert_eq!(plan.frames, end - start);
            prop_assert_eq!(plan.step.frames(), plan.frames);
            prop_assert_eq!(plan.entry_frames(), if index > 0 { u64::from(2 * half) } else { 0 });
            let shown: Vec<_> = plan.step.shown().collect();
            prop_assert!(shown.is_sorted() && shown.iter().all(|frame| *frame < 3000));
            prop_assert_eq!(&TakePlan::from_json(&plan.to_json()).unwrap(), &plan);
            if let Some(previous) = &(index > 0).then(|| step('b', 20.0, 0.47)) {
                let facts = CutFacts::of(&plan, (&eights, index), (previous, &step('a', 10.0, 0.43))).unwrap();
                let half_a_frame_ms = 500.0 / f64::from(fps.get());
                prop_assert!(facts.beat_offset_ms.abs() <= half_a_frame_ms + 1e-3, "{facts:?}");
            }
            next = end;
        }
        prop_assert_eq!(next, grid.total());
    }

    #[test]
    fn where_a_section_lies_does_not_change_its_takes(start in 0.0..500.0_f64, nudge in -4.0e-10..4.0e-10_f64) {
        // The same beats elsewhere in a song, with the noise that floats and their texts add.
        let (here, there) = (steady(3, 0.0, 0.4321), steady(3, start + nudge, 0.4321));
        for index in 0..3 {
            prop_assert_eq!(key(&request(&here, index)), key(&request(&there, index)));
        }
    }
}

/// A change to a request.
type Change = Box<dyn Fn(&mut TakeRequest<'_>)>;

#[test]
fn the_key_changes_with_all_that_changes_the_picture() {
    let eights = steady(4, 3.0, 0.45);
    let subject = |centre_x| Some(SubjectBox { centre_x, top: 0.2, bottom: 0.9, width: 0.2 });
    // So much taller that the next one is zoomed in.
    let taller = |centre_x| Some(SubjectBox { centre_x, top: 0.1, bottom: 0.95, width: 0.2 });
    let base = || {
        let mut base = request(&eights, 2);
        base.step.start_box = subject(0.5);
        base.previous.as_mut().unwrap().end_box = taller(0.56);
        base
    };
    let slower = steady(4, 3.0, 0.46);
    let changes: Vec<(&str, Change)> = vec![
        ("width", Box::new(|r| r.profile.width = 1920)),
        ("crf", Box::new(|r| r.profile.crf = 22)),
        ("fps", Box::new(|r| r.profile.fps = FrameRate::Fps60)),
        ("transition", Box::new(|r| r.profile.transition_frames = 10)),
        ("cut", Box::new(|r| r.profile.transition = Transition::Cut)),
        ("whip", Box::new(|r| r.profile.transition = Transition::Whip)),
        ("flash", Box::new(|r| r.profile.transition = Transition::Flash)),
        ("mirror", Box::new(|r| r.step.mirrored = true)),
        ("mezzanine", Box::new(|r| r.step.mezzanine = step('c', 0.0, 1.0).mezzanine)),
        ("beats", Box::new(|r| r.step.beats[4] += 0.1)),
        ("start box", Box::new(move |r| r.step.start_box = subject(0.51))),
        (
            "previous mezzanine",
            Box::new(|r| r.previous.as_mut().unwrap().mezzanine = step('c', 0.0, 1.0).mezzanine),
        ),
        ("previous end", Box::new(|r| r.previous.as_mut().unwrap().beats[8] += 0.05)),
        ("previous end box", Box::new(move |r| r.previous.as_mut().unwrap().end_box = taller(0.57))),
        ("last", Box::new(|r| r.eights = &r.eights[..3])),
    ];
    let mut keys = vec![key(&base()), key(&TakeRequest { eights: &slower, ..base() })];
    for (what, change) in &changes {
        let mut changed = base();
        change(&mut changed);
        let key = key(&changed);
        assert!(!keys.contains(&key), "{what} does not change the key");
        keys.push(key);
    }
}

#[test]
fn the_key_keeps_through_all_that_does_not() {
    let eights = steady(5, 3.0, 0.45);
    let same = key(&request(&eights, 2));
    let mut renamed = request(&eights, 2);
    renamed.step.step = step('d', 0.0, 1.0).step;
    renamed.step.end_box = Some(SubjectBox { centre_x: 0.4, top: 0.1, bottom: 0.9, width: 0.1 });
    // Of the eights before, only the last one counts; of those after, only that there are some.
    renamed.eights = &eights[..4];
    assert_eq!(key(&renamed), same);
    assert_eq!(key(&request(&eights, 2)), key(&request(&eights, 3)), "equal eights share their takes");
}

#[test]
fn half_and_double_time_keep_close_to_the_steps_own_speed() {
    let eights = steady(1, 0.0, 0.5);
    let shown = |beat_s: f64| {
        let request = TakeRequest { step: step('a', 10.0, beat_s), ..request(&eights, 0) };
        let shown: Vec<u64> = plan_take(&request).unwrap().step.shown().collect();
        (shown[0], shown[shown.len() - 1])
    };
    // The eight lasts 120 frames. A step at 60 BPM shows its first four beats, one at 240 all eight and as much again.
    assert_eq!(shown(0.5), (300, 419));
    assert_eq!(shown(1.0), (300, 419));
    assert_eq!(shown(0.25), (300, 419));
    assert_eq!(shown(0.45), (300, 407));
}

#[test]
fn impossible_requests_are_refused() {
    let eights = steady(2, 0.0, 0.5);
    let plan = |change: &dyn Fn(&mut TakeRequest<'_>)| {
        let mut changed = request(&eights, 1);
        change(&mut changed);
        plan_take(&changed).unwrap_err()
    };
    assert_eq!(plan(&|r| r.index = 2), PlanError::NoSuchEight { index: 2, count: 2 });
    assert_eq!(plan(&|r| r.previous = None), PlanError::WrongPrevious { index: 1 });
    assert_eq!(plan(&|r| r.index = 0), PlanError::WrongPrevious { index: 0 });
    assert_eq!(plan(&|r| r.profile.width = 1279), PlanError::BadProfile);
    assert!(matches!(plan(&|r| r.step.frames = 0), PlanError::BadStep { .. }));
    assert!(matches!(plan(&|r| r.step.beats[3] = f64::NAN), PlanError::BadStep { .. }));
    let squeezed = steady(2, 0.0, 0.05);
    assert_eq!(plan_take(&request(&squeezed, 1)), Err(PlanError::EightTooShort { index: 0 }));
}

#[test]
fn a_cut_tells_how_the_dancers_meet() {
    let eights = steady(3, 3.0, 0.4511);
    let boxes = |request: &mut TakeRequest<'_>| {
        request.step.start_box = Some(SubjectBox { centre_x: 0.4, top: 0.3, bottom: 0.8, width: 0.2 });
        let previous = request.previous.as_mut().unwrap();
        previous.end_box = Some(SubjectBox { centre_x: 0.45, top: 0.25, bottom: 0.85, width: 0.2 });
    };
    let facts = |change: &dyn Fn(&mut TakeRequest<'_>)| {
        let mut asked = request(&eights, 1);
        boxes(&mut asked);
        change(&mut asked);
        let plan = plan_take(&asked).unwrap();
        CutFacts::of(&plan, (&eights, 1), (asked.previous.as_ref().unwrap(), &asked.step)).unwrap()
    };
    let near = |jump: Option<Jump>, centre: f64, height: f64| {
        jump.is_some_and(|jump| (jump.centre - centre).abs() < 1e-6 && (jump.height - height).abs() < 1e-6)
    };
    let aligned = facts(&|_| ());
    // 3.6088 s are 108.264 frames.
    assert_eq!((aligned.frame, aligned.covered), (108, true));
    assert!((aligned.beat_offset_ms + 8.8).abs() < 1e-6, "{aligned:?}");
    assert!(near(aligned.unaligned_jump, 0.05, 0.1), "{aligned:?}");
    let jump = aligned.jump.unwrap();
    assert!(aligned.zoom > 1.1 && aligned.ease_frames > 0, "{aligned:?}");
    assert!(jump.centre < 0.03 && jump.height < 0.03, "{aligned:?}");
    // What is found in the frames is told with and without alignment.
    let (seen, native) = aligned.found(
        SubjectBox { centre_x: 0.45, top: 0.25, bottom: 0.85, width: 0.2 },
        SubjectBox { centre_x: 0.45, top: 0.25, bottom: 0.85, width: 0.2 },
    );
    assert!(seen.centre < 1e-9 && seen.height < 1e-9, "{seen:?}");
    assert!(native.centre > 0.01 && native.height > 0.03, "{native:?}");
    // Mirrored, the one stands at 0.45, the other at 0.6: 0.15 apart, and there is no alignment that far.
    let mirrored = facts(&|r| r.step.mirrored = true);
    assert!(near(mirrored.unaligned_jump, 0.15, 0.1), "{mirrored:?}");
    let without = facts(&|r| r.profile.transition_frames = 0);
    assert!(near(without.unaligned_jump, 0.05, 0.1), "the fit is that of the step where nothing is entered");
    let unknown = facts(&|r| r.step.start_box = None);
    assert_eq!((unknown.jump, unknown.unaligned_jump, unknown.zoom), (None, None, 1.0));
    let first = plan_take(&request(&eights, 0)).unwrap();
    assert_eq!(CutFacts::of(&first, (&eights, 0), (&step('a', 0.0, 0.5), &step('b', 0.0, 0.5))), None);
}

#[test]
fn a_hard_cut_shows_what_a_transition_mixes() {
    let (eights, half) = (steady(3, 0.0, 0.5), 6);
    for transition in [Transition::Dissolve, Transition::Whip, Transition::Flash] {
        let mut asked = request(&eights, 1);
        asked.profile.transition = transition;
        let plan = plan_take(&asked).unwrap();
        let (cut, first) = plan.hard_cut().unwrap();
        assert_eq!((first, cut.frames), (half, 2 * half));
        assert_eq!(TakePlan::from_json(&cut.to_json()).unwrap(), cut, "it can be rendered");
        asked.profile.transition = Transition::Cut;
        let (hard, entry) = (plan_take(&asked).unwrap(), cut.entry.unwrap());
        assert_eq!(hard.entry, Some(entry), "{transition:?}");
        assert!(hard.step.shown().zip(cut.step.shown()).all(|(a, b)| a == b));
        assert_eq!((cut.alignment, cut.step.frames()), (hard.alignment, 2 * half));
        // The two pictures at the cut, each among some of its stage.
        let [(before, last), (after, first)] = plan.stages().unwrap();
        let outgoing: Vec<u64> = plan.entry.as_ref().unwrap().source.shown().collect();
        let expected = outgoing.get(half as usize).or(outgoing.last());
        assert_eq!(before.step.shown().nth(last as usize).as_ref(), expected);
        assert_eq!(after.step.shown().nth(first as usize), plan.step.shown().nth(half as usize));
        for stage in [before, after] {
            assert!((17..=33).contains(&stage.frames) && stage.entry.is_none(), "{stage:?}");
            assert_eq!(TakePlan::from_json(&stage.to_json()).unwrap(), stage, "it can be rendered");
        }
    }
    assert_eq!(plan_take(&request(&eights, 0)).unwrap().hard_cut(), None);
}

#[test]
fn plans_that_do_not_add_up_are_refused() {
    let plan = plan_take(&request(&steady(3, 0.0, 0.5), 1)).unwrap();
    let spoilt = |change: fn(&mut TakePlan)| {
        let mut spoilt = plan.clone();
        change(&mut spoilt);
        TakePlan::from_json(&spoilt.to_json()).unwrap_err()
    };
    assert!(matches!(spoilt(|p| p.frames += 1), BadPlan::Contradiction { .. }));
    assert!(matches!(spoilt(|p| p.step.runs.reverse()), BadPlan::Contradiction { .. }));
    assert!(matches!(spoilt(|p| p.width = 7), BadPlan::Contradiction { .. }));
    assert!(matches!(spoilt(|p| p.renderer = 0), BadPlan::OtherRenderer { found: 0 }));
    assert!(matches!(TakePlan::from_json("{}"), Err(BadPlan::Json(_))));
}

#[test]
fn wire_shapes() {
    let eights = steady(3, 3.0, 0.45);
    let mut full = request(&eights, 1);
    full.step.mirrored = true;
    full.step.start_box = Some(SubjectBox { centre_x: 0.5, top: 0.2, bottom: 0.8, width: 0.2 });
    let previous = full.previous.as_mut().unwrap();
    previous.end_box = Some(SubjectBox { centre_x: 0.55, top: 0.15, bottom: 0.85, width: 0.6 });
    (previous.width, previous.height) = (404, 720);
    let plan = plan_take(&full).unwrap();
    insta::assert_snapshot!("plan", plan.to_json());
    let inputs = [Path::new("/blobs/a"), Path::new("/blobs/b")];
    insta::assert_json_snapshot!(
        "render_args",
        words(render_args(&plan, &inputs, Path::new("/out/take.mp4")))
    );
    let cut = AudioCut {
        start_s: 12.345,
        frames: 300,
        fps: FrameRate::Fps30,
        fade_in_ms: 10,
        fade_out_ms: 250,
        half_speed: false,
        repeats: 1,
    };
    let audio = section_audio_args(Path::new("/song"), &["-guard"], &cut, Path::new("/audio.m4a"));
    insta::assert_json_snapshot!("section_audio_args", words(audio));
    let cells = [SheetCell { path: Path::new("/take"), frame: 12 }; 5];
    insta::assert_json_snapshot!(
        "sheet_args",
        words(sheet_args(&cells, &SheetLayout::default(), Path::new("/s.png")))
    );
}
