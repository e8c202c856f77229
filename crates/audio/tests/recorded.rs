//! The hearing against four recorded songs, whole: those that `scripts/setup` brings, with the beats of their tempo maps
//! (`reference/sectoid`).
#![allow(clippy::unwrap_used)]

use eightcount_audio::{
    SAMPLE_RATE,
    evaluation::metrics::{continuity, f_measure, trim},
    hear,
};
use std::{fs, path::Path, process::Command};

/// What `mir_eval` leaves out at the start, seconds.
const TRIM_S: f64 = 5.0;

/// The song as it is played: its tracks mixed.
fn mixed(song: &Path) -> Vec<f32> {
    assert!(song.exists(), "{} is missing: run scripts/setup", song.display());
    let rate = SAMPLE_RATE.to_string();
    let output = Command::new("ffmpeg")
        .args(["-v", "error", "-nostdin", "-i"])
        .arg(song.join("song.ogg"))
        .arg("-i")
        .arg(song.join("guitar.ogg"))
        .args(["-filter_complex", "amix=inputs=2", "-ac", "1", "-ar", &rate, "-f", "f32le", "-"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
}

fn truth(file: &Path) -> Vec<f64> {
    let text = fs::read_to_string(file).unwrap();
    text.lines().map(|line| line.split_whitespace().next().unwrap().parse().unwrap()).collect()
}

#[test]
fn the_beats_of_recorded_songs_are_found() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files =
        fs::read_dir(root.join("tests/reference/sectoid")).unwrap().map(|entry| entry.unwrap().path());
    let files: Vec<_> = files.filter(|file| file.extension().is_some_and(|end| end == "beats")).collect();
    assert_eq!(files.len(), 4);
    let (mut cml, mut aml) = (0.0, 0.0);
    for file in &files {
        let song = root.join("../../.tools/demo/songs").join(file.file_stem().unwrap());
        let (truth, found) = (truth(file), hear(&mixed(&song)).unwrap().grid.beats);
        let [truth, found] = [truth, found].map(|beats| trim(&beats, TRIM_S));
        let f = f_measure(&truth, &found);
        assert!(f >= 0.3, "{}: F {f}", song.display());
        let runs = continuity(&truth, &found);
        (cml, aml) = (cml + runs.cml_t / files.len() as f64, aml + runs.aml_t / files.len() as f64);
    }
    assert!(aml >= 0.93, "AMLt {aml}");
    assert!(cml >= 0.80, "CMLt {cml}");
}
