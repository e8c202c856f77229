//! Dancing through small libraries.

use super::super::sample::{id, performance, place, step, steps};
use super::*;
use eightcount_domain::{Flavour, Step};
use proptest::prelude::*;

/// `n` eights of a song in the form A B A C, its music like that of some steps.
fn song(n: u32) -> Vec<FeatureVector> {
    (0..n).map(|i| step(40 + (i % 4) as u8, i % 2).features).collect()
}

fn eights(music: &[FeatureVector]) -> Vec<Upcoming<'_>> {
    let last = music.len() - 1;
    let upcoming = |(i, features)| Upcoming {
        eight: i as u32,
        role: match i {
            0 => Role::Intro,
            i if i == last => Role::Outro,
            _ => Role::Body,
        },
        tempo_bpm: 118.0,
        amplitude: std::array::from_fn(|b| -20.0 + ((i * 5 + b * 3) % 11) as f32),
        intensity: 0.5,
        cluster: ClusterLabel([0, 1, 0, 2][i % 4]),
        features,
    };
    music.iter().enumerate().map(upcoming).collect()
}

fn neighbours_differ(path: &Path) -> bool {
    path.selections.windows(2).all(|w| w[0].step.performance != w[1].step.performance)
}

#[test]
fn planning_beats_taking_the_best_each_time() {
    let music = song(16);
    let library = Library::of(steps(12));
    let (greedy, best) = (
        greedy_path(&library, &eights(&music), &[], Flavour::Balanced.into()),
        best_path(&library, &eights(&music), &[], Flavour::Balanced.into()),
    );
    assert_eq!((greedy.selections.len(), best.selections.len()), (16, 16));
    assert!(best.total() > greedy.total() + 0.1, "{} against {}", best.total(), greedy.total());
    assert!(neighbours_differ(&best) && neighbours_differ(&greedy));
    assert_eq!(best, best_path(&library, &eights(&music), &[], Flavour::Balanced.into()));
}

#[test]
fn the_scores_of_a_plan_are_those_of_the_suggestion() {
    let music = song(8);
    let library = Library::of(steps(12));
    let eights = eights(&music);
    let best = best_path(&library, &eights, &[], Flavour::Balanced.into());
    for (k, upcoming) in eights.iter().enumerate() {
        let question = upcoming.question(&best.selections[..k]);
        let scorer = Scorer::new(&library, &question, Flavour::Balanced.into());
        let row = library.row(&best.selections[k].step).into_iter().next();
        let entries = row.map(|row| scorer.full(row, false)).into_iter().flatten().flatten();
        let same = entries.filter(|e| e.mirrored == best.selections[k].mirrored).map(|e| e.score);
        assert_eq!(same.collect::<Vec<_>>(), [best.scores[k]]);
    }
}

#[test]
fn fixed_selections_are_neighbours_too() {
    let music = song(6);
    let library = Library::of(steps(6));
    let eights = eights(&music);
    let chosen = |eight: u32, p| Chosen { eight, cluster: ClusterLabel(1), step: id(p, 4), mirrored: false };
    let fixed = [chosen(1, 2), chosen(4, 3)];
    let path = best_path(&library, &eights[2..4], &fixed, Flavour::Balanced.into());
    assert_eq!(path.selections.len(), 2);
    assert!(path.selections[0].step.performance != performance(2));
    assert!(path.selections[1].step.performance != performance(3));
}

