//! Asking small libraries.
#![allow(clippy::unwrap_used)]

use super::sample::{chance, id, performance, place, step, steps};
use super::*;
use eightcount_domain::{Pose, PoseJoint, Step, SubjectBox, Term};
use proptest::prelude::*;
use std::collections::BTreeSet;

fn question(features: &FeatureVector) -> Question<'_> {
    Question {
        eight: 4,
        role: Role::Body,
        tempo_bpm: 122.0,
        amplitude: [-20.0, -10.0, -18.0, -9.0, -20.0, -10.0, -18.0, -6.0],
        intensity: 0.5,
        cluster: ClusterLabel(0),
        features,
        previous: None,
        next: None,
        history: &[],
        rerolled: &[],
    }
}

fn chosen(eight: u32, cluster: u8, step: StepId) -> Chosen {
    Chosen { eight, cluster: ClusterLabel(cluster), step, mirrored: false }
}

fn value(candidate: &Scored, term: Term) -> Option<f32> {
    candidate.terms.iter().find(|t| t.term == term).map(|t| t.value)
}

fn ids(answer: &Answer) -> Vec<StepId> {
    answer.candidates.iter().map(|c| c.step.clone()).collect()
}

#[test]
fn six_of_several_performances_best_first() {
    let music = step(3, 5).features;
    let answer = suggest(&Library::of(steps(8)), &question(&music));
    assert_eq!(answer.candidates.len(), 6);
    assert!(answer.candidates.windows(2).all(|w| w[0].score >= w[1].score));
    for p in 1..=8 {
        assert!(ids(&answer).iter().filter(|s| s.performance == performance(p)).count() <= PER_PERFORMANCE);
    }
    assert!(answer.candidates.iter().all(|c| c.reasons_en.len() == c.reasons_ko.len()));
    assert!(answer.candidates.iter().all(|c| (1..=2).contains(&c.reasons_en.len())), "{answer:#?}");
    assert!(!answer.exhausted && answer.relaxed.is_empty());
}

#[test]
fn the_order_of_the_library_does_not_matter() {
    let music = step(3, 5).features;
    let mut shuffled = steps(8);
    shuffled.sort_by_key(|s| (chance(s.id.index + 7) * 1e6) as u32);
    let q = question(&music);
    assert_eq!(suggest(&Library::of(steps(8)), &q), suggest(&Library::of(shuffled), &q));
}

#[test]
fn the_step_danced_to_the_same_music_is_most_similar() {
    let music = step(3, 5).features;
    let answer = suggest(&Library::of(steps(8)), &question(&music));
    let own = answer.candidates.iter().find(|c| c.step == id(3, 5)).unwrap();
    assert!(value(own, Term::Similarity).unwrap() > 0.999);
    for other in answer.candidates.iter().filter(|c| c.step != id(3, 5)) {
        assert!(value(other, Term::Similarity) < value(own, Term::Similarity));
    }
}

#[test]
fn a_constant_offset_of_all_features_changes_nothing() {
    let lift = |f: &FeatureVector| FeatureVector(f.0.iter().map(|v| v * 3.0 + 40.0).collect());
    let lifted = steps(8).into_iter().map(|s| Step { features: lift(&s.features), ..s });
    let music = step(3, 5).features;
    let plain = suggest(&Library::of(steps(8)), &question(&music));
    let shifted = suggest(&Library::of(lifted), &question(&lift(&music)));
    assert_eq!(ids(&plain), ids(&shifted));
}

#[test]
fn a_cross_edit_must_cut() {
    let music = step(3, 5).features;
    let q = Question { previous: Some(chosen(3, 1, id(2, 4))), next: Some(id(5, 4)), ..question(&music) };
    let answer = suggest(&Library::of(steps(8)), &q);
    assert!(ids(&answer).iter().all(|s| s.performance != performance(2) && s.performance != performance(5)));
    assert_eq!(answer.filtered.same_performance, 32);
}

