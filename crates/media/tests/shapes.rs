//! Rendered pictures of every shape: nothing is squeezed, no edge shows, turned pictures are turned by what was planned,
//! and in-between frames lie between.
#![allow(clippy::unwrap_used)]

mod tools;

use eightcount_domain::{FrameRate, InBetweens, RenderProfile, SubjectBox, Transition};
use eightcount_edit::{Fit, TakePlan, TakeRequest, TakeStep, plan_take};
use eightcount_media::Watch;
use std::path::Path;
use tools::{eights, ffmpeg, film, media, step};

/// The brightness of every pixel of every frame.
fn lumas(path: &Path) -> Vec<u8> {
    let planes = ["-vf", "format=yuv444p,extractplanes=y", "-f", "rawvideo", "-"];
    ffmpeg(&[&["-i", path.to_str().unwrap()][..], &planes[..]].concat())
}

async fn rendered(plan: &TakePlan, film: &Path, folder: &Path) -> Vec<u8> {
    let (out, inputs) = (folder.join("take.mp4"), vec![film; plan.sources().len()]);
    media().render(plan, &inputs, &out, &mut Watch::nobody()).await.unwrap();
    let seen = lumas(&out);
    assert_eq!(seen.len() as u64, plan.frames * u64::from(plan.width * plan.height));
    seen
}

fn dancer(centre_x: f32, top: f32, bottom: f32, width: f32) -> SubjectBox {
    SubjectBox { centre_x, top, bottom, width }
}

#[tokio::test]
async fn a_turned_picture_leans_as_planned_goes_back_and_shows_no_edge() {
    const SIZE: (u32, u32) = (320, 180);
    let folder = tempfile::tempdir().unwrap();
    // Nothing in it is black: the left half is grey, the right one bright.
    let drawn = "color=black:s=320x180:r=30:d=4,geq=lum='if(lt(X,W/2),90,210)':cb=128:cr=128";
    let film = film(folder.path(), drawn);
    let eights = eights(2, 5.0, 0.25);
    let box_ = Some(dancer(0.5, 0.15, 0.85, 0.2));
    let previous = TakeStep { end_box: box_, end_lean: Some(1.8), ..step(SIZE, 120, 0.5, 0.25) };
    let now = TakeStep {
        start_box: Some(dancer(0.5, 0.2, 0.85, 0.2)),
        start_lean: Some(0.0),
        ..step(SIZE, 120, 1.0, 0.25)
    };
    let profile = RenderProfile {
        width: SIZE.0,
        height: SIZE.1,
        transition: Transition::Cut,
        crf: 4,
        ..RenderProfile::default()
    };
    let request = TakeRequest { profile, eights: &eights, index: 1, step: now, previous: Some(previous) };
    let plan = plan_take(&request).unwrap();
    let alignment = plan.alignment.unwrap();
    assert_eq!(alignment.turn_millidegrees, 1800);
    let seen = rendered(&plan, &film, folder.path()).await;
    let (width, height) = (SIZE.0 as usize, SIZE.1 as usize);
    assert!(seen.iter().all(|luma| *luma > 75), "an edge shows");
    // Where the halves meet in a row, to a part of a pixel: by its mean.
    let edge = |frame: usize, row: usize| {
        let row = &seen[(frame * height + row) * width..][..width];
        let mean = row.iter().map(|luma| f64::from(*luma)).sum::<f64>() / width as f64;
        width as f64 * (210.0 - mean) / 120.0
    };
    let lean = |frame: usize| {
        let (top, bottom) = (10, height - 11);
        ((edge(frame, top) - edge(frame, bottom)) / (bottom - top) as f64).atan().to_degrees()
    };
    // Clockwise: what is above the middle goes to the right.
    // Before the cut the outgoing picture is seen, which is not turned.
    let cut = alignment.hold_frames as usize;
    let leans: Vec<f64> = (cut..plan.frames as usize).map(lean).collect();
    assert!((leans[0] - 1.8).abs() < 0.15 && lean(cut - 1).abs() < 0.05, "{leans:?}");
    assert!(leans.windows(2).all(|two| (two[1] - two[0]).abs() < 0.2), "it jerks: {leans:?}");
    assert!(leans.last().unwrap().abs() < 0.05, "{leans:?}");
}

/// The pixels above a brightness in the middle frame: left, top, right, bottom edge (exclusive).
fn bright(seen: &[u8], (width, height): (u32, u32), above: u8) -> [usize; 4] {
    let (width, height) = (width as usize, height as usize);
    let frames = seen.len() / (width * height);
    let picture = &seen[frames / 2 * width * height..][..width * height];
    let (mut left, mut top, mut right, mut bottom) = (width, height, 0, 0);
    for (place, _) in picture.iter().enumerate().filter(|(_, luma)| **luma > above) {
        let (x, y) = (place % width, place / width);
        (left, top, right, bottom) = (left.min(x), top.min(y), right.max(x + 1), bottom.max(y + 1));
    }
    [left, top, right, bottom]
}

