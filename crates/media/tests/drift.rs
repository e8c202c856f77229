//! Flash and beep: in products of 8, 32 and 128 eights every cut lies within half a frame of its beat, in the picture as
//! in the sound, and the last no worse than the first.
#![allow(clippy::unwrap_used)]

mod tools;

use eightcount_domain::{FrameGrid, FrameRate, RenderProfile, Transition};
use eightcount_edit::{AudioCut, JoinPart, TakeRequest, TakeStep, plan_take};
use eightcount_media::Watch;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use tools::{eights, ffmpeg, film, media};

const FPS: FrameRate = FrameRate::Fps30;
const SIDE: u32 = 64;
/// An eight of 110.75 frames: its grid comes round every four eights, so few takes differ.
const BEAT_S: f64 = 110.75 / 30.0 / 8.0;
const START_S: f64 = 2.0;
/// Where the step's first beat is, and its flash begins.
const FIRST_S: f64 = 2.0;
const BEEP_HZ: u32 = 48_000;

/// A step whose first beat is where its film flashes.
fn step() -> TakeStep {
    tools::step((SIDE, SIDE), 240, FIRST_S, 0.45)
}

/// A film that is dark but for the three frames from the first beat on; a song that beeps where an eight starts.
fn write_sources(folder: &Path, eights: u32) -> (PathBuf, PathBuf) {
    let flash = format!(
        "color=black:s={SIDE}x{SIDE}:r=30:d=8,geq=lum='if(between(N,60,62),235,16)':cb=128:cr=128,trim=end_frame=240"
    );
    let (film, song) = (film(folder, &flash), folder.join("song.wav"));
    let (eight_s, all_s) = (8.0 * BEAT_S, START_S + 8.0 * BEAT_S * f64::from(eights) + 1.0);
    let beep = format!(
        "aevalsrc='if(gte(t,{START_S})*lt(mod(t-{START_S},{eight_s:.9}),0.05),0.8*sin(6000*t),0)':s={BEEP_HZ}:d={all_s}"
    );
    ffmpeg(&["-f", "lavfi", "-i", &beep, song.to_str().unwrap()]);
    (film, song)
}

/// The places that are loud or bright after a dark stretch of `quiet`.
fn onsets(levels: impl Iterator<Item = bool>, quiet: usize) -> Vec<usize> {
    let (mut found, mut dark) = (Vec::new(), quiet);
    for (place, on) in levels.enumerate() {
        if on && dark >= quiet {
            found.push(place);
        }
        dark = if on { 0 } else { dark + 1 };
    }
    found
}

#[tokio::test]
async fn every_cut_of_a_long_product_lies_on_its_beat() {
    let folder = tempfile::tempdir().unwrap();
    let media = media();
    let (film, song) = write_sources(folder.path(), 128);
    let mut rendered = BTreeSet::new();
    for count in [8_u32, 32, 128] {
        let eights = eights(count, START_S, BEAT_S);
        let mut takes = Vec::new();
        for index in 0..eights.len() {
            let profile = RenderProfile {
                width: SIDE,
                height: SIDE,
                transition: Transition::Cut,
                ..RenderProfile::default()
            };
            let previous = (index > 0).then(step);
            let plan =
                plan_take(&TakeRequest { profile, eights: &eights, index, step: step(), previous }).unwrap();
            let file = folder.path().join(format!("{}.mp4", plan.key()));
            if rendered.insert(plan.key().to_string()) {
                let inputs = vec![film.as_path(); plan.sources().len()];
                media.render(&plan, &inputs, &file, &mut Watch::nobody()).await.unwrap();
            }
            takes.push((file, plan.frames));
        }
        let frames = FrameGrid::of(&eights, FPS).total();
        let cut = AudioCut {
            start_s: START_S,
            frames,
            fps: FPS,
            fade_in_ms: 1,
            fade_out_ms: 10,
            half_speed: false,
            repeats: 1,
        };
        let (sound, product) = (folder.path().join("sound.m4a"), folder.path().join("product.mp4"));
        media.section_audio(&song, &cut, &sound, &mut Watch::nobody()).await.unwrap();
        let parts: Vec<_> = takes.iter().map(|(path, frames)| JoinPart { path, frames: *frames }).collect();
        media.join(&parts, FPS, Some(&sound), &product, &mut Watch::nobody()).await.unwrap();

        let product = product.to_str().unwrap();
        let pictures =
            ffmpeg(&["-i", product, "-vf", "scale=1:1:flags=area,format=gray", "-f", "rawvideo", "-"]);
        let flashes = onsets(pictures.iter().map(|level| *level > 120), 10);
        let samples = ffmpeg(&["-i", product, "-ac", "1", "-ar", "48000", "-f", "s16le", "-"]);
        let samples = samples.chunks_exact(2).map(|two| i16::from_le_bytes([two[0], two[1]]));
        let beeps = onsets(samples.map(|sample| sample.unsigned_abs() > 8000), BEEP_HZ as usize / 2);
        assert_eq!((flashes.len(), beeps.len()), (eights.len(), eights.len()));
        let (mut worst, mut worst_beep) = (0.0_f64, 0.0_f64);
        for (k, (flash, beep)) in flashes.iter().zip(&beeps).enumerate() {
            let beat = 8.0 * BEAT_S * k as f64;
            worst = worst.max((*flash as f64 / 30.0 - beat).abs());
            worst_beep = worst_beep.max((*beep as f64 / f64::from(BEEP_HZ) - beat).abs());
        }
        println!(
            "{count} eights: cut {:.1} ms, beep {:.2} ms off at most",
            1000.0 * worst,
            1000.0 * worst_beep
        );
        assert!(worst <= 0.5 / 30.0 + 1e-6, "{count} eights: a cut {worst} s from its beat");
        assert!(worst_beep <= 0.002, "{count} eights: a beep {worst_beep} s from its beat");
    }
}
