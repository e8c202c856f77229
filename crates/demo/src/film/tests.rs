//! Filming with the real content and the real ffmpeg.

#![allow(clippy::unwrap_used)]

use super::*;
use crate::{Song, demo_song, performances};

/// The content that `scripts/setup` brings.
fn content() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.tools/demo");
    assert!(folder.join("checked.sha256").is_file(), "demo content is missing: run scripts/setup");
    folder
}

fn ffmpeg() -> &'static Path {
    Path::new("ffmpeg")
}

/// One decoded frame, red, green and blue.
fn decoded(film: &Path, frame: u64) -> Vec<u8> {
    let mut command = ffmpeg::command(ffmpeg());
    command.arg("-i").arg(film).args(["-vf", &format!("select=eq(n\\,{frame})"), "-frames:v", "1"]);
    command.args(["-f", "rawvideo", "-pix_fmt", "rgb24", "pipe:1"]);
    ffmpeg::output(command, "decode").unwrap()
}

fn pixel(frame: &[u8], x: usize, y: usize) -> [u8; 3] {
    let at = (y * WIDTH as usize + x) * 3;
    [frame[at], frame[at + 1], frame[at + 2]]
}

#[test]
fn two_seconds_are_filmed_kept_and_the_same_again() {
    let scripts = performances(&content()).unwrap();
    let out = tempfile::tempdir().unwrap();
    let script = &scripts[Dancer::Frog as usize];
    let calls = std::sync::Mutex::new(Vec::new());
    let progress = |p: FilmProgress| calls.lock().unwrap().push(p.done);
    let film = film_frames(script, 60, out.path(), ffmpeg(), &progress).unwrap();
    assert!(!film.kept);
    assert_eq!(*calls.lock().unwrap(), [0, 60]);
    assert_eq!(film.figures.len(), script.eights as usize);
    // Nothing else is left in the folder.
    assert_eq!(fs::read_dir(out.path()).unwrap().count(), 1);
    let picture = decoded(&film.path, 45);
    for (x, y) in [(10, 10), (1270, 300), (200, 600)] {
        assert_eq!(
            Dancer::of_stage_colour(pixel(&picture, x, y)),
            Some(Dancer::Frog),
            "{:?}",
            pixel(&picture, x, y)
        );
    }
    let belly = (script.casting.centre_x as usize, script.casting.feet_y as usize - 250);
    assert_eq!(Dancer::of_stage_colour(pixel(&picture, belly.0, belly.1)), None, "the dancer stands there");

    let bytes = fs::read(&film.path).unwrap();
    assert!(film_frames(script, 60, out.path(), ffmpeg(), &progress).unwrap().kept);
    // A damaged film is filmed again, to the same bytes.
    fs::write(&film.path, &bytes[..bytes.len() / 2]).unwrap();
    assert!(!film_frames(script, 60, out.path(), ffmpeg(), &progress).unwrap().kept);
    assert!(fs::read(&film.path).unwrap() == bytes, "the same bytes again");
}

#[test]
fn loud_eights_get_strong_figures_and_no_figure_comes_twice() {
    for script in
        performances(&content()).unwrap().iter().filter(|s| matches!(s.dancer, Dancer::Sloth | Dancer::Robot))
    {
        let music = mix(script, script.frames(), ffmpeg()).unwrap();
        let loudness = loudness(&music, script);
        let sheet = Sheet::read(&script.content, script.dancer).unwrap();
        let motion = Motion::of(&sheet);
        let dance = Dance::arrange(script.dancer, &motion, script.song.beat_seconds(), &loudness);
        for (i, figure) in dance.figures.iter().enumerate() {
            assert!(!dance.figures[..i].contains(figure), "{figure} twice");
        }
        let energy: Vec<f32> = dance.figures.iter().map(|f| motion.energy(*f)).collect();
        let by_loudness = |quiet: bool| {
            let mut order: Vec<usize> = (0..loudness.len()).collect();
            order.sort_by(|a, b| loudness[*a].total_cmp(&loudness[*b]));
            let third = loudness.len() / 3;
            let of = if quiet { &order[..third] } else { &order[order.len() - third..] };
            of.iter().map(|i| energy[*i]).sum::<f32>() / third as f32
        };
        assert!(by_loudness(false) > 2.0 * by_loudness(true), "{} {energy:?}", script.dancer);
    }
}

#[test]
fn no_two_dancers_dance_the_same() {
    let sheet = Sheet::read(&content(), Dancer::Bear).unwrap();
    let motion = Motion::of(&sheet);
    let loudness = [3.0, 1.0, 2.0, 5.0, 4.0, 8.0, 7.0, 6.0];
    let dances: Vec<_> =
        Dancer::ALL.into_iter().map(|d| Dance::arrange(d, &motion, 0.43, &loudness)).collect();
    for (i, dance) in dances.iter().enumerate() {
        assert!(!dances[..i].contains(dance), "{:?}", Dancer::ALL[i]);
    }
}

#[test]
fn the_tempo_of_every_song_is_its_charts() {
    for song in Song::ALL {
        let chart = fs::read(content().join("songs").join(song.title()).join("notes.mid")).unwrap();
        // The meta event "set tempo": FF 51 03, then microseconds per beat.
        let tempi: Vec<u32> = chart
            .windows(6)
            .filter(|w| w[..3] == [0xFF, 0x51, 3])
            .map(|w| u32::from_be_bytes([0, w[3], w[4], w[5]]))
            .collect();
        assert!(!tempi.is_empty() && tempi.iter().all(|t| *t == song.beat_us()), "{song}: {tempi:?}");
    }
}

#[test]
fn the_demo_song_is_mixed_whole_and_kept() {
    let out = tempfile::tempdir().unwrap();
    let audio = demo_song(&content(), out.path(), ffmpeg()).unwrap();
    assert_eq!(audio.title, "Escape from chaosland (Sectoid)");
    let made = fs::metadata(&audio.path).unwrap().modified().unwrap();
    demo_song(&content(), out.path(), ffmpeg()).unwrap();
    assert_eq!(fs::metadata(&audio.path).unwrap().modified().unwrap(), made, "kept");
}

#[test]
fn a_missing_ffmpeg_is_named_and_leaves_nothing() {
    let scripts = performances(&content()).unwrap();
    let out = tempfile::tempdir().unwrap();
    let error = film(&scripts[0], out.path(), Path::new("no-such-ffmpeg"), &|_| {}).unwrap_err();
    assert_eq!(error.to_string(), "cannot start no-such-ffmpeg");
    assert_eq!(fs::read_dir(out.path()).unwrap().count(), 0);
}
