//! The faults that beat trackers are known for, each provoked.
#![allow(clippy::unwrap_used)]

use eightcount_audio::{
    SAMPLE_RATE, all_eights,
    evaluation::{
        instruments::Noise,
        metrics::f_measure,
        synth::{Clip, Style, beat_times, clicks, clips, play},
    },
    hear, snap_section,
};
use eightcount_domain::{BeatGrid, Millis, Section};

fn steady(style: Style, bpm: f64) -> Clip {
    play(&format!("{style:?} at {bpm}"), style, &beat_times(0.4, &[((bpm * 0.6) as usize, bpm, bpm)]))
}

fn heard(clip: &Clip) -> BeatGrid {
    hear(&clip.pcm).unwrap_or_else(|error| panic!("{}: {error}", clip.name)).grid
}

/// The beats are the clip's, from the first one on.
fn assert_beats(clip: &Clip, grid: &BeatGrid) {
    let f = f_measure(&clip.beats, &grid.beats);
    assert!(f >= 0.95, "{}: F {f}, {} beats at {:.1} BPM", clip.name, grid.beats.len(), grid.tempo.get());
    let first = grid.beats[0] - clip.beats[0];
    assert!(first.abs() < 0.05, "{}: the first beat is {first:.3} s late", clip.name);
}

fn silent(seconds: f64) -> Vec<f32> {
    vec![0.0; (seconds * f64::from(SAMPLE_RATE)) as usize]
}

#[test]
fn fast_songs_are_not_halved() {
    for bpm in [180.0, 190.0, 200.0] {
        let clip = steady(Style::Rock, bpm);
        assert_beats(&clip, &heard(&clip));
    }
}

#[test]
fn slow_songs_are_not_doubled() {
    for bpm in [66.0, 75.0] {
        let clip = steady(Style::Rock, bpm);
        assert_beats(&clip, &heard(&clip));
    }
}

#[test]
fn loud_off_beats_do_not_draw_the_beats() {
    for bpm in [112.0, 130.0, 140.0] {
        let clip = steady(Style::House, bpm);
        assert_beats(&clip, &heard(&clip));
    }
}

#[test]
fn swung_eighths_do_not_draw_the_beats() {
    for bpm in [90.0, 110.0, 130.0, 150.0, 170.0] {
        let clip = steady(Style::Swing, bpm);
        assert_beats(&clip, &heard(&clip));
    }
}

#[test]
fn a_jump_of_the_tempo_is_followed() {
    for (from, to) in [(90.0, 130.0), (140.0, 105.0), (120.0, 128.0)] {
        let times = beat_times(0.4, &[(48, from, from), (48, to, to)]);
        let clip = play(&format!("{from} to {to} at once"), Style::Rock, &times);
        assert_beats(&clip, &heard(&clip));
    }
}

#[test]
fn a_tempo_that_changes_slowly_is_followed() {
    for (from, to) in [(150.0, 110.0), (95.0, 125.0)] {
        let clip = play(&format!("{from} to {to}"), Style::Rock, &beat_times(0.4, &[(96, from, to)]));
        assert_beats(&clip, &heard(&clip));
    }
}

#[test]
fn music_in_three_has_bars_of_three_and_eights_of_two_bars() {
    for bpm in [84.0, 120.0, 140.0, 160.0, 180.0] {
        let clip = steady(Style::Waltz, bpm);
        let grid = heard(&clip);
        assert_beats(&clip, &grid);
        assert_eq!(grid.metre, 3, "{}", clip.name);
        let downbeats: Vec<f64> = grid.downbeats.iter().map(|&d| grid.beats[d as usize]).collect();
        let f = f_measure(&clip.downbeat_times(), &downbeats);
        assert!(f >= 0.95, "{}: downbeat F {f}", clip.name);
        let eights = all_eights(&grid);
        assert!(eights.len() >= clip.beats.len() / 6 - 2);
        for eight in &eights {
            let beats = 60.0 / (eight.end() - eight.start()) * 6.0;
            assert!((beats / bpm - 1.0).abs() < 0.03, "{}: {beats}", clip.name);
            for bar in [eight.beats[0], eight.beats[4]] {
                assert!(downbeats.iter().any(|downbeat| (downbeat - bar).abs() < 1e-9), "{}", clip.name);
            }
        }
        let ms = |seconds: f64| Millis((seconds * 1e3).round() as u64);
        let section = Section { start_ms: ms(eights[1].start()), end_ms: ms(eights[5].start()) };
        let snapped = snap_section(&grid, section, clip.pcm.len() as f64 / f64::from(SAMPLE_RATE)).unwrap();
        assert_eq!(
            snapped.iter().map(|e| e.beats).collect::<Vec<_>>(),
            eights[1..5].iter().map(|e| e.beats).collect::<Vec<_>>()
        );
    }
}

