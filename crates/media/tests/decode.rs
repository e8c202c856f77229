//! Decoded sound against what ffmpeg itself says of the same file: its mix, and its meter.
#![allow(clippy::unwrap_used)]

use eightcount_media::{Decoded, Launcher, Limits, Media, Tools, Watch};
use std::path::Path;
use std::process::Command;

fn ffmpeg(arguments: &[&str]) -> Vec<u8> {
    let output =
        Command::new("ffmpeg").args(["-v", "error", "-nostdin", "-y"]).args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

async fn decoded(path: &Path) -> Decoded {
    let media = Media::new(Tools::find().unwrap(), Launcher::direct(), Limits::default());
    media.decode_pcm(path, &mut Watch::nobody()).await.unwrap()
}

/// ffmpeg's own mix, at the rate of analysis.
fn mix(path: &str) -> Vec<f32> {
    let bytes = ffmpeg(&["-i", path, "-ac", "1", "-ar", "44100", "-f", "f32le", "-"]);
    bytes.as_chunks::<4>().0.iter().map(|word| f32::from_le_bytes(*word)).collect()
}

/// ffmpeg's own meter, LUFS.
fn loudness(path: &str) -> f64 {
    let meter = "ebur128=metadata=1,ametadata=print:key=lavfi.r128.I:file=-";
    let told = String::from_utf8(ffmpeg(&["-i", path, "-af", meter, "-f", "null", "-"])).unwrap();
    told.lines().rev().find_map(|line| line.strip_prefix("lavfi.r128.I=")).unwrap().parse().unwrap()
}

/// Noise of its own on each channel (at an amplitude), which comes and goes.
fn noises(amplitudes: &[f32]) -> String {
    let noise = |(channel, amplitude): (usize, &f32)| {
        format!("{amplitude}*(random({channel})-0.5)*(0.6+0.4*sin({}*t))", 2 + channel)
    };
    amplitudes.iter().enumerate().map(noise).collect::<Vec<_>>().join("|")
}

/// File, layout, rate, amplitudes of the channels, how it is encoded.
const SOUNDS: [(&str, &str, u32, &[f32], &str); 9] = [
    ("mono.wav", "mono", 44_100, &[0.5], "pcm_s16le"),
    ("wide.wav", "stereo", 44_100, &[0.5, 0.4], "pcm_s16le"),
    ("left.flac", "stereo", 48_000, &[0.5, 0.0], "flac"),
    ("wide.m4a", "stereo", 48_000, &[0.3, 0.6], "aac"),
    ("back.flac", "5.1", 44_100, &[0.3, 0.3, 0.2, 0.9, 0.5, 0.4], "flac"),
    ("side.wav", "5.1(side)", 96_000, &[0.2, 0.3, 0.5, 0.9, 0.1, 0.6], "pcm_s24le"),
    ("quad.wav", "quad", 44_100, &[0.2, 0.3, 0.5, 0.4], "pcm_f32le"),
    ("three.wav", "2.1", 44_100, &[0.2, 0.3, 0.8], "pcm_s16le"),
    ("seven.wav", "7.1", 48_000, &[0.2, 0.3, 0.4, 0.9, 0.1, 0.2, 0.3, 0.2], "pcm_s16le"),
];

#[tokio::test]
async fn mix_and_loudness_are_those_of_ffmpeg() {
    let folder = tempfile::tempdir().unwrap();
    for (name, layout, rate_hz, amplitudes, codec) in SOUNDS {
        let path = folder.path().join(name);
        let file = path.to_str().unwrap();
        let source = format!("aevalsrc=exprs='{}':s={rate_hz}:d=8:c={layout}", noises(amplitudes));
        // Like music, with little above the 20 kHz that are heard at the rate of analysis.
        ffmpeg(&["-f", "lavfi", "-i", &source, "-af", "lowpass=f=5000", "-c:a", codec, file]);
        let sound = decoded(&path).await;
        let theirs = mix(file);
        assert_eq!(sound.pcm.len(), theirs.len(), "{name}");
        let apart = sound.pcm.iter().zip(&theirs).map(|(x, y)| (x - y).abs()).fold(0.0, f32::max);
        assert!(apart < 1e-5, "{name}: {apart}");
        let (ours, theirs) = (sound.loudness_lufs.unwrap(), loudness(file));
        assert!((ours - theirs).abs() < 0.1, "{name}: {ours} LUFS, ffmpeg says {theirs}");
    }
}

#[tokio::test]
async fn channels_against_each_other_are_loud_though_their_mix_is_silent() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("against.wav");
    let file = path.to_str().unwrap();
    ffmpeg(&["-f", "lavfi", "-i", "aevalsrc=0.2*sin(2764*t)|-0.2*sin(2764*t):s=44100:d=4", file]);
    let sound = decoded(&path).await;
    assert!(sound.pcm.iter().all(|x| x.abs() < 1e-3));
    assert!((sound.loudness_lufs.unwrap() - loudness(file)).abs() < 0.1);
}

#[tokio::test]
async fn sound_whose_channels_become_more_is_decoded_to_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let part = |name: &str, channels: &str| {
        let path = folder.path().join(name);
        let source = "sine=440:r=44100:d=3";
        ffmpeg(&[
            "-f",
            "lavfi",
            "-i",
            source,
            "-ac",
            channels,
            "-write_xing",
            "0",
            "-id3v2_version",
            "0",
            path.to_str().unwrap(),
        ]);
        std::fs::read(path).unwrap()
    };
    let joined = folder.path().join("joined.mp3");
    std::fs::write(&joined, [part("one.mp3", "1"), part("two.mp3", "2")].concat()).unwrap();
    let sound = decoded(&joined).await;
    assert_eq!(sound.pcm.len(), mix(joined.to_str().unwrap()).len());
    assert!(sound.loudness_lufs.is_some());
}

#[tokio::test]
async fn silence_has_no_loudness() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("silence.wav");
    ffmpeg(&["-f", "lavfi", "-i", "anullsrc=r=44100:cl=stereo", "-t", "2", path.to_str().unwrap()]);
    let sound = decoded(&path).await;
    assert_eq!((sound.pcm.len(), sound.loudness_lufs), (88_200, None));
}