#[test]
fn every_step_is_counted_once() {
    let music = step(3, 5).features;
    let mut library = steps(8);
    library[20].hidden = true;
    library[21].quality = 0.1;
    library[23].native_cut = true;
    library[22].beats = std::array::from_fn(|i| i as f64 * 0.75);
    let rerolled = [id(4, 4), id(4, 5)];
    let history = [chosen(3, 1, id(1, 4)), chosen(5, 1, id(7, 7)), chosen(8, 1, id(7, 8))];
    let previous = Some(history[0].clone());
    let q = Question { previous, history: &history, rerolled: &rerolled, ..question(&music) };
    let counts = suggest(&Library::of(library), &q).filtered;
    let expected = Filtered {
        library: 128,
        hidden: 1,
        same_performance: 16,
        same_phrase: 1,
        tempo: 1,
        native_cut: 1,
        quality: 1,
        role: 14,
        rerolled: 2,
    };
    assert_eq!(counts, expected);
}

#[test]
fn the_first_eight_gets_intros_and_widens_when_they_run_out() {
    let music = step(3, 5).features;
    let q = Question { eight: 0, role: Role::Intro, ..question(&music) };
    let many = suggest(&Library::of(steps(8)), &q);
    assert!(ids(&many).iter().all(|s| s.index == 0));
    let few = suggest(&Library::of(steps(4)), &q);
    assert_eq!(few.candidates.len(), 6);
    assert_eq!(
        ids(&few).iter().map(|s| s.index == 0).collect::<Vec<_>>(),
        [true, true, true, true, false, false]
    );
    assert_eq!(few.filtered.role, 0);
}

#[test]
fn rerolls_offer_everything_once_then_start_over() {
    let music = step(3, 5).features;
    let library = Library::of(steps(3));
    let (mut seen, mut rounds): (Vec<StepId>, u32) = (Vec::new(), 0);
    loop {
        let answer = suggest(&library, &Question { rerolled: &seen, ..question(&music) });
        assert!(!answer.candidates.is_empty());
        assert!(ids(&answer).iter().all(|s| !seen.contains(s)), "offered again before all were");
        seen.extend(ids(&answer));
        rounds += 1;
        if answer.exhausted {
            break;
        }
        assert!(rounds < 48);
    }
    assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), 48);
    let again = suggest(&library, &Question { rerolled: &seen, ..question(&music) });
    assert_eq!(again.candidates.len(), 6);
    assert!(ids(&again).iter().all(|s| !seen[42..].contains(s)), "not at once what was just refused");
}

#[test]
fn a_better_connecting_mirror_image_is_offered() {
    let music = step(3, 5).features;
    let mut library = steps(7);
    for s in &mut library {
        s.start_box = Some(place(0.85));
        s.end_box = Some(place(0.15));
    }
    let q = Question { previous: Some(chosen(3, 1, id(1, 4))), ..question(&music) };
    let answer = suggest(&Library::of(library), &q);
    assert!(answer.candidates.iter().all(|c| c.mirrored), "{answer:#?}");
    assert!(answer.candidates.iter().all(|c| value(c, Term::Connection).unwrap() > 0.7));
}

#[test]
fn a_step_with_text_is_never_mirrored() {
    let music = step(3, 5).features;
    let mut library = steps(7);
    for s in &mut library {
        s.start_box = Some(place(0.85));
        s.end_box = Some(place(0.15));
        s.on_screen_text = s.id.performance != performance(2);
    }
    // The mirror image would connect better, and answer the phrase.
    let history = [chosen(2, 0, id(5, 3)), chosen(3, 1, id(1, 4))];
    let q = Question { previous: Some(history[1].clone()), history: &history, ..question(&music) };
    let answer = suggest(&Library::of(library), &q);
    assert!(answer.candidates.iter().all(|c| !c.mirrored || c.step.performance == performance(2)));
    assert!(ids(&answer).contains(&id(5, 3)));
}

#[test]
fn nearer_poses_connect_better_than_nearer_boxes() {
    let pose = |lift: f32| Pose {
        joints: (0..33).map(|i| PoseJoint { x: i as f32 / 33.0 + lift, y: lift, confidence: 1.0 }).collect(),
    };
    let music = FeatureVector::default();
    let mut library = steps(7);
    for s in &mut library {
        s.start_box = Some(place(0.5));
        s.end_box = Some(place(0.5));
        s.start_pose = Some(pose(if s.id == id(6, 6) { 0.0 } else { 0.9 }));
        s.end_pose = Some(pose(0.0));
        s.movement.per_beat = [1.0; 8];
    }
    let q = Question { previous: Some(chosen(3, 1, id(1, 4))), ..question(&music) };
    let answer = suggest(&Library::of(library), &q);
    assert_eq!(answer.candidates[0].step, id(6, 6));
    assert_eq!(value(&answer.candidates[0], Term::Similarity), None, "no features, no term");
    let shares: f32 = answer.candidates[0].terms.iter().map(|t| t.weight).sum();
    assert!((shares - 1.0).abs() < 1e-5);
}