/// A metronome is silent most of the time, a recording of one never quite: what is left then has no beats.
#[test]
fn a_metronome_that_ends_has_no_beats_after_its_last() {
    for (bpm, seconds, floor_dbfs) in
        [(70.0, 8.0, -95.0), (90.0, 10.0, -75.0), (120.0, 12.0, -65.0), (135.0, 8.0, -80.0)]
    {
        let mut clip = clicks(bpm, seconds);
        let end = clip.beats[clip.beats.len() - 1];
        clip.pcm.resize(((end + 6.0) * f64::from(SAMPLE_RATE)) as usize, 0.0);
        let (mut noise, floor) = (Noise::new(5), 10f32.powf(floor_dbfs / 20.0));
        clip.pcm.iter_mut().for_each(|x| *x += floor * noise.normal());
        let beats = hear(&clip.pcm).unwrap().grid.beats;
        let last = beats[beats.len() - 1];
        assert!(last < end + 60.0 / bpm + 0.05, "{bpm} BPM, noise of {floor_dbfs} dB: {last} after {end}");
        assert!(f_measure(&clip.beats, &beats) > 0.9, "{bpm} BPM, noise of {floor_dbfs} dB: {beats:?}");
    }
}

#[test]
fn there_is_no_beat_in_silence_before_within_and_after() {
    let part = steady(Style::Rock, 118.0);
    let length = part.pcm.len() as f64 / f64::from(SAMPLE_RATE);
    let sounds = 60.0 / 118.0 + part.beats[part.beats.len() - 1];
    let pcm = [silent(5.0), part.pcm.clone(), silent(9.3), part.pcm.clone(), silent(6.0)].concat();
    let second = 5.0 + length + 9.3;
    let shifted = |by: f64| part.beats.iter().map(move |beat| beat + by);
    let beats: Vec<f64> = shifted(5.0).chain(shifted(second)).collect();
    let clip = Clip { name: "two songs with silence between them".to_owned(), pcm, beats, ..part.clone() };
    let grid = heard(&clip);
    assert_beats(&clip, &grid);
    // The last sound rings for two seconds.
    let silences = [(0.0, 5.3), (5.0 + sounds + 2.0, second + 0.3), (second + sounds + 2.0, f64::INFINITY)];
    for (from, to) in silences {
        let invented: Vec<f64> =
            grid.beats.iter().copied().filter(|beat| (from..to).contains(beat)).collect();
        assert!(invented.is_empty(), "{invented:?} between {from} and {to}");
    }
    let starts: Vec<f64> = all_eights(&grid).iter().map(eightcount_domain::Eight::start).collect();
    let truth: Vec<f64> =
        [5.0, second].iter().flat_map(|by| part.beats.iter().step_by(8).map(move |b| b + by)).collect();
    assert!(f_measure(&truth, &starts) > 0.85, "{starts:?}");
    assert!(
        all_eights(&grid).iter().all(|eight| eight.end() - eight.start() < 5.0),
        "an eight spans the silence"
    );
}

#[test]
fn there_is_no_beat_after_a_song_has_faded_out() {
    let clip = clips().into_iter().find(|clip| clip.name == "fade_118").unwrap();
    let mut noise = Noise::new(5);
    let hiss = (0..10 * SAMPLE_RATE).map(|_| 3e-5 * noise.normal());
    let end = clip.pcm.len() as f64 / f64::from(SAMPLE_RATE);
    let pcm: Vec<f32> = clip.pcm.iter().copied().chain(hiss).collect();
    let grid = hear(&pcm).unwrap().grid;
    assert!(grid.beats.iter().all(|beat| *beat < end), "beats in hiss");
    assert!(f_measure(&clip.beats, &grid.beats) > 0.95);
}

#[test]
fn the_first_of_eight_is_right_on_every_clip_in_four() {
    for clip in clips().iter().filter(|clip| clip.metre == 4) {
        let grid = heard(clip);
        let starts: Vec<f64> = all_eights(&grid).iter().map(eightcount_domain::Eight::start).collect();
        // The last eight may lack its end.
        let eights = clip.beats.iter().copied().step_by(8);
        let found = eights.filter(|one| starts.iter().any(|start| (start - one).abs() < 0.07)).count();
        let wrong = starts
            .iter()
            .filter(|s| !clip.beats.iter().step_by(8).any(|one| (**s - one).abs() < 0.07))
            .count();
        assert!(
            found + 1 >= clip.beats.len() / 8 && wrong == 0,
            "{}: {found} right, {wrong} wrong",
            clip.name
        );
    }
}
