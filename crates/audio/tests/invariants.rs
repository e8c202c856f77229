//! What holds for every grid, section and correction.
#![allow(clippy::unwrap_used)]
// Boundaries are copied, not computed: they must be the same to the last bit.
#![allow(clippy::float_cmp)]

use eightcount_audio::{
    ChangeError, MAX_EIGHTS, MIN_EIGHTS, SectionError, all_eights, amplitude, changed, cluster, correct,
    features, snap_section,
};
use eightcount_domain::{
    BEATS_PER_EIGHT, BeatGrid, Bpm, Confidence, Eight, GridChange, GridCorrection, Millis, Section,
};
use proptest::prelude::*;

fn grid(start: f64, beats: usize, bpm: f64, phase: u8) -> BeatGrid {
    BeatGrid {
        beats: (0..beats).map(|i| start + i as f64 * 60.0 / bpm).collect(),
        downbeats: (u32::from(phase % 4)..beats as u32).step_by(4).collect(),
        tempo: Bpm::try_from(bpm).unwrap(),
        metre: 4,
        phase,
        confidence: Confidence::default(),
    }
}

fn any_grid() -> impl Strategy<Value = BeatGrid> {
    (0.0..5.0f64, 0..1500usize, 60.0..180.0f64, 0..8u8).prop_map(|(s, n, bpm, p)| grid(s, n, bpm, p))
}

fn section(start_s: f64, end_s: f64) -> Section {
    let ms = |s: f64| Millis((s * 1000.0).round() as u64);
    Section { start_ms: ms(start_s), end_ms: ms(end_s) }
}

fn ascending(beats: &[f64]) -> bool {
    beats.windows(2).all(|w| w[0] < w[1])
}

