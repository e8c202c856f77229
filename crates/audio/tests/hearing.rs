//! The hearing against music whose truth is known, and against what is no music.
#![allow(clippy::unwrap_used)]

use eightcount_audio::{
    AudioError, SAMPLE_RATE, all_eights, cluster,
    evaluation::{
        instruments::Noise,
        metrics::{continuity, f_measure, median_offset, pairwise_f, trim},
        songs, synth,
    },
    features, hear,
};
use eightcount_domain::{BeatGrid, Eight};

fn downbeats(grid: &BeatGrid) -> Vec<f64> {
    grid.downbeats.iter().map(|&i| grid.beats[i as usize]).collect()
}

/// The means over all clips, as the field reports them, and bounds that hold for each.
#[test]
fn the_beats_of_synthetic_clips_are_found() {
    let clips = synth::clips();
    let (mut f, mut cml, mut down) = (0.0, 0.0, 0.0);
    for clip in &clips {
        let grid = hear(&clip.pcm).unwrap().grid;
        let own = f_measure(&clip.beats, &grid.beats);
        let offset = median_offset(&clip.beats, &grid.beats).unwrap();
        assert!(own > 0.9, "{}: F {own}", clip.name);
        assert!(offset.abs() <= 0.005, "{}: {offset} s off", clip.name);
        assert_eq!(usize::from(grid.metre), clip.metre, "{}", clip.name);
        let first = grid.beats[0] - clip.beats[0];
        assert!(first.abs() < 0.05, "{}: the first beat is {first} s late", clip.name);
        f += own;
        cml += continuity(&trim(&clip.beats, 2.0), &trim(&grid.beats, 2.0)).cml_t;
        down += f_measure(&clip.downbeat_times(), &downbeats(&grid));
    }
    let count = clips.len() as f64;
    let (f, cml, down) = (f / count, cml / count, down / count);
    assert!(f >= 0.97, "F {f}");
    assert!(cml >= 0.95, "CMLt {cml}");
    assert!(down >= 0.95, "downbeat F {down}");
}

/// However many ways lead to the beats: only the off-beats speak against them.
#[test]
fn steady_beats_are_sure_of_their_phase() {
    for bpm in [90.0, 120.0, 140.0] {
        let sure = hear(&synth::rock(bpm, 20.0).pcm).unwrap().grid.confidence;
        assert!(sure.beat_phase > 0.4, "{bpm} BPM: {sure:?}");
    }
}

#[test]
fn no_beat_is_heard_before_the_music_starts() {
    let clip = synth::clips().into_iter().find(|c| c.name == "silence8_120").unwrap();
    let grid = hear(&clip.pcm).unwrap().grid;
    assert!((grid.beats[0] - 8.0).abs() < 0.03, "{}", grid.beats[0]);
}

#[test]
fn the_gain_changes_nothing() {
    let clip = synth::rock(124.0, 20.0);
    let quiet: Vec<f32> = clip.pcm.iter().map(|x| x * 0.03).collect();
    let (loud, quiet) = (hear(&clip.pcm).unwrap().grid, hear(&quiet).unwrap().grid);
    assert!(loud.beats.len().abs_diff(quiet.beats.len()) <= 1);
    assert!(loud.beats.iter().zip(&quiet.beats).all(|(a, b)| (a - b).abs() < 0.002));
}

#[test]
fn what_is_no_music_is_refused_by_name() {
    let second = SAMPLE_RATE as usize;
    let mut noise = Noise::new(3);
    let white: Vec<f32> = (0..20 * second).map(|_| 0.2 * noise.normal()).collect();
    let mut broken = vec![0.1; 5 * second];
    broken[777] = f32::NAN;
    let mut endless = vec![0.1; 5 * second];
    endless[3] = f32::INFINITY;
    let refusal = |pcm: &[f32]| hear(pcm).map(|h| h.grid.confidence);
    let too_short = |pcm: &[f32]| matches!(hear(pcm), Err(AudioError::TooShort { .. }));
    assert!(too_short(&[]) && too_short(&[0.5]) && too_short(&vec![0.1; second]));
    assert_eq!(refusal(&broken), Err(AudioError::NotFinite { index: 777 }));
    assert_eq!(refusal(&endless), Err(AudioError::NotFinite { index: 3 }));
    let nothing = Err(AudioError::NoBeats { confidence: 1.0 });
    assert_eq!(refusal(&vec![0.0; 10 * second]), nothing, "silence");
    assert_eq!(refusal(&vec![0.7; 10 * second]), nothing, "a constant");
    match refusal(&white) {
        Err(AudioError::NoBeats { confidence }) => {
            assert!(confidence > 0.3 && confidence <= 1.0, "{confidence}");
        }
        other => panic!("noise: {other:?}"),
    }
}

