//! Takes rendered by the real ffmpeg show exactly the planned frames, and join without losing or moving one.
//!
//! The sources are coded: frame `n` of a source is a field of luma `base + n`, so that every rendered frame tells
//! which source frame it shows.
#![allow(clippy::unwrap_used)]

use eightcount_domain::{BlobHash, Eight, FrameGrid, FrameRate, RenderProfile, SubjectBox, Transition};
use eightcount_edit::{
    AudioCut, Finish, SheetLayout, TakePlan, TakeRequest, TakeStep, counts, looped, plan_take,
};
use eightcount_media::{
    CancellationToken, JoinPart, Launcher, Limits, Media, MediaError, SheetPicture, Tools, Watch,
};
use eightcount_mp4::Track;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

const WIDTH: u32 = 192;
const HEIGHT: u32 = 108;

fn media() -> Media {
    Media::new(Tools::find().unwrap(), Launcher::direct(), Limits::default())
}

fn ffmpeg(arguments: &[&str]) -> Vec<u8> {
    let output =
        Command::new("ffmpeg").args(["-v", "error", "-nostdin", "-y"]).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// A mezzanine of 110 frames whose left half has luma `40 + n` and whose right half has luma 200.
fn coded(folder: &Path) -> PathBuf {
    let path = folder.join("coded.mp4");
    let source = format!(
        "color=black:s={WIDTH}x{HEIGHT}:r=30:d=3.7,geq=lum='if(lt(X,W/2),40+N,200)':cb=128:cr=128,trim=end_frame=110"
    );
    ffmpeg(&[
        "-f",
        "lavfi",
        "-i",
        &source,
        "-c:v",
        "libx264",
        "-preset",
        "ultrafast",
        "-qp",
        "4",
        "-x264-params",
        "keyint=1",
        "-pix_fmt",
        "yuv420p",
        "-video_track_timescale",
        "15360",
        path.to_str().unwrap(),
    ]);
    path
}

/// Mean luma at one place of every frame.
fn lumas(path: &Path, x: u32) -> Vec<u8> {
    let filter =
        format!("crop=16:16:{x}:40,scale=2:2:flags=area,format=yuv444p,extractplanes=y,crop=1:1:0:0");
    ffmpeg(&["-i", path.to_str().unwrap(), "-vf", &filter, "-f", "rawvideo", "-"])
}

fn blob(digit: char) -> BlobHash {
    digit.to_string().repeat(64).parse().unwrap()
}

fn step(first_beat_s: f64, beat_s: f64) -> TakeStep {
    TakeStep {
        step: format!("{}.0", "a".repeat(64)).parse().unwrap(),
        mirrored: false,
        mezzanine: blob('a'),
        width: WIDTH,
        height: HEIGHT,
        fps: FrameRate::Fps30,
        frames: 110,
        beats: std::array::from_fn(|i| first_beat_s + beat_s * i as f64),
        start_box: None,
        end_box: None,
        start_lean: None,
        end_lean: None,
    }
}

/// Eights of uneven beats that do not fall on the frame grid.
fn eights(count: u32) -> Vec<Eight> {
    let beat = |n: u32| 7.0 + 0.3137 * f64::from(n) + 0.02 * f64::from(n).sin();
    (0..count)
        .map(|index| Eight { index, beats: std::array::from_fn(|i| beat(8 * index + i as u32)) })
        .collect()
}

fn profile(transition_frames: u32) -> RenderProfile {
    RenderProfile { width: WIDTH, height: HEIGHT, transition_frames, crf: 4, ..RenderProfile::default() }
}

fn plan(
    eights: &[Eight],
    index: usize,
    transition: u32,
    step: TakeStep,
    previous: Option<TakeStep>,
) -> TakePlan {
    plan_take(&TakeRequest { profile: profile(transition), eights, index, step, previous }).unwrap()
}

#[tokio::test]
async fn every_frame_is_the_planned_one_and_two_renderings_are_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let (source, media) = (coded(folder.path()), media());
    let eights = eights(3);
    // Slower than danced, faster than danced, and running off the mezzanine's end.
    let steps = [step(0.5, 0.26), step(0.2, 0.36), step(1.3, 0.30)];
    for (index, now) in steps.iter().enumerate() {
        let previous = index.checked_sub(1).map(|before| steps[before].clone());
        let plan = plan(&eights, index, 12, now.clone(), previous);
        let inputs = vec![source.as_path(); plan.sources().len()];
        let out = folder.path().join("take.mp4");
        media.render(&plan, &inputs, &out, &mut Watch::nobody()).await.unwrap();
        let seen = lumas(&out, 20);
        let entry: Vec<u64> =
            plan.entry.iter().flat_map(|entry| entry.source.shown().collect::<Vec<_>>()).collect();
        assert_eq!(seen.len() as u64, plan.frames);
        for (frame, shown) in plan.step.shown().enumerate() {
            let weight = (frame as f64 + 0.5) / 12.0;
            let expected = match entry.get(frame) {
                Some(before) => *before as f64 * (1.0 - weight) + shown as f64 * weight,
                None => shown as f64,
            };
            let seen = f64::from(seen[frame]) - 40.0;
            let allowed = if entry.get(frame).is_some() { 1.2 } else { 0.45 };
            assert!((seen - expected).abs() <= allowed, "take {index} frame {frame}: {seen} not {expected}");
        }
        let again = folder.path().join("again.mp4");
        media.render(&plan, &inputs, &again, &mut Watch::nobody()).await.unwrap();
        assert!(std::fs::read(&out).unwrap() == std::fs::read(&again).unwrap(), "two renderings differ");
    }
}