#[test]
fn a_phrase_heard_before_gets_its_step_back_then_the_mirror() {
    let music = step(3, 5).features;
    let history = [chosen(1, 0, id(6, 3)), chosen(3, 1, id(2, 3))];
    let q = Question { history: &history, previous: Some(history[1].clone()), ..question(&music) };
    let mut library = steps(8);
    for s in library.iter_mut().filter(|s| s.id == id(6, 3)) {
        // Nothing else speaks for it.
        s.start_box = Some(SubjectBox { centre_x: 0.95, top: 0.8, bottom: 0.9, width: 0.1 });
        s.features = FeatureVector(s.features.0.iter().map(|v| -v).collect());
    }
    let answer = suggest(&Library::of(library), &q);
    let first = &answer.candidates[0];
    assert_eq!((first.step.clone(), first.mirrored), (id(6, 3), false), "{answer:#?}");
    let mirror = &answer.candidates[1];
    assert_eq!((mirror.step.clone(), mirror.mirrored), (id(6, 3), true), "the phrase answers");
    assert!(first.score < answer.candidates[2].score, "whatever its score");
    assert!(first.reasons_en.iter().any(|r| r.contains("phrase heard before")), "{:?}", first.reasons_en);
    let elsewhere = Question { cluster: ClusterLabel(7), ..q };
    let answer = suggest(&Library::of(steps(8)), &elsewhere);
    assert!(answer.candidates.iter().all(|c| value(c, Term::Repeat).is_none()));
    assert!(!ids(&answer).contains(&id(6, 3)), "used for another phrase: not new");
}

#[test]
fn rules_relax_rather_than_leave_nothing() {
    let music = step(3, 5).features;
    let ask = |library: Vec<Step>, bpm: f64| {
        let q = Question { tempo_bpm: bpm, previous: Some(chosen(3, 1, id(1, 4))), ..question(&music) };
        suggest(&Library::of(library), &q)
    };
    let alone = ask(steps(1), 120.0);
    assert_eq!(alone.relaxed, [Relaxed::SamePerformance]);
    assert!(!alone.candidates.is_empty() && !ids(&alone).contains(&id(1, 4)));
    assert!(alone.candidates[0].reasons_en.contains(&"From the same video as its neighbour.".to_owned()));

    let mut library = steps(8);
    for s in &mut library {
        let beat = if s.id.performance == performance(2) { 0.36 } else { 0.33 };
        s.beats = std::array::from_fn(|i| i as f64 * beat);
    }
    let slow = ask(library, 128.0);
    assert_eq!(slow.relaxed, [Relaxed::Tempo]);
    assert!(ids(&slow).iter().all(|s| s.performance == performance(2)), "the least stretched");

    let poor = steps(8).into_iter().map(|s| Step { quality: 0.0, ..s }).collect();
    assert_eq!(ask(poor, 120.0).relaxed, [Relaxed::Quality]);
    let hidden = steps(8).into_iter().map(|s| Step { hidden: true, ..s }).collect();
    let none = ask(hidden, 120.0);
    assert!(none.candidates.is_empty() && none.exhausted && none.relaxed.is_empty());
    assert!(ask(Vec::new(), 120.0).candidates.is_empty());
}

#[test]
fn a_step_comes_back_as_it_was_given() {
    let mut library = steps(3);
    library[7].end_pose = Some(Pose { joints: vec![PoseJoint { x: 1.0, y: 2.0, confidence: 0.5 }] });
    let index = Library::of(library.clone());
    assert_eq!(index.len(), library.len());
    for s in library {
        assert_eq!(index.step(&s.id), Some(s));
    }
    assert_eq!(index.step(&id(9, 0)), None);
    assert_eq!(index.step(&id(1, 99)), None);
}

#[test]
fn the_newest_of_equal_ids_counts() {
    let (old, new) = (step(1, 1), Step { quality: 0.4, ..step(1, 1) });
    let index = Library::of([old, new.clone()]);
    assert_eq!((index.len(), index.step(&new.id)), (1, Some(new)));
}