proptest! {
    #[test]
    fn eights_partition_the_section(g in any_grid(), start in 0.0..400.0f64, length in 0.0..700.0f64) {
        let duration = g.beats.last().copied().unwrap_or(0.0) + 1.0;
        match snap_section(&g, section(start, start + length), duration) {
            Ok(eights) => {
                prop_assert!((MIN_EIGHTS..=MAX_EIGHTS).contains(&eights.len()));
                for (i, eight) in eights.iter().enumerate() {
                    prop_assert_eq!(eight.index as usize, i);
                    prop_assert!(ascending(&eight.beats));
                    prop_assert!(eight.start() >= 0.0 && eight.end() <= duration);
                }
                prop_assert!(eights.windows(2).all(|w| w[0].end() == w[1].start()));
                // Each end moved by half an eight at most, unless there are no beats nearer.
                let half = 0.5 * (eights[0].end() - eights[0].start()) + 1e-3;
                let inside = start >= g.beats[0] && start + length <= g.beats[g.beats.len() - 1];
                let last = eights[eights.len() - 1].end();
                let first_eight = g.beats[usize::from(g.phase)];
                if inside && start > first_eight {
                    prop_assert!((eights[0].start() - start).abs() <= half);
                    prop_assert!((last - start - length).abs() <= 2.0 * half);
                }
            }
            Err(SectionError::OutsideSong { .. }) => prop_assert!(start >= duration || start + length > duration),
            Err(SectionError::TooShort { eights }) => prop_assert!(eights < MIN_EIGHTS),
            Err(SectionError::TooLong { eights }) => prop_assert!(eights > MAX_EIGHTS),
        }
    }

    #[test]
    fn a_section_on_the_grid_is_kept(g in any_grid(), first in 0..20usize, count in 2..60usize) {
        let at = |eight: usize| g.beats.get(usize::from(g.phase) + eight * BEATS_PER_EIGHT).copied();
        if let (Some(start), Some(end)) = (at(first), at(first + count)) {
            let eights = snap_section(&g, section(start, end), end + 1.0).unwrap();
            prop_assert_eq!(eights.len(), count);
            prop_assert_eq!(eights[0].start(), start);
        }
    }

    #[test]
    fn doubling_then_halving_keeps_the_beats(g in any_grid()) {
        let by = |octave: i8| GridCorrection { octave, ..GridCorrection::default() };
        let there = correct(&g, by(1));
        prop_assert!(ascending(&there.beats));
        let back = correct(&there, by(-1));
        prop_assert_eq!(&back.beats, &g.beats);
        prop_assert_eq!(back.tempo, g.tempo);
    }

    #[test]
    fn shifting_there_and_back_keeps_the_eights(g in any_grid(), beats in -7i8..=7) {
        let by = |shift_beats: i8| GridCorrection { shift_beats, ..GridCorrection::default() };
        let back = correct(&correct(&g, by(beats)), by(-beats));
        prop_assert_eq!(back.phase, g.phase);
        prop_assert_eq!(&back.beats, &g.beats);
        let moved = correct(&g, by(beats));
        prop_assert!(moved.downbeats.windows(2).all(|w| w[0] < w[1]));
    }

    #[test]
    fn any_correction_leaves_a_sound_grid(
        g in any_grid(), octave in any::<i8>(), shift_beats in any::<i8>(), nudge_ms in any::<i16>(),
        shift_quarters in any::<u8>(),
    ) {
        let c = correct(&g, GridCorrection { tap: None, octave, shift_beats, shift_quarters, nudge_ms });
        prop_assert!(ascending(&c.beats) && c.beats.iter().all(|&t| t >= 0.0));
        prop_assert!(c.phase < 8);
        prop_assert!(c.downbeats.iter().all(|&d| (d as usize) < c.beats.len()));
        prop_assert!(all_eights(&c).iter().all(|e| ascending(&e.beats)));
    }

    #[test]
    fn a_change_and_its_opposite_change_nothing(g in any_grid(), shift in -8i32..=8, quarters in 0i32..4, ms in -200i16..200) {
        let start = GridCorrection::default();
        let there_and_back = |there: GridChange, back: GridChange| {
            let first = changed(start, &there, &g)?;
            let between = correct(&g, first);
            let second = changed(first, &back, &between)?;
            Ok::<_, ChangeError>(correct(&g, second))
        };
        let beats = f64::from(4 * shift + quarters).clamp(-32.0, 32.0) / 4.0;
        let shifted = there_and_back(GridChange::Shift { beats }, GridChange::Shift { beats: -beats }).unwrap();
        prop_assert_eq!((&shifted.beats, shifted.phase), (&g.beats, g.phase));
        prop_assert_eq!(&there_and_back(GridChange::Nudge { ms }, GridChange::Nudge { ms: -ms }).unwrap().beats, &g.beats);
        let octave = there_and_back(GridChange::Double, GridChange::Halve).unwrap();
        prop_assert_eq!((&octave.beats, octave.phase, octave.tempo), (&g.beats, g.phase, g.tempo));
    }

    #[test]
    fn halving_keeps_the_beat_that_was_shifted_to(g in any_grid(), shift in -8i32..=8) {
        prop_assume!(g.beats.len() > 40 && g.tempo.get() > 62.0);
        let shifted = changed(GridCorrection::default(), &GridChange::Shift { beats: shift.into() }, &g).unwrap();
        let before = correct(&g, shifted);
        let halved = changed(shifted, &GridChange::Halve, &before).unwrap();
        let after = correct(&g, halved);
        let one = before.beats[usize::from(before.phase) + 8];
        prop_assert!(after.beats.contains(&one), "{} is kept", one);
        let place = after.beats.iter().position(|b| *b == one).unwrap();
        prop_assert_eq!(place % 4, usize::from(after.phase) % 4);
    }

    #[test]
    fn an_eight_starts_where_it_is_wished(g in any_grid(), octave in -1i8..=1, near in 0.0..1.0f64) {
        prop_assume!(g.beats.len() > 20);
        let octaved = GridCorrection { octave, ..GridCorrection::default() };
        let now = correct(&g, octaved);
        let time_s = g.beats[0] + near * (g.beats[g.beats.len() - 1] - g.beats[0]);
        let wished = changed(octaved, &GridChange::StartEightAt { time_s }, &now).unwrap();
        let after = correct(&g, wished);
        let distance = |b: &f64| (b - time_s).abs();
        let nearest = (0..after.beats.len()).min_by(|a, b| distance(&after.beats[*a]).total_cmp(&distance(&after.beats[*b])));
        prop_assert_eq!(nearest.unwrap() % 8, usize::from(after.phase));
        prop_assert_eq!(after.beats, now.beats);
    }

    #[test]
    fn no_wish_breaks_a_grid(g in any_grid(), shift in any::<f64>(), time_s in any::<f64>(), ms in any::<i16>()) {
        let wishes = [
            GridChange::Shift { beats: shift }, GridChange::StartEightAt { time_s }, GridChange::Nudge { ms },
            GridChange::Tap { times_s: vec![shift, time_s, 1.0, 2.0] },
        ];
        for wish in wishes {
            if let Ok(correction) = changed(GridCorrection::default(), &wish, &g) {
                prop_assert!(ascending(&correct(&g, correction).beats));
            }
        }
    }

    #[test]
    fn a_nudge_keeps_the_eights_on_their_beats(g in any_grid(), nudge_ms in -500i16..=500) {
        let moved = correct(&g, GridCorrection { nudge_ms, ..GridCorrection::default() });
        let (before, after) = (all_eights(&g), all_eights(&moved));
        let skipped = before.len().saturating_sub(after.len());
        prop_assert!(skipped <= 1);
        for (a, b) in before.iter().skip(skipped).zip(&after) {
            prop_assert!((b.start() - a.start() - f64::from(nudge_ms) / 1000.0).abs() < 1e-9);
        }
    }

    #[test]
    fn eights_anywhere_are_described(start in -3.0..30.0f64, beat in 0.01..3.0f64, samples in 0..60_000usize) {
        let pcm: Vec<f32> = (0..samples).map(|i| (i as f32 * 0.05).sin() * 0.5).collect();
        let eights = [Eight { index: 0, beats: std::array::from_fn(|b| start + b as f64 * beat) }];
        let loud = amplitude(&pcm, &eights)[0];
        prop_assert!(loud.rms_dbfs.iter().all(|db| (-80.0..=0.0).contains(db)));
        prop_assert!(loud.onset.iter().chain(&loud.peak).all(|x| (0.0..=1.0).contains(x)));
        prop_assert!(loud.level.iter().all(|&l| l <= 10));
        let vector = features(&pcm, &eights)[0].vector();
        prop_assert!(vector.0.len() <= 64 && vector.0.iter().all(|x| x.is_finite()));
    }
}

#[test]
fn one_sound_is_like_itself_and_few_eights_are_one_cluster() {
    let pcm: Vec<f32> = (0..400_000).map(|i| (i as f32 * 0.03).sin() * 0.4).collect();
    for count in 0..4u32 {
        let time = |e: u32, b: usize| f64::from(e) * 2.0 + b as f64 * 0.25;
        let eights: Vec<Eight> =
            (0..count).map(|e| Eight { index: e, beats: std::array::from_fn(|b| time(e, b)) }).collect();
        let found = cluster(&features(&pcm, &eights));
        assert_eq!(found.labels.len(), count as usize);
        assert!(found.labels.iter().all(|l| l.0 == 0));
        assert!(found.similarity.iter().enumerate().all(|(i, row)| (row[i] - 1.0).abs() < 1e-6));
    }
}