#[tokio::test]
async fn every_transition_keeps_the_frames_outside_of_it_and_cuts_on_the_beat() {
    let folder = tempfile::tempdir().unwrap();
    let (source, media) = (coded(folder.path()), media());
    let eights = eights(3);
    for transition in [Transition::Cut, Transition::Flash, Transition::Whip] {
        let profile = RenderProfile { transition, ..profile(12) };
        let (step, previous) = (step(0.2, 0.30), Some(step(1.5, 0.36)));
        let plan = plan_take(&TakeRequest { profile, eights: &eights, index: 1, step, previous }).unwrap();
        let out = folder.path().join("take.mp4");
        media.render(&plan, &[&source, &source], &out, &mut Watch::nobody()).await.unwrap();
        let seen = lumas(&out, 20);
        assert_eq!(seen.len() as u64, plan.frames);
        let before: Vec<u64> = plan.entry.as_ref().unwrap().source.shown().collect();
        let after: Vec<u64> = plan.step.shown().collect();
        let is = |frame: usize, shown: u64| (f64::from(seen[frame]) - 40.0 - shown as f64).abs() <= 0.5;
        // A flash brightens the two frames before the beat and a fifth of a second after it.
        let (clean_until, clean_from) = match transition {
            Transition::Cut => (6, 6),
            Transition::Flash => (4, 12),
            _ => (0, 12),
        };
        assert!((0..clean_until).all(|n| is(n, before[n])), "{transition:?} before: {seen:?} {before:?}");
        assert!(
            (clean_from..seen.len()).all(|n| is(n, after[n])),
            "{transition:?} after: {seen:?} {after:?}"
        );
        if transition == Transition::Flash {
            assert!(seen[6] > 200 && seen[8] < seen[6] && seen[5] > seen[3] + 40, "{seen:?}");
        }
    }
}

