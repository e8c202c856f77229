//! Edit lists: their shape, and what the reference readers make of them.
#![allow(clippy::unwrap_used)]

use eightcount_domain::{Eight, FrameRate, RenderProfile, SubjectBox, Transition};
use eightcount_edit::edit_list::{EditList, ListedTake, edl, fcpxml, otio};
use eightcount_edit::{Fit, TakeRequest, TakeStep, plan_take};
use std::path::{Path, PathBuf};
use std::process::Command;

fn step(digit: char, first_beat_s: f64, beat_s: f64) -> TakeStep {
    TakeStep {
        step: format!("{}.3", digit.to_string().repeat(64)).parse().unwrap(),
        mirrored: digit == 'b',
        mezzanine: digit.to_string().repeat(64).parse().unwrap(),
        width: 1280,
        height: 720,
        fps: FrameRate::Fps30,
        frames: 3000,
        beats: std::array::from_fn(|i| first_beat_s + beat_s * i as f64),
        start_box: Some(SubjectBox { centre_x: 0.5, top: 0.2, bottom: 0.8, width: 0.2 }),
        end_box: Some(SubjectBox { centre_x: 0.52, top: 0.18, bottom: 0.84, width: 0.2 }),
        start_lean: None,
        end_lean: None,
    }
}

fn eights() -> Vec<Eight> {
    (0..4_u32)
        .map(|index| Eight {
            index,
            beats: std::array::from_fn(|i| 12.0 + 0.4615 * f64::from(8 * index + i as u32)),
        })
        .collect()
}

/// Four eights: a dissolve, a whip, and at the end a hard cut.
fn takes(eights: &[Eight], fps: FrameRate) -> Vec<Option<ListedTake>> {
    let steps =
        [step('a', 10.0, 0.43), step('b', 20.0, 0.50), step('c', 30.0, 0.4615), step('a', 40.0, 0.47)];
    let styles = [Transition::Dissolve, Transition::Dissolve, Transition::Whip, Transition::Cut];
    let mut listed = Vec::new();
    for (index, now) in steps.iter().enumerate() {
        let profile = RenderProfile { fps, transition: styles[index], ..RenderProfile::default() };
        let previous = index.checked_sub(1).map(|before| steps[before].clone());
        let plan = plan_take(&TakeRequest { profile, eights, index, step: now.clone(), previous }).unwrap();
        let performance = format!("Bär <{index}> & \"friends\"");
        let source_size = (now.width, now.height);
        listed.push(Some(ListedTake { plan, performance, source_size, step: now.step.to_string() }));
    }
    listed
}

fn list<'a>(eights: &'a [Eight], takes: &'a [Option<ListedTake>], fps: FrameRate) -> EditList<'a> {
    EditList { title: "A dance", song: "A song", eights, fps, transition_frames: 12, takes }
}

#[test]
fn cuts_lie_on_the_beats_and_say_what_is_shown() {
    let eights = eights();
    let takes = takes(&eights, FrameRate::Fps30);
    let list = list(&eights, &takes, FrameRate::Fps30);
    let cuts = list.cuts();
    assert_eq!(cuts.iter().map(|cut| cut.record_in).collect::<Vec<_>>(), [0, 111, 222, 332]);
    assert_eq!(cuts[3].record_out, list.frames());
    // The step's first beat is on screen at the eight's first beat, its next eight's when that is over.
    assert_eq!((cuts[1].source_in, cuts[1].source_out), (600, 720));
    assert!((cuts[1].speed() - 0.50 / 0.4615).abs() < 0.01, "{}", cuts[1].speed());
    assert!(cuts[1].take_in < cuts[1].source_in && cuts[0].take_in == cuts[0].source_in);
    let mut with_gap = takes.clone();
    with_gap[1] = None;
    let gapped = EditList { takes: &with_gap, ..list };
    assert_eq!(gapped.cuts().len(), 3);
    assert_eq!(gapped.cuts()[1].entered, None, "nothing to enter from");
}

#[test]
fn wire_shapes() {
    let eights = eights();
    let takes = takes(&eights, FrameRate::Fps30);
    let list = list(&eights, &takes, FrameRate::Fps30);
    insta::assert_snapshot!("edl", edl(&list));
    insta::assert_snapshot!("fcpxml", fcpxml(&list));
    insta::assert_snapshot!("otio", otio(&list));
}

/// The Python with OpenTimelineIO and its adapters that `scripts/setup --test` brings.
fn reference_python() -> Option<PathBuf> {
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.tools/editing/bin/python");
    python.exists().then_some(python)
}

#[test]
fn the_reference_readers_read_them_back() {
    let Some(python) = reference_python() else {
        assert!(std::env::var_os("CI").is_none(), "scripts/setup --test brings OpenTimelineIO");
        return;
    };
    for fps in [FrameRate::Fps30, FrameRate::Fps60] {
        let eights = eights();
        let takes = takes(&eights, fps);
        let list = list(&eights, &takes, fps);
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in
            [("dance.otio", otio(&list)), ("dance.edl", edl(&list)), ("dance.fcpxml", fcpxml(&list))]
        {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        let expected: Vec<String> = list
            .cuts()
            .iter()
            .map(|c| {
                format!("{}:{}:{}:{}:{:.4}", c.performance, c.record_in, c.record_out, c.source_in, c.speed())
            })
            .collect();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/read_back.py");
        let ran = Command::new(&python)
            .arg(script)
            .arg(folder.path())
            .arg(fps.get().to_string())
            .args(&expected)
            .output()
            .unwrap();
        let (told, errors) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
        assert!(ran.status.success(), "{told}\n{errors}");
    }
}

#[test]
fn a_dancer_beside_the_middle_stands_where_the_take_shows_them() {
    let eights = eights();
    for mirrored in [false, true] {
        let aside = Some(SubjectBox { centre_x: 0.62, top: 0.3, bottom: 0.85, width: 0.12 });
        let now = TakeStep { mirrored, start_box: aside, end_box: aside, ..step('a', 10.0, 0.46) };
        let request = TakeRequest {
            profile: RenderProfile::default(),
            eights: &eights,
            index: 0,
            step: now.clone(),
            previous: None,
        };
        let plan = plan_take(&request).unwrap();
        let Fit::Crop { x, width, .. } = plan.step.fit else { panic!("{:?}", plan.step.fit) };
        assert!(width < 1280, "no closer window");
        let shown = (0.62 * 1280.0 - f64::from(x)) * 1280.0 / f64::from(width) - 640.0;
        let shown = if mirrored { -shown } else { shown };
        let take = ListedTake {
            plan,
            performance: "A".to_owned(),
            source_size: (1280, 720),
            step: now.step.to_string(),
        };
        let takes = [Some(take), None, None, None];
        let list = list(&eights, &takes, FrameRate::Fps30);
        let text = fcpxml(&list);
        let words = text.split("<adjust-transform ").nth(1).unwrap().split("/>").next().unwrap();
        let numbers: Vec<f64> = words.split(['"', ' ']).filter_map(|word| word.parse().ok()).collect();
        // Percent of the height, and the scale of the fitted picture.
        let told = numbers[0] / 100.0 * 720.0 + (0.62 - 0.5) * 1280.0 * numbers[2];
        assert!((told - shown).abs() < 0.1, "{told} {shown}: {words}");
        assert!(edl(&list).contains("* EIGHTCOUNT WINDOW: "));
    }
}
