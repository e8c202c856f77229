//! What tests of rendered pictures start from.

use eightcount_domain::{Eight, FrameRate};
use eightcount_edit::TakeStep;
use eightcount_media::{Launcher, Limits, Media, Tools};
use std::path::{Path, PathBuf};
use std::process::Command;

pub fn media() -> Media {
    Media::new(Tools::find().unwrap(), Launcher::direct(), Limits::default())
}

/// What ffmpeg writes to its standard output.
pub fn ffmpeg(arguments: &[&str]) -> Vec<u8> {
    let output =
        Command::new("ffmpeg").args(["-v", "error", "-nostdin", "-y"]).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// A mezzanine at 30 fps, every frame a key frame, of what ffmpeg's filters draw.
pub fn film(folder: &Path, drawn: &str) -> PathBuf {
    let path = folder.join("film.mp4");
    let encode = ["-c:v", "libx264", "-preset", "ultrafast", "-qp", "4", "-g", "1", "-pix_fmt", "yuv420p"];
    let mut arguments = vec!["-f", "lavfi", "-i", drawn];
    arguments.extend(encode);
    arguments.extend(["-video_track_timescale", "15360", path.to_str().unwrap()]);
    ffmpeg(&arguments);
    path
}

/// A step of a film of this size and length, danced at one speed.
pub fn step((width, height): (u32, u32), frames: u64, first_beat_s: f64, beat_s: f64) -> TakeStep {
    TakeStep {
        step: format!("{}.0", "a".repeat(64)).parse().unwrap(),
        mirrored: false,
        mezzanine: "a".repeat(64).parse().unwrap(),
        width,
        height,
        fps: FrameRate::Fps30,
        frames,
        beats: std::array::from_fn(|i| first_beat_s + beat_s * i as f64),
        start_box: None,
        end_box: None,
        start_lean: None,
        end_lean: None,
    }
}

/// Eights of even beats.
pub fn eights(count: u32, start_s: f64, beat_s: f64) -> Vec<Eight> {
    let beat = |n: u32| start_s + beat_s * f64::from(n);
    (0..count)
        .map(|index| Eight { index, beats: std::array::from_fn(|i| beat(8 * index + i as u32)) })
        .collect()
}