#[tokio::test]
async fn mirrored_takes_are_mirrored_and_aligned_takes_are_native_at_their_end() {
    let folder = tempfile::tempdir().unwrap();
    let (source, media) = (coded(folder.path()), media());
    let eights = eights(2);
    let subject = |centre_x, top, bottom| Some(SubjectBox { centre_x, top, bottom, width: 0.2 });
    let before = TakeStep { end_box: subject(0.6, 0.1, 0.9), ..step(0.5, 0.3) };
    let mirrored = TakeStep { mirrored: true, start_box: subject(0.5, 0.2, 0.9), ..step(0.4, 0.3) };
    let plan = plan(&eights, 1, 0, mirrored, Some(before));
    let alignment = plan.alignment.unwrap();
    assert!(alignment.scale_millionths > 1_100_000 && plan.entry.is_none());
    let out = folder.path().join("take.mp4");
    media.render(&plan, &[&source], &out, &mut Watch::nobody()).await.unwrap();
    // Mirrored: the bright half is on the left.
    assert!(lumas(&out, 20).iter().all(|luma| luma.abs_diff(200) < 3));
    // The edge between the halves starts where the alignment puts it and ends in the middle.
    let edges = ffmpeg(&[
        "-i",
        out.to_str().unwrap(),
        "-vf",
        "crop=iw:2:0:40,format=yuv444p,extractplanes=y",
        "-f",
        "rawvideo",
        "-",
    ]);
    let edge = |row: &[u8]| row[..WIDTH as usize].iter().filter(|luma| **luma > 170).count() as f64;
    let edges: Vec<f64> = edges.chunks(2 * WIDTH as usize).map(edge).collect();
    let first =
        f64::from(alignment.scale_millionths) / 1e6 * 96.0 + f64::from(alignment.shift_x_thousandths) / 1e3;
    assert!((edges[0] - first).abs() <= 1.5, "{} not {first}", edges[0]);
    assert!((edges[edges.len() - 1] - 96.0).abs() <= 1.0, "{:?}", edges.last());
    assert!(edges.windows(2).all(|pair| (pair[1] - pair[0]).abs() <= 2.0), "jumps: {edges:?}");
}

#[tokio::test]
async fn joined_takes_keep_every_frame_and_end_with_their_sound() {
    let folder = tempfile::tempdir().unwrap();
    let (source, media, eights) = (coded(folder.path()), media(), eights(4));
    let mut takes = Vec::new();
    for index in 0..4 {
        let previous = (index > 0).then(|| step(0.3, 0.3));
        let plan = plan(&eights, index, 12, step(0.3, 0.3), previous);
        let out = folder.path().join(format!("it's {index}.mp4"));
        media
            .render(&plan, &vec![source.as_path(); plan.sources().len()], &out, &mut Watch::nobody())
            .await
            .unwrap();
        takes.push((out, plan));
    }
    let total = FrameGrid::of(&eights, FrameRate::Fps30).total();
    assert_eq!(takes.iter().map(|(_, plan)| plan.frames).sum::<u64>(), total);
    let song = folder.path().join("song.wav");
    ffmpeg(&["-f", "lavfi", "-i", "sine=440:d=30", song.to_str().unwrap()]);
    let cut = AudioCut {
        start_s: 7.0,
        frames: total,
        fps: FrameRate::Fps30,
        fade_in_ms: 10,
        fade_out_ms: 200,
        half_speed: false,
        repeats: 1,
    };
    let (audio, product) = (folder.path().join("section.m4a"), folder.path().join("product.mp4"));
    media.section_audio(&song, &cut, &audio, &mut Watch::nobody()).await.unwrap();
    let parts: Vec<_> = takes.iter().map(|(path, plan)| JoinPart { path, frames: plan.frames }).collect();
    let joined =
        media.join(&parts, FrameRate::Fps30, Some(&audio), &product, &mut Watch::nobody()).await.unwrap();
    assert_eq!(joined.frames, total);
    // The joined pictures are the takes' pictures, one by one, each at its place on the grid.
    let apart: Vec<u8> = takes.iter().flat_map(|(path, _)| lumas(path, 20)).collect();
    assert_eq!(lumas(&product, 20), apart);
    let times = Command::new("ffprobe")
        .args(["-v", "error", "-select_streams", "v", "-show_entries", "frame=pts_time", "-of", "csv=p=0"])
        .arg(&product)
        .output()
        .unwrap();
    let times = String::from_utf8(times.stdout).unwrap();
    let times: Vec<f64> = times.lines().filter_map(|line| line.split(',').next()?.parse().ok()).collect();
    for (frame, time) in times.iter().enumerate() {
        assert!((time - frame as f64 / 30.0).abs() < 1.0e-4, "frame {frame} at {time}");
    }
    assert_eq!(times.len() as u64, total);
    // A take of another size cannot be joined, and nothing is left of the attempt.
    let odd = folder.path().join("odd.mp4");
    ffmpeg(&["-i", source.to_str().unwrap(), "-vf", "scale=96:54", "-c:v", "libx264", odd.to_str().unwrap()]);
    let mixed = [parts[0], JoinPart { path: &odd, frames: 110 }];
    let refused = folder.path().join("refused.mp4");
    assert!(media.join(&mixed, FrameRate::Fps30, None, &refused, &mut Watch::nobody()).await.is_err());
    assert!(!refused.exists());
    let alone =
        media.join(&parts[..1], FrameRate::Fps30, None, &refused, &mut Watch::nobody()).await.unwrap();
    assert_eq!(alone.frames, parts[0].frames);
    let pictures: Vec<_> = takes
        .iter()
        .map(|(path, plan)| SheetPicture {
            path: path.clone(),
            frame: plan.entry_frames(),
            label: "1: 12.5 s".into(),
        })
        .collect();
    let sheet = folder.path().join("sheet.png");
    media.contact_sheet(&pictures, &SheetLayout::default(), &sheet, &mut Watch::nobody()).await.unwrap();
    let sheet = image::open(&sheet).unwrap().into_rgb8();
    assert_eq!(sheet.dimensions(), (4 * 326 + 6, 186 + 6));
    assert!(sheet.pixels().any(|pixel| pixel.0 == [240, 240, 240]), "no labels");
}