#[test]
fn a_choice_that_leads_into_a_dead_end_ranks_lower() {
    // Every step starts and ends in the middle, but those of performance 1, which end small and far off: they
    // look as good as others until one asks how the dance goes on.
    let flat = |p: u8, i: u32| {
        let mut s = Step { start_box: Some(place(0.5)), end_box: Some(place(0.5)), ..step(p, i) };
        s.features = FeatureVector::default();
        s.movement.per_beat = [1.0; 8];
        if p == 1 {
            s.movement.per_beat[1] = 1.2;
            s.end_box = s.end_box.map(|b| eightcount_domain::SubjectBox { top: 0.05, bottom: 0.15, ..b });
        }
        s
    };
    let library = Library::of((1..=8).flat_map(|p| (0..16).map(move |i| flat(p, i))));
    let music = song(6);
    let mut eights = eights(&music);
    for e in &mut eights {
        // Cluster by cluster different, so that nothing repeats.
        e.cluster = ClusterLabel(e.eight as u8);
        e.amplitude = std::array::from_fn(|b| if b % 2 == 0 { -20.0 } else { -19.0 });
    }
    let question = eights[2].question(&[]);
    let plain = suggest_for(&library, &question, Flavour::Balanced.into());
    assert_eq!(plain.candidates[0].step.performance, performance(1), "moves best with the music");
    let ahead =
        look_ahead(&library, &question, &eights, &Outlook::new(6), Flavour::Balanced.into(), plain.clone());
    assert_ne!(ahead.candidates[0].step.performance, performance(1));
    assert_eq!(ahead.candidates.len(), plain.candidates.len());
}

#[test]
fn phrases_come_back_whole_and_nothing_alternates() {
    // One cluster throughout: three phrases that sound the same.
    let music = song(12);
    let mut eights = eights(&music);
    for e in &mut eights {
        e.cluster = ClusterLabel(0);
    }
    let best = best_path(&Library::of(steps(10)), &eights, &[], Flavour::Balanced.into());
    let step = |k: usize| &best.selections[k].step;
    for phrase in [0, 4, 8] {
        let all: std::collections::BTreeSet<_> = (phrase..phrase + 4).map(step).collect();
        assert_eq!(all.len(), 4, "no step twice in a phrase: {best:#?}");
    }
    let returns = (5..11).filter(|&k| step(k) == step(k - 4)).count();
    assert!(returns >= 4, "a phrase is danced like the one before: {returns} of 6");
}

#[test]
fn a_build_up_is_danced_with_growing_movement() {
    let flat = |p: u8, i: u32| {
        let mut s = Step { start_box: None, end_box: None, features: FeatureVector::default(), ..step(p, i) };
        s.movement.per_beat = [0.1 + ((u32::from(p) * 5 + i) % 16) as f32; 8];
        s
    };
    let library = Library::of((1..=8).flat_map(|p| (0..16).map(move |i| flat(p, i))));
    let music = song(6);
    let mut eights = eights(&music);
    for (e, intensity) in eights.iter_mut().zip([0.1, 0.3, 0.5, 0.7, 0.9, 0.9]) {
        e.cluster = ClusterLabel(e.eight as u8);
        e.intensity = intensity;
        e.amplitude = [-20.0; 8];
    }
    let path = best_path(&library, &eights[..5], &[], Flavour::Energetic.into());
    let movement = |k: usize| library.step(&path.selections[k].step).map(|s| s.movement.per_beat[0]);
    assert!((1..5).all(|k| movement(k) > movement(k - 1)), "{:?}", (0..5).map(movement).collect::<Vec<_>>());
}

#[test]
fn without_steps_there_is_no_path() {
    let music = song(4);
    assert_eq!(
        best_path(&Library::default(), &eights(&music), &[], Flavour::Balanced.into()),
        Path::default()
    );
    assert_eq!(best_path(&Library::of(steps(3)), &[], &[], Flavour::Balanced.into()), Path::default());
}

#[test]
fn one_performance_alone_is_danced_through_all_the_same() {
    let music = song(5);
    let path = best_path(&Library::of(steps(1)), &eights(&music), &[], Flavour::Balanced.into());
    assert_eq!(path.selections.len(), 5);
    assert!(path.selections.windows(2).all(|w| w[0].step != w[1].step));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn a_plan_is_complete_cuts_and_is_no_worse(performances in 3..9_u8, n in 1..9_u32) {
        let music = song(n);
        let library = Library::of(steps(performances));
        let (greedy, best) =
            (greedy_path(&library, &eights(&music), &[], Flavour::Balanced.into()), best_path(&library, &eights(&music), &[], Flavour::Balanced.into()));
        prop_assert_eq!(best.selections.len(), n as usize);
        prop_assert!(neighbours_differ(&best));
        prop_assert!(best.total() >= greedy.total());
        prop_assert!(best.scores.iter().all(|s| (0.0..=1.0).contains(s)));
    }
}