#[tokio::test]
async fn a_square_stays_one_in_every_shape_of_product() {
    const LANDSCAPE: (u32, u32) = (480, 270);
    const PORTRAIT: (u32, u32) = (270, 480);
    const SQUARE: (u32, u32) = (270, 270);
    let at = |x: f32| (Some(dancer(x, 0.2, 0.8, 0.12)), Some(dancer(x, 0.2, 0.8, 0.12)));
    let unknown = (None, None);
    // From, to, where the white square is drawn (its centre across, of the picture), the boxes, and what is to come out.
    let cases = [
        (LANDSCAPE, PORTRAIT, 0.7, at(0.7), "crop"),
        (LANDSCAPE, PORTRAIT, 0.5, unknown, "blur"),
        (LANDSCAPE, SQUARE, 0.6, at(0.6), "crop"),
        (LANDSCAPE, SQUARE, 0.5, unknown, "blur"),
        (PORTRAIT, LANDSCAPE, 0.5, at(0.5), "blur"),
        (PORTRAIT, SQUARE, 0.5, unknown, "blur"),
        (SQUARE, PORTRAIT, 0.5, at(0.5), "crop"),
        (SQUARE, LANDSCAPE, 0.5, unknown, "blur"),
    ];
    let eights = eights(1, 5.0, 0.12);
    for (from, to, x, (start_box, end_box), expected) in cases {
        let folder = tempfile::tempdir().unwrap();
        let side = 54;
        let left = (x * f64::from(from.0)) as u32 - side / 2;
        let drawn = format!(
            "color=0x606060:s={}x{}:r=30:d=1.5,drawbox=x={left}:y=(ih-{side})/2:w={side}:h={side}:color=white:t=fill",
            from.0, from.1
        );
        let film = film(folder.path(), &drawn);
        let step = TakeStep { start_box, end_box, ..step(from, 45, 0.2, 0.12) };
        let profile = RenderProfile { width: to.0, height: to.1, crf: 4, ..RenderProfile::default() };
        let request = TakeRequest { profile, eights: &eights, index: 0, step, previous: None };
        let plan = plan_take(&request).unwrap();
        let fitted = if matches!(plan.step.fit, Fit::Crop { .. }) { "crop" } else { "blur" };
        assert_eq!(fitted, expected, "{from:?} to {to:?}");
        let seen = rendered(&plan, &film, folder.path()).await;
        let [left, top, right, bottom] = bright(&seen, to, 200);
        let (wide, tall) = (right - left, bottom - top);
        assert!(wide.abs_diff(tall) <= 2 && wide > 20, "{from:?} to {to:?}: {wide} x {tall}");
        // The dancer is in the middle, as far as there is room.
        let middle = (left + right) as f64 / 2.0 / f64::from(to.0);
        assert!((middle - 0.5).abs() < 0.12, "{from:?} to {to:?}: at {middle}");
        assert!(seen.iter().all(|luma| *luma > 40), "{from:?} to {to:?}: bars");
    }
}

#[tokio::test]
async fn full_hd_at_sixty_frames_shows_the_planned_frames() {
    let folder = tempfile::tempdir().unwrap();
    let drawn = "color=black:s=960x540:r=30:d=1.5,geq=lum='40+2*N':cb=128:cr=128";
    let film = film(folder.path(), drawn);
    let eights = eights(2, 5.0, 0.1);
    let now = || step((960, 540), 45, 0.3, 0.11);
    let profile = RenderProfile {
        width: 1920,
        height: 1080,
        fps: FrameRate::Fps60,
        in_betweens: InBetweens::Repeated,
        transition_frames: 8,
        transition: Transition::Cut,
        ..RenderProfile::default()
    };
    let request = TakeRequest { profile, eights: &eights, index: 1, step: now(), previous: Some(now()) };
    let plan = plan_take(&request).unwrap();
    // The cut lies in the middle of the transition: four frames before the beat, and the eight's 48 from there.
    assert_eq!((plan.frames, plan.entry_frames()), (52, 4));
    let seen = rendered(&plan, &film, folder.path()).await;
    let before: Vec<u64> = plan.entry.as_ref().unwrap().source.shown().collect();
    for (frame, shown) in plan.step.shown().enumerate() {
        let shown = before.get(frame).copied().unwrap_or(shown);
        let luma = f64::from(seen[frame * 1920 * 1080 + 1920 * 540 + 960]);
        let expected = 40.0 + 2.0 * shown as f64;
        assert!((luma - expected).abs() <= 1.0, "frame {frame}: {luma} not {expected}");
    }
}

#[tokio::test]
async fn frames_in_between_lie_between() {
    const SIZE: (u32, u32) = (192, 108);
    let folder = tempfile::tempdir().unwrap();
    let film = film(folder.path(), "color=black:s=192x108:r=30:d=2,geq=lum='30+3*N':cb=128:cr=128");
    // Two frames of the product for each of the film's.
    let eights = eights(1, 5.0, 0.15);
    let kinds = [(InBetweens::Repeated, false), (InBetweens::Blended, true), (InBetweens::Motion, true)];
    for (in_betweens, doubled) in kinds {
        let fps = FrameRate::Fps60;
        let profile = RenderProfile {
            width: SIZE.0,
            height: SIZE.1,
            fps,
            in_betweens,
            crf: 2,
            ..RenderProfile::default()
        };
        let step = step(SIZE, 60, 0.3, 0.15);
        let request = TakeRequest { profile, eights: &eights, index: 0, step, previous: None };
        let plan = plan_take(&request).unwrap();
        assert_eq!(plan.step.between.is_some(), doubled, "{in_betweens:?}");
        let seen = rendered(&plan, &film, folder.path()).await;
        let middle = (SIZE.1 / 2 * SIZE.0 + SIZE.0 / 2) as usize;
        let parts = if doubled { 2.0 } else { 1.0 };
        let mut odd = 0;
        for (frame, shown) in plan.step.shown().enumerate() {
            let luma = f64::from(seen[frame * (SIZE.0 * SIZE.1) as usize + middle]);
            let expected = 30.0 + 3.0 * shown as f64 / parts;
            assert!((luma - expected).abs() <= 1.6, "{in_betweens:?} frame {frame}: {luma} not {expected}");
            odd += usize::from(doubled && shown % 2 == 1);
        }
        assert_eq!(odd > 0, doubled, "{in_betweens:?}");
    }
}