#[tokio::test]
async fn a_part_of_the_sound_begins_at_its_sample() {
    let folder = tempfile::tempdir().unwrap();
    let (source, media, eights) = (coded(folder.path()), media(), eights(4));
    let out = folder.path().join("take.mp4");
    let plan = plan(&eights, 0, 12, step(0.3, 0.3), None);
    media.render(&plan, &[&source], &out, &mut Watch::nobody()).await.unwrap();
    // Silence, and a tone that begins two seconds after the section does.
    let song = folder.path().join("song.wav");
    ffmpeg(&[
        "-f",
        "lavfi",
        "-i",
        "aevalsrc='if(gte(t,9),0.8*sin(6000*t),0)':s=48000:d=30",
        song.to_str().unwrap(),
    ]);
    let fps = FrameRate::Fps30;
    let cut = AudioCut {
        start_s: 7.0,
        frames: 300,
        fps,
        fade_in_ms: 10,
        fade_out_ms: 200,
        half_speed: false,
        repeats: 1,
    };
    let sound = folder.path().join("section.m4a");
    media.section_audio(&song, &cut, &sound, &mut Watch::nobody()).await.unwrap();
    let read = |path: &Path| Track::read(&mut File::open(path).unwrap()).unwrap();
    let (video, heard) = (read(&out), read(&sound));
    for start_frame in [0, 1, 17, 40] {
        let start = start_frame * 1600;
        let part = heard.cut(start, start + plan.frames * 1600);
        let assembly = eightcount_mp4::join(&[&video], Some(&part)).unwrap();
        let preview = folder.path().join("preview.mp4");
        let mut inputs = [File::open(&out).unwrap(), File::open(&sound).unwrap()];
        assembly.write(&mut inputs, File::create(&preview).unwrap()).unwrap();
        let samples =
            ffmpeg(&["-i", preview.to_str().unwrap(), "-ac", "1", "-ar", "48000", "-f", "s16le", "-"]);
        let samples: Vec<i16> =
            samples.chunks_exact(2).map(|two| i16::from_le_bytes([two[0], two[1]])).collect();
        let begins = samples.iter().position(|sample| sample.unsigned_abs() > 8000).unwrap();
        let expected = 2 * 48_000 - start as usize;
        assert!(begins.abs_diff(expected) <= 96, "from frame {start_frame}: at {begins}, not {expected}");
        let wanted = (plan.frames * 1600) as usize;
        assert!(samples.len().abs_diff(wanted) <= 1024, "{} samples, not {wanted}", samples.len());
        assert_eq!(lumas(&preview, 20), lumas(&out, 20));
    }
}