#[test]
fn clipped_and_huge_samples_are_heard_or_refused_but_never_fatal() {
    let clip = synth::rock(110.0, 15.0);
    let clipped: Vec<f32> = clip.pcm.iter().map(|x| (x * 20.0).clamp(-1.0, 1.0)).collect();
    assert!(f_measure(&clip.beats, &hear(&clipped).unwrap().grid.beats) > 0.9);
    let huge: Vec<f32> = clip.pcm.iter().map(|x| x * 1e30).collect();
    let tiny: Vec<f32> = clip.pcm.iter().map(|x| x * 1e-30).collect();
    let _ = hear(&huge);
    assert_eq!(hear(&tiny).err(), Some(AudioError::NoBeats { confidence: 1.0 }));
}

#[test]
fn the_eights_of_a_song_start_on_its_sections() {
    for seed in [1, 2, 3] {
        let song = songs::song(seed, 16, 3, false);
        let Ok(hearing) = hear(&song.pcm) else { panic!("song {seed} was not heard") };
        assert!(!all_eights(&hearing.grid).is_empty());
    }
}

/// Mean pairwise F of songs on their true eights. The bounds' songs were not looked at when constants were chosen.
fn clusters_of(songs: impl IntoIterator<Item = (u64, usize, usize)>, transposed_end: bool) -> f64 {
    let scores: Vec<f64> = songs
        .into_iter()
        .map(|(seed, count, kinds)| {
            let song = songs::song(seed, count, kinds, transposed_end);
            assert_eq!(song.transpositions.contains(&2), transposed_end);
            let found = cluster(&features(&song.pcm, &song.eights));
            assert_eq!(found.labels[0].0, 0, "labels start with A");
            pairwise_f(&song.labels, &found.labels)
        })
        .collect();
    scores.iter().sum::<f64>() / scores.len() as f64
}

#[test]
fn eights_that_sound_alike_share_a_cluster() {
    let f = clusters_of([(100, 12, 3), (101, 16, 4), (102, 24, 4), (103, 24, 5), (104, 32, 5)], false);
    assert!(f >= 0.98, "pairwise F {f}");
}

#[test]
fn a_song_played_higher_at_the_end_keeps_its_clusters() {
    let f = clusters_of([(300, 12, 3), (301, 16, 4), (302, 24, 4), (303, 24, 5), (304, 32, 5)], true);
    assert!(f >= 0.98, "pairwise F {f}");
}

#[test]
fn an_eight_unlike_all_others_leaves_the_others_their_clusters() {
    for (seed, count, kinds) in [(100, 12, 3), (102, 24, 4), (104, 32, 5)] {
        let mut song = songs::song(seed, count, kinds, false);
        let silent = (song.eights[count - 1].start() * f64::from(SAMPLE_RATE)) as usize;
        song.pcm[silent..].fill(0.0);
        let found = cluster(&features(&song.pcm, &song.eights));
        let f = pairwise_f(&song.labels[..count - 1], &found.labels[..count - 1]);
        assert!(f >= 0.95, "song {seed}: {f}, {:?} for {:?}", found.labels, song.labels);
        assert!(
            !found.labels[..count - 1].contains(&found.labels[count - 1]),
            "silence is like nothing else"
        );
    }
}

#[test]
fn the_last_eight_may_end_with_the_song() {
    let song = songs::song(100, 12, 3, false);
    let half = (song.eights[11].beats[4] * f64::from(SAMPLE_RATE)) as usize;
    let found = cluster(&features(&song.pcm[..half], &song.eights));
    let f = pairwise_f(&song.labels[..11], &found.labels[..11]);
    assert!(found.labels.len() == 12 && f >= 0.98, "{f}");
}

#[test]
fn one_eight_repeated_is_one_cluster() {
    let song = songs::song(5, 2, 1, false);
    let length = song.eights[0].end();
    let samples = (length * f64::from(SAMPLE_RATE)).round() as usize;
    let mut noise = Noise::new(9);
    let looped: Vec<f32> = (0..12 * samples).map(|i| song.pcm[i % samples] + 1e-4 * noise.normal()).collect();
    let time = |e: usize, b: usize| e as f64 * length + song.eights[0].beats[b];
    let eights: Vec<Eight> =
        (0..12).map(|e| Eight { index: e as u32, beats: std::array::from_fn(|b| time(e, b)) }).collect();
    let found = cluster(&features(&looped, &eights));
    assert!(found.labels.iter().all(|l| l.0 == 0), "{:?} at {}", found.labels, found.silhouette);
}