#[test]
fn a_flavour_changes_what_is_offered() {
    let music = step(3, 5).features;
    let library = Library::of(steps(12));
    let history = [chosen(2, 1, id(9, 3)), chosen(3, 1, id(1, 4))];
    let q = Question { previous: Some(history[1].clone()), history: &history, ..question(&music) };
    let mean = |flavour: Flavour, term| {
        let answer = suggest_for(&library, &q, Taste::from(flavour));
        answer.candidates.iter().filter_map(|c| value(c, term)).sum::<f32>() / 6.0
    };
    assert!(mean(Flavour::Smooth, Term::Connection) > mean(Flavour::Energetic, Term::Connection));
    assert!(mean(Flavour::Energetic, Term::Energy) > mean(Flavour::Smooth, Term::Energy));
    assert!(mean(Flavour::Surprising, Term::Novelty) >= mean(Flavour::Balanced, Term::Novelty));
    assert_ne!(suggest_for(&library, &q, Flavour::Surprising.into()), suggest(&library, &q));
}

/// Steps with anything in them.
fn wild_steps() -> impl Strategy<Value = Vec<Step>> {
    let numbers = prop::collection::vec(prop::num::f32::ANY, 12);
    let one = (1..6_u8, 0..16_u32, numbers, prop::num::f64::ANY, any::<bool>(), 0..9_usize);
    prop::collection::vec(one, 0..60).prop_map(|rows| {
        let wild = |(p, index, n, time, hidden, which): (u8, u32, Vec<f32>, f64, bool, usize)| {
            let mut s = step(p, index);
            match which {
                0 => s.movement.per_beat = std::array::from_fn(|i| n[i]),
                1 => s.features = FeatureVector(n),
                2 => s.features = FeatureVector(n[..4].to_vec()),
                3 => s.beats[8] = time,
                4 => s.start_box = Some(SubjectBox { centre_x: n[0], top: n[1], bottom: n[2], width: n[3] }),
                5 => s.quality = n[0],
                6 => s.end_box = None,
                _ => s.hidden = hidden,
            }
            s
        };
        rows.into_iter().map(wild).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_library_gets_an_honest_answer(
        library in wild_steps(),
        bpm in 30.0..300.0_f64,
        role in prop::sample::select(vec![Role::Intro, Role::Body, Role::Outro]),
        used in prop::collection::vec((0..12_u32, 0..3_u8, 1..6_u8, 0..16_u32), 0..6),
        rerolled in prop::collection::vec((1..6_u8, 0..16_u32), 0..20),
        previous in prop::option::of((1..6_u8, 0..16_u32)),
    ) {
        let history: Vec<_> = used.iter().map(|&(e, c, p, i)| chosen(e, c, id(p, i))).collect();
        let rerolled: Vec<_> = rerolled.iter().map(|&(p, i)| id(p, i)).collect();
        let music = step(2, 2).features;
        let previous = previous.map(|(p, i)| chosen(3, 1, id(p, i)));
        let q = Question {
            tempo_bpm: bpm, role, history: &history, rerolled: &rerolled, previous, ..question(&music)
        };
        let index = Library::of(library);
        let answer = suggest(&index, &q);
        prop_assert!(answer.candidates.len() <= CANDIDATES);
        let f = answer.filtered;
        let out = f.hidden + f.same_performance + f.tempo + f.quality + f.role + f.rerolled;
        prop_assert!(out <= f.library && f.library as usize == index.len());
        prop_assert_eq!(answer.candidates.is_empty(), out == f.library);
        let mut seen = BTreeSet::new();
        for c in &answer.candidates {
            prop_assert!((0.0..=1.0).contains(&c.score));
            prop_assert!(c.terms.iter().all(|t| (0.0..=1.0).contains(&t.value)));
            let sum: f32 = c.terms.iter().map(|t| t.value * t.weight).sum();
            prop_assert!((sum - c.score).abs() < 1e-4);
            prop_assert!(seen.insert((c.step.clone(), c.mirrored)));
            prop_assert!(!index.step(&c.step).unwrap().hidden);
        }
        prop_assert_eq!(suggest(&index, &q), answer);
    }
}