#[tokio::test]
async fn extras_mirror_count_and_loop_what_the_takes_show() {
    let folder = tempfile::tempdir().unwrap();
    let (source, media, eights) = (coded(folder.path()), media(), eights(3));
    let fps = FrameRate::Fps30;
    let plans: Vec<_> =
        (0..3).map(|k| plan(&eights, k, 12, step(0.3, 0.33), (k > 0).then(|| step(0.3, 0.33)))).collect();
    let grid = FrameGrid::of(&eights, fps);
    for k in 0..3 {
        let alone = looped(&plans[k], plans.get(k + 1), (&eights, k), 6).unwrap();
        let range = grid.boundaries[k].0..grid.boundaries[k + 1].0;
        let counts = counts(&eights, fps, range.clone());
        let finish = Finish { mirrored: true, counts: counts.clone() };
        let alone = TakePlan { finish: Some(finish), ..alone };
        assert_eq!(TakePlan::from_json(&alone.to_json()).unwrap(), alone);
        let out = folder.path().join("alone.mp4");
        media.render(&alone, &[&source], &out, &mut Watch::nobody()).await.unwrap();
        // Mirrored: what tells the frame is on the right now. Every frame of the eight, and no dissolve.
        let seen = lumas(&out, WIDTH - 36);
        assert_eq!(seen.len() as u64, range.end - range.start);
        for (frame, shown) in alone.step.shown().enumerate() {
            let seen = f64::from(seen[frame]) - 40.0;
            assert!((seen - shown as f64).abs() <= 0.5, "eight {k} frame {frame}: {seen} not {shown}");
        }
        // The lamps: where the lit one is tells the count of every frame.
        let lamps = ffmpeg(&[
            "-i",
            out.to_str().unwrap(),
            "-vf",
            &format!("crop=16:2:{}:30,scale=8:1:flags=area,format=gray", WIDTH - 24 + 2),
            "-f",
            "rawvideo",
            "-",
        ]);
        for (frame, row) in lamps.chunks(8).enumerate() {
            let expected = counts.iter().rev().find(|(at, _)| *at as usize <= frame).unwrap().1;
            let brightest = (0..8).max_by_key(|lamp| row[*lamp]).unwrap() + 1;
            assert_eq!(brightest, usize::from(expected), "eight {k} frame {frame}: {row:?}");
        }
    }
    assert_eq!(looped(&plans[0], plans.get(2), (&eights, 1), 6), None);
}

#[tokio::test]
async fn half_speed_shows_every_frame_twice_as_long_under_a_slower_song() {
    let folder = tempfile::tempdir().unwrap();
    let (source, media, eights) = (coded(folder.path()), media(), eights(1));
    let out = folder.path().join("take.mp4");
    let plan = plan(&eights, 0, 12, step(0.3, 0.3), None);
    media.render(&plan, &[&source], &out, &mut Watch::nobody()).await.unwrap();
    // A beep begins one second after the section does.
    let song = folder.path().join("song.wav");
    let beep = "aevalsrc='if(between(t,8,8.2),0.8*sin(6000*t),0)':s=48000:d=30";
    ffmpeg(&["-f", "lavfi", "-i", beep, song.to_str().unwrap()]);
    let (fps, frames) = (FrameRate::Fps30, plan.frames);
    let cut =
        AudioCut { start_s: 7.0, frames, fps, fade_in_ms: 10, fade_out_ms: 10, half_speed: true, repeats: 2 };
    let (sound, slow) = (folder.path().join("sound.m4a"), folder.path().join("slow.mp4"));
    media.section_audio(&song, &cut, &sound, &mut Watch::nobody()).await.unwrap();
    let parts = [JoinPart { path: &out, frames }; 2];
    let joined = media.join_half_speed(&parts, fps, Some(&sound), &slow, &mut Watch::nobody()).await.unwrap();
    assert_eq!(joined.frames, 2 * frames);
    assert_eq!(lumas(&slow, 20), [lumas(&out, 20), lumas(&out, 20)].concat());
    let times = Command::new("ffprobe")
        .args(["-v", "error", "-select_streams", "v", "-show_entries", "frame=pts_time", "-of", "csv=p=0"])
        .arg(&slow)
        .output()
        .unwrap();
    let times = String::from_utf8(times.stdout).unwrap();
    for (frame, time) in
        times.lines().filter_map(|line| line.split(',').next()?.parse::<f64>().ok()).enumerate()
    {
        assert!((time - frame as f64 / 15.0).abs() < 1.0e-4, "frame {frame} at {time}");
    }
    let samples = ffmpeg(&["-i", slow.to_str().unwrap(), "-ac", "1", "-ar", "48000", "-f", "s16le", "-"]);
    let loud: Vec<bool> = samples
        .chunks_exact(2)
        .map(|two| i16::from_le_bytes([two[0], two[1]]).unsigned_abs() > 8000)
        .collect();
    let once = (frames * 3200) as usize;
    assert!(loud.len().abs_diff(2 * once) <= 1024, "{} samples, not {}", loud.len(), 2 * once);
    for repeat in 0..2 {
        let begins = loud[repeat * once..].iter().position(|loud| *loud).unwrap();
        // The beep's second is two seconds now; stretching smears its edge by some milliseconds.
        assert!(begins.abs_diff(96_000) < 960, "repeat {repeat} beeps at {begins}");
    }
}

#[test]
fn operations_move_between_threads() {
    fn sendable<T: Send>(future: T) {
        drop(future);
    }
    let (media, path) = (media(), Path::new("/none"));
    let cut = AudioCut {
        start_s: 0.0,
        frames: 30,
        fps: FrameRate::Fps30,
        fade_in_ms: 0,
        fade_out_ms: 0,
        half_speed: false,
        repeats: 1,
    };
    let plan = plan(&eights(1), 0, 12, step(0.3, 0.3), None);
    sendable(media.render(&plan, &[path], path, &mut Watch::nobody()));
    sendable(media.join(&[], FrameRate::Fps30, None, path, &mut Watch::nobody()));
    sendable(media.section_audio(path, &cut, path, &mut Watch::nobody()));
    sendable(media.contact_sheet(&[], &SheetLayout::default(), path, &mut Watch::nobody()));
    sendable(media.screen_performance(path));
    sendable(media.screen_song(path));
    sendable(media.small_frames(path, (1, 1), &mut Watch::nobody(), &mut |_, _| ()));
    let options = eightcount_media::ConformOptions::default();
    sendable(async {
        let facts = media.screen_performance(path).await.unwrap();
        media.conform(path, &facts, path, &options, None, &mut Watch::nobody()).await
    });
}

#[tokio::test]
async fn a_cancelled_or_impossible_rendering_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (source, media) = (coded(folder.path()), media());
    let eights = eights(1);
    let plan = plan(&eights, 0, 12, step(0.3, 0.3), None);
    let out_folder = tempfile::tempdir().unwrap();
    let out = out_folder.path().join("take.mp4");
    let cancel = CancellationToken::new();
    cancel.cancel();
    let cancelled = media.render(&plan, &[&source], &out, &mut Watch::new(cancel, |_| ())).await;
    assert!(matches!(cancelled, Err(MediaError::Cancelled)), "{cancelled:?}");
    let broken = folder.path().join("broken.mp4");
    let bytes = std::fs::read(&source).unwrap();
    std::fs::write(&broken, &bytes[..bytes.len() / 2]).unwrap();
    let failed = media.render(&plan, &[&broken], &out, &mut Watch::nobody()).await.unwrap_err();
    assert!(failed.retryable(), "{failed}");
    // Dropped in the middle, nothing goes on.
    let _ = tokio::time::timeout(
        std::time::Duration::from_millis(20),
        media.render(&plan, &[&source], &out, &mut Watch::nobody()),
    )
    .await;
    assert_eq!(std::fs::read_dir(out_folder.path()).unwrap().count(), 0);
}
