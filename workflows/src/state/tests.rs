#![allow(clippy::unwrap_used)]

use super::*;
use crate::contract::{
    Auto, CrossEditInput, Offer, PlanDanceInput, PlannedDance, Reroll, SelectStep, SuggestInput, Suggested,
    Unselect,
};
use eightcount_domain::{Bpm, Confidence, ContentHash, Millis, PerformanceId};
use proptest::prelude::*;
use std::collections::BTreeSet;

/// Performances in the library of these tests; each has this many steps.
const PERFORMANCES: u32 = 9;
const STEPS: u32 = 4;

fn hash(text: &str, number: u32) -> ContentHash {
    let mut digest = [0; 32];
    for (place, byte) in digest.iter_mut().zip(format!("{number}:{text}").bytes()) {
        *place = byte;
    }
    ContentHash::from_digest(&digest)
}

fn step(performance: u32, index: u32) -> StepId {
    StepId { performance: PerformanceId(hash("performance", performance)), index }
}

fn take_of(eight: u32, step: &StepId, before: Option<&Shown>) -> TakeKey {
    let before = before.map_or(0, |(step, _)| 1 + step.index + 10 * digits(&step.performance));
    TakeKey(hash("take", eight * 1_000_000 + (step.index + 10 * digits(&step.performance)) * 1000 + before))
}

fn digits(performance: &PerformanceId) -> u32 {
    (0..PERFORMANCES).find(|p| PerformanceId(hash("performance", *p)) == *performance).unwrap()
}

fn begin(eights: usize) -> State {
    let mut state = State::new(ChoreographyInput {
        id: "01234567-89ab-7def-8123-456789abcdef".parse().unwrap(),
        song: SongId(hash("song", 0)),
        section: Section { start_ms: Millis(1000), end_ms: Millis(90_000) },
        options: ChoreographyOptions::default(),
        owner: "tests".to_owned(),
        carried: None,
    });
    let beats = |k: usize| std::array::from_fn(|b| 1.0 + (8 * k + b) as f64 * 0.5);
    state.apply_preprocessed(&Preprocessed {
        hearing: BlobHash(hash("hearing", 0)),
        tempo: Bpm::try_from(120.0).unwrap(),
        duration_ms: Millis(200_000),
        confidence: Confidence::default(),
        eights: (0..eights).map(|k| Eight { index: k as u32, beats: beats(k) }).collect(),
    });
    let heard = Heard { rms_dbfs: [-12.0; 8], level: [5; 8] };
    let clustered = Clustered {
        labels: vec![ClusterLabel(0); eights],
        silhouette: 0.0,
        section: BlobHash(hash("section", 0)),
    };
    state.apply_analysed(&HeardSection { eights: vec![heard; eights] }, &clustered);
    state
}

/// Answers as the suggestion would: never the neighbours' performances, never what was re-rolled away.
fn answer(question: &SuggestInput) -> Suggested {
    let at = |eight: Option<u32>| question.chosen.iter().find(|c| Some(c.eight) == eight);
    let before = at(question.eight.checked_sub(1));
    let after = at(Some(question.eight + 1));
    let taken: BTreeSet<_> = before.iter().chain(&after).map(|c| c.step.performance.clone()).collect();
    let all = (0..STEPS).flat_map(|s| (0..PERFORMANCES).map(move |p| step(p, s)));
    let free = |id: &StepId| !taken.contains(&id.performance) && !question.rerolled.contains(id);
    let shown = before.map(|c| (c.step.clone(), c.mirrored));
    let offers: Vec<_> = all
        .filter(free)
        .take(6)
        .map(|step| {
            let take = take_of(question.eight, &step, shown.as_ref());
            Offer { step, mirrored: false, take }
        })
        .collect();
    Suggested { id: question.id.clone(), exhausted: offers.len() < 6, offers }
}

/// Does everything that is to be done, as the workflow would; counts the rendered takes.
fn work_off(state: &mut State) -> usize {
    let mut rendered = 0;
    loop {
        if let Some(question) = state.next_suggestion() {
            let answer = answer(&question);
            state.apply_suggested(&question, &answer);
        } else if let Some(work) = state.next_take() {
            state.begin_take(&work);
            match work {
                TakeWork::Plan(input) => {
                    let take = take_of(input.eight, &input.step.0, input.previous.as_ref());
                    state.apply_planned(&input, take);
                }
                TakeWork::Render { eight, take } => {
                    rendered += 1;
                    state.apply_rendered(eight, &take);
                }
            }
        } else if let Some((serial, _)) = state.next_previews() {
            // Given up: what is selected has to be rendered.
            state.apply_previewed(serial, false);
        } else if state.wants_guess() {
            let question = state.begin_guess().unwrap();
            let answer = answer(&question);
            state.apply_guessed(question.id.serial, Some(answer));
        } else if let Some((serial, _)) = state.next_guessed_previews() {
            state.apply_guess_previewed(serial, false);
        } else if let Some(input) = state.next_whole().or_else(|| state.next_part()) {
            state.apply_cross_edited(&input, joined(&input));
        } else {
            return rendered;
        }
    }
}

fn joined(input: &CrossEditInput) -> CrossEdited {
    CrossEdited { blob: BlobHash(hash("stage", input.revision)), frames: input.frames }
}

/// The wish for candidate `place` of eight `k`, as a client with the newest state makes it.
fn wish(state: &State, k: usize, place: usize) -> SelectStep {
    let offers = &state.eights[k].offers;
    SelectStep {
        eight: k as u32,
        step: offers[place % offers.len()].step.clone(),
        mirrored: None,
        transition: None,
        revision: state.revision,
    }
}

fn choose_all(state: &mut State) {
    for k in 0..state.eights.len() {
        work_off(state);
        let wish = wish(state, k, 0);
        state.select(&wish).unwrap();
    }
    work_off(state);
}

#[test]
fn stages_come_at_half_three_quarters_and_the_last_selection() {
    let mut state = begin(8);
    let mut seen = Vec::new();
    for k in 0..8 {
        work_off(&mut state);
        let wish = wish(&state, k, 0);
        state.select(&wish).unwrap();
        work_off(&mut state);
        seen.push(state.view().stages.iter().map(|s| (s.stage, s.eights)).collect::<Vec<_>>());
    }
    assert_eq!(seen[2], []);
    assert_eq!(seen[3], [(StageName::Quarter, 2)]);
    assert_eq!(seen[5], [(StageName::Quarter, 2), (StageName::Half, 4)]);
    assert_eq!(seen[7], [(StageName::Quarter, 2), (StageName::Half, 4), (StageName::Whole, 8)]);
    assert!(state.is_product_ready() && state.is_quiet());
}

#[test]
fn a_step_offered_both_ways_is_selected_the_way_that_is_wished() {
    let mut state = begin(3);
    let question = state.next_suggestion().unwrap();
    assert_eq!(question.sounds.len(), 3);
    let offer = |mirrored, number| Offer { step: step(1, 1), mirrored, take: TakeKey(hash("way", number)) };
    let both =
        Suggested { id: question.id.clone(), offers: vec![offer(false, 0), offer(true, 1)], exhausted: true };
    state.apply_suggested(&question, &both);
    let mut select = |mirrored| {
        let revision = state.revision;
        state
            .select(&SelectStep { eight: 0, step: step(1, 1), mirrored, transition: None, revision })
            .unwrap();
        let selected = state.view().eights[0].selection.clone().unwrap();
        (state.revision, selected.mirrored, selected.take.unwrap())
    };
    assert_eq!(select(None), (1, false, TakeKey(hash("way", 0))));
    assert_eq!(select(Some(true)), (2, true, TakeKey(hash("way", 1))));
    assert_eq!(select(None), (2, true, TakeKey(hash("way", 1))), "that step is selected already");
    assert_eq!(select(Some(false)), (3, false, TakeKey(hash("way", 0))));
}

/// A plan as the activity would make it: the first step of a performance that the neighbours do not have.
fn planned(question: &PlanDanceInput) -> PlannedDance {
    let mut shown: Vec<Option<Shown>> = vec![None; question.sounds.len()];
    for c in &question.chosen {
        shown[c.eight as usize] = Some((c.step.clone(), c.mirrored));
    }
    let mut eights = Vec::new();
    for k in 0..shown.len() {
        if shown[k].is_some() {
            continue;
        }
        let before = k.checked_sub(1).and_then(|k| shown[k].clone());
        let neighbours = [before.clone(), shown.get(k + 1).cloned().flatten()];
        let free =
            |id: &StepId| neighbours.iter().flatten().all(|(step, _)| step.performance != id.performance);
        let step = (0..PERFORMANCES).map(|p| step(p, 0)).find(free).unwrap();
        shown[k] = Some((step.clone(), false));
        eights.push((
            k as u32,
            Offer { take: take_of(k as u32, &step, before.as_ref()), step, mirrored: false },
        ));
    }
    let score = PlanScore { eights: eights.len() as u32, total: 2.0, greedy_total: 1.5 };
    PlannedDance { eights, score }
}

#[test]
fn the_rest_is_chosen_at_once_and_selections_stay() {
    let mut state = begin(8);
    for k in 0..3 {
        work_off(&mut state);
        let wish = wish(&state, k, 1);
        state.select(&wish).unwrap();
    }
    let before = state.view();
    assert_eq!(state.check_auto(&Auto { revision: before.revision + 1 }), Err(FailureCode::StaleRevision));
    assert_eq!(state.auto(&Auto { revision: before.revision }).unwrap().revision, before.revision + 1);
    assert!(!state.is_quiet());
    let question = state.next_plan().unwrap();
    // The user changes the second eight while the plan is made: it is made anew.
    let change = SelectStep { revision: state.revision, ..wish(&state, 1, 2) };
    state.select(&change).unwrap();
    state.apply_plan(&question, &planned(&question));
    assert!(state.open().is_some(), "a plan for other selections is not applied");
    let question = state.next_plan().unwrap();
    state.apply_plan(&question, &planned(&question));
    assert_eq!((state.next_plan(), state.open()), (None, None));
    work_off(&mut state);
    let view = state.view();
    assert_eq!(view.status, ChoreographyStatus::Complete);
    assert!(state.is_product_ready() && state.is_quiet());
    assert_eq!(view.plan.map(|plan| plan.total), Some(2.0));
    let step = |view: &eightcount_domain::ChoreographyState, k: usize| {
        view.eights[k].selection.clone().unwrap().step
    };
    assert_eq!((step(&view, 0), step(&view, 1)), (step(&before, 0), change.step));
    for k in 1..8 {
        assert_ne!(step(&view, k).performance, step(&view, k - 1).performance);
    }
    // Any of them can be changed afterwards.
    state.reroll(&Reroll { eight: 5, revision: state.revision }).unwrap();
    work_off(&mut state);
    let other = wish(&state, 5, 0);
    assert_ne!(other.step, step(&view, 5));
    state.select(&other).unwrap();
    work_off(&mut state);
    assert!(state.is_product_ready());
}

#[test]
fn an_earlier_change_renders_two_takes_and_a_new_product() {
    let mut state = begin(8);
    choose_all(&mut state);
    let before = state.view();
    let change = (0..6).map(|place| wish(&state, 3, place)).find(|w| {
        state.check_select(w) == Ok(selecting::Accepted::Change)
            && w.step.performance != before.eights[4].selection.as_ref().unwrap().step.performance
    });
    state.select(&change.unwrap()).unwrap();
    assert!(state.view().stages.iter().filter(|s| s.eights >= 4).all(|s| s.outdated));
    assert_eq!(work_off(&mut state), 2);
    let after = state.view();
    let revision = |view: &eightcount_domain::ChoreographyState| view.stages.last().unwrap().revision;
    assert_eq!(revision(&after), revision(&before) + 1);
    assert_eq!(after.eights.iter().filter(|e| e.selection.is_some()).count(), 8);
    assert!(after.stages.iter().all(|s| !s.outdated));
}

#[test]
fn another_transition_renders_one_take() {
    let mut state = begin(4);
    choose_all(&mut state);
    let selection = state.eights[2].selection.clone().unwrap();
    let mut change = SelectStep {
        eight: 2,
        step: selection.step,
        mirrored: None,
        transition: Some(Transition::Whip),
        revision: state.revision,
    };
    assert_eq!(state.check_select(&change), Ok(selecting::Accepted::Transition));
    state.select(&change).unwrap();
    let Some(TakeWork::Plan(planned)) = state.next_take() else { panic!("it is planned anew") };
    assert_eq!((planned.eight, planned.profile.transition), (2, Transition::Whip));
    assert_eq!(work_off(&mut state), 1);
    assert!(state.is_product_ready());
    let shown = state.view().eights[2].selection.clone().unwrap();
    assert_eq!(shown.transition, Some(Transition::Whip));
    // Repeated, or without a word about it, it stays.
    change.revision = state.revision;
    assert_eq!(state.check_select(&change), Ok(selecting::Accepted::Nothing));
    change.transition = None;
    assert_eq!(state.check_select(&change), Ok(selecting::Accepted::Nothing));
}

#[test]
fn a_selection_that_would_not_cut_any_more_is_given_back() {
    let mut state = begin(4);
    // Eight 1 shows its first candidate, eight 2 a performance that eight 1 was offered too.
    for k in 0..4 {
        work_off(&mut state);
        let wanted = if k == 2 { Some(state.eights[1].offers[1].step.performance.clone()) } else { None };
        let fits = |wish: &SelectStep| wanted.as_ref().is_none_or(|p| *p == wish.step.performance);
        let wish = (0..6).map(|place| wish(&state, k, place)).find(fits);
        state.select(&wish.unwrap()).unwrap();
    }
    work_off(&mut state);
    let next = state.eights[2].selection.as_ref().unwrap().step.performance.clone();
    let same = state.eights[1].offers[1].step.clone();
    assert_eq!(same.performance, next);
    let change =
        SelectStep { eight: 1, step: same, mirrored: None, transition: None, revision: state.revision };
    state.select(&change).unwrap();
    assert_eq!(state.view().open_eight, Some(2));
    assert_eq!(state.view().status, ChoreographyStatus::Selecting);
    work_off(&mut state);
    let again = wish(&state, 2, 0);
    assert_ne!(again.step.performance, next);
    state.select(&again).unwrap();
    work_off(&mut state);
    assert!(state.is_product_ready());
}

#[test]
fn a_selected_step_is_turned_round() {
    let mut state = begin(4);
    choose_all(&mut state);
    let selected = state.eights[1].selection.clone().unwrap();
    // Even when it is offered no more.
    state.reroll(&Reroll { eight: 1, revision: state.revision }).unwrap();
    work_off(&mut state);
    assert!(state.eights[1].offers.iter().all(|offer| offer.step != selected.step));
    let mut turn =
        SelectStep { eight: 1, step: selected.step.clone(), mirrored: Some(true), ..wish(&state, 1, 0) };
    state.select(&turn).unwrap();
    let view = state.view();
    assert!(view.eights[1].selection.as_ref().is_some_and(|s| s.mirrored && s.step == selected.step));
    assert_eq!(work_off(&mut state), 2, "it, and what joins it");
    turn.step.index = 99;
    turn.revision = state.revision;
    assert_eq!(state.check_select(&turn), Err(FailureCode::StepNotOffered));
}

#[test]
fn a_choice_is_taken_back_and_made_anew() {
    let mut state = begin(4);
    choose_all(&mut state);
    let before = state.view();
    let offered: Vec<_> = state.eights[1].offers.iter().map(|offer| offer.step.clone()).collect();
    let wish = Unselect { eight: 1, revision: state.revision };
    state.unselect(&wish).unwrap();
    let view = state.view();
    assert_eq!((view.status, view.open_eight), (ChoreographyStatus::Selecting, Some(1)));
    assert!(view.stages.iter().any(|stage| stage.stage == StageName::Whole && stage.outdated));
    work_off(&mut state);
    assert!(state.is_quiet(), "the eights after it wait for what they join");
    let again: Vec<_> = state.eights[1].offers.iter().map(|offer| offer.step.clone()).collect();
    assert_eq!(again, offered, "what was offered is offered again");
    assert_eq!(state.check_unselect(&wish), Ok(()), "nothing is to be taken back");
    let stale = Unselect { eight: 0, ..wish };
    assert_eq!(state.check_unselect(&stale), Err(FailureCode::StaleRevision));
    assert_eq!(state.check_unselect(&Unselect { eight: 9, ..stale }), Err(FailureCode::UnknownEight));
    let choice = self::wish(&state, 1, 0);
    state.select(&choice).unwrap();
    work_off(&mut state);
    assert!(state.is_product_ready());
    let takes = |view: &eightcount_domain::ChoreographyState| {
        view.eights.iter().map(|eight| eight.selection.clone().unwrap().take).collect::<Vec<_>>()
    };
    assert_eq!(takes(&state.view()), takes(&before), "the same dance is the same takes");
}

#[test]
fn refusals_name_their_reason() {
    let mut state = begin(3);
    work_off(&mut state);
    let good = wish(&state, 0, 0);
    let with = |change: fn(&mut SelectStep)| {
        let mut wish = good.clone();
        change(&mut wish);
        wish
    };
    assert_eq!(state.check_select(&with(|w| w.eight = 9)), Err(FailureCode::UnknownEight));
    assert_eq!(state.check_select(&with(|w| w.eight = 1)), Err(FailureCode::EightNotOpen));
    assert_eq!(state.check_select(&with(|w| w.revision = 7)), Err(FailureCode::StaleRevision));
    assert_eq!(state.check_select(&with(|w| w.step.index = 99)), Err(FailureCode::StepNotOffered));
    assert_eq!(state.check_finish(), Err(FailureCode::ChoreographyIncomplete));
    state.select_by_signal(&with(|w| w.revision = 7));
    assert_eq!(state.view().refused_signal, Some(FailureCode::StaleRevision));
    state.close(ChoreographyStatus::Cancelled, None);
    assert_eq!(state.check_select(&good), Err(FailureCode::ChoreographyFinished));
}

#[test]
fn a_reroll_offers_others_until_none_are_left_and_then_starts_over() {
    let mut state = begin(2);
    work_off(&mut state);
    let mut seen = BTreeSet::new();
    let mut rounds = 0;
    loop {
        let offered: Vec<_> = state.eights[0].offers.iter().map(|o| o.step.clone()).collect();
        assert!(offered.iter().all(|step| seen.insert(step.clone())), "offered twice in round {rounds}");
        if state.eights[0].exhausted {
            break;
        }
        state.reroll(&Reroll { eight: 0, revision: state.revision }).unwrap();
        work_off(&mut state);
        rounds += 1;
    }
    assert_eq!(seen.len(), (PERFORMANCES * STEPS) as usize);
    state.reroll(&Reroll { eight: 0, revision: state.revision }).unwrap();
    work_off(&mut state);
    assert_eq!(state.eights[0].offers.len(), 6);
}

#[test]
fn other_steps_for_a_chosen_eight_have_previews_until_one_is_chosen() {
    let mut state = begin(4);
    choose_all(&mut state);
    work_off(&mut state);
    assert_eq!(state.next_previews(), None);
    let reroll = |state: &mut State| {
        let revision = state.revision;
        state.reroll(&Reroll { eight: 1, revision }).unwrap();
        let question = state.next_suggestion().unwrap();
        let answer = answer(&question);
        state.apply_suggested(&question, &answer);
        (question.id.serial, answer.offers.into_iter().map(|offer| offer.take).collect::<Vec<_>>())
    };
    let offered = reroll(&mut state);
    assert_eq!(
        state.next_previews(),
        Some(offered.clone()),
        "the dance is complete, and still they are shown"
    );
    assert!(!state.is_quiet());
    state.apply_previewed(offered.0, true);
    assert_eq!((state.next_previews(), state.is_quiet()), (None, true));
    // What follows another step by now is not what would be chosen.
    let offered = reroll(&mut state);
    assert_eq!(state.next_previews(), Some(offered));
    let after = state.eights[1].selection.clone().unwrap().step.performance;
    let present = state.eights[0].selection.clone().unwrap().step;
    let cuts = |offer: &Offered| offer.step.performance != after && offer.step != present;
    let place = state.eights[0].offers.iter().position(cuts).unwrap();
    let other = wish(&state, 0, place);
    state.select(&other).unwrap();
    assert_eq!((state.next_previews(), state.open()), (None, None));
    // A choice ends them; those of the open eight come after them.
    let (revision, eight) = (state.revision, 3);
    state.unselect(&Unselect { eight, revision }).unwrap();
    let open = state.next_previews().unwrap();
    let offered = reroll(&mut state);
    assert_eq!(state.next_previews(), Some(offered));
    let chosen = wish(&state, 1, 0);
    state.select(&chosen).unwrap();
    assert_eq!(state.next_previews(), Some(open));
}

#[test]
fn what_was_previewed_is_joined_without_rendering_it_again() {
    let mut state = begin(2);
    let question = state.next_suggestion().unwrap();
    state.apply_suggested(&question, &answer(&question));
    let (serial, _) = state.next_previews().unwrap();
    state.apply_previewed(serial, true);
    // The next eight is previewed ahead.
    let question = state.begin_guess().unwrap();
    state.apply_guessed(question.id.serial, Some(answer(&question)));
    state.apply_guess_previewed(question.id.serial, true);
    state.select(&wish(&state, 0, 0)).unwrap();
    assert_eq!(state.next_take(), None);
    state.select(&wish(&state, 1, 2)).unwrap();
    assert_eq!(state.next_take(), None);
    assert!(state.next_whole().is_some());
    // Entered in another way it is another take.
    let cut = SelectStep { transition: Some(Transition::Cut), ..wish(&state, 1, 2) };
    state.select(&cut).unwrap();
    assert!(state.next_take().is_some() && state.next_whole().is_none());
}

#[test]
fn the_whole_waits_for_no_part_and_parts_wait_for_the_whole() {
    let mut state = begin(4);
    for k in 0..3 {
        work_off(&mut state);
        state.select(&wish(&state, k, 0)).unwrap();
    }
    while state.next_part().is_none() {
        let work = state.next_take().unwrap();
        state.begin_take(&work);
        let TakeWork::Render { eight, take } = work else { panic!("it is planned") };
        state.apply_rendered(eight, &take);
    }
    let half = state.next_part().unwrap();
    // The last eight was thought of ahead; its take has to be rendered.
    state.select(&wish(&state, 3, 0)).unwrap();
    while let Some(work) = state.next_take() {
        state.begin_take(&work);
        let TakeWork::Render { eight, take } = work else { panic!("it is planned") };
        state.apply_rendered(eight, &take);
    }
    // The half is still being joined.
    let whole = state.next_whole().unwrap();
    assert_eq!((half.stage, whole.stage), (StageName::Half, StageName::Whole));
    assert_eq!(state.next_part(), None);
    state.apply_cross_edited(&whole, joined(&whole));
    assert_eq!(state.next_part(), Some(half));
}

#[test]
fn an_answer_to_an_old_question_is_dropped() {
    let mut state = begin(2);
    let old = state.next_suggestion().unwrap();
    state.reroll(&Reroll { eight: 0, revision: 0 }).unwrap();
    state.apply_suggested(&old, &answer(&old));
    assert!(state.eights[0].offers.is_empty());
    assert!(!state.is_asked(&old.id));
}

#[test]
fn a_guess_that_comes_true_is_taken_up_and_any_other_dropped() {
    let mut state = begin(4);
    assert!(!state.wants_guess(), "nothing is previewed yet");
    work_off(&mut state);
    assert!(!state.wants_guess() && state.is_quiet());
    // The best candidate: the next eight is suggested and previewed already.
    state.select(&wish(&state, 0, 0)).unwrap();
    assert_eq!(state.next_suggestion(), None);
    let offered: Vec<_> = state.eights[1].offers.iter().map(|offer| offer.take.clone().unwrap()).collect();
    let after = state.shown_before(1);
    assert_eq!(offered[0], take_of(1, &state.eights[1].offers[0].step, after.as_ref()));
    assert_eq!(state.next_previews(), None);
    work_off(&mut state);
    // Another one: it is asked about anew.
    state.select(&wish(&state, 1, 1)).unwrap();
    assert!(state.next_suggestion().is_some_and(|question| question.eight == 2));
    work_off(&mut state);
    assert!(state.is_quiet());
}

#[test]
fn a_reroll_makes_a_guess_void() {
    let mut state = begin(3);
    let question = state.next_suggestion().unwrap();
    state.apply_suggested(&question, &answer(&question));
    let (serial, _) = state.next_previews().unwrap();
    state.apply_previewed(serial, true);
    let guess = state.begin_guess().unwrap();
    assert!(state.is_guessing(guess.id.serial));
    state.reroll(&Reroll { eight: 0, revision: state.revision }).unwrap();
    assert!(!state.is_guessing(guess.id.serial));
    state.apply_guessed(guess.id.serial, Some(answer(&guess)));
    assert_eq!(state.next_guessed_previews(), None);
}

#[test]
fn a_guess_without_an_answer_holds_nothing_up() {
    let mut state = begin(3);
    let question = state.next_suggestion().unwrap();
    state.apply_suggested(&question, &answer(&question));
    let (serial, _) = state.next_previews().unwrap();
    state.apply_previewed(serial, true);
    let guess = state.begin_guess().unwrap();
    assert!(!state.is_quiet());
    state.apply_guessed(guess.id.serial, None);
    assert!(!state.wants_guess() && state.next_guessed_previews().is_none());
    state.select(&wish(&state, 0, 0)).unwrap();
    assert!(state.next_suggestion().is_some_and(|question| question.eight == 1));
}

#[test]
fn finishing_waits_for_the_product() {
    let mut state = begin(2);
    choose_all(&mut state);
    let change =
        (0..6).map(|p| wish(&state, 1, p)).find(|w| state.check_select(w) == Ok(selecting::Accepted::Change));
    state.select(&change.unwrap()).unwrap();
    state.check_finish().unwrap();
    state.finish();
    assert!(!state.may_finish());
    assert_eq!(
        state.check_reroll(&Reroll { eight: 0, revision: state.revision }),
        Err(FailureCode::ChoreographyFinished)
    );
    work_off(&mut state);
    assert!(state.may_finish());
}

#[test]
fn the_next_run_goes_on_where_this_one_stopped() {
    let mut state = begin(8);
    for k in 0..5 {
        work_off(&mut state);
        let wish = wish(&state, k, 1);
        state.select(&wish).unwrap();
    }
    work_off(&mut state);
    let input = state.next_run();
    let mut next = State::new(serde_json::from_str(&serde_json::to_string(&input).unwrap()).unwrap());
    assert_eq!(next.view(), state.view());
    for k in 5..8 {
        work_off(&mut next);
        let wish = wish(&next, k, 0);
        next.select(&wish).unwrap();
    }
    work_off(&mut next);
    assert!(next.is_product_ready());
}

#[test]
fn what_the_next_run_gets_fits_a_payload() {
    let mut state = begin(128);
    choose_all(&mut state);
    let bytes = serde_json::to_vec(&state.next_run()).unwrap().len();
    assert!(bytes < 64 * 1024, "{bytes} bytes");
    let bytes = serde_json::to_vec(&state.view()).unwrap().len();
    assert!(bytes < 64 * 1024, "{bytes} bytes");
}

/// What a client may do, with numbers that need not make sense.
#[derive(Clone, Debug)]
enum Act {
    Select { eight: usize, place: usize, stale: bool },
    Unselect { eight: usize, stale: bool },
    Reroll { eight: usize },
    WorkOff,
    Finish,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        8 => (0_usize..7, 0_usize..6, prop::bool::weighted(0.1))
            .prop_map(|(eight, place, stale)| Act::Select { eight, place, stale }),
        2 => (0_usize..7, prop::bool::weighted(0.1)).prop_map(|(eight, stale)| Act::Unselect { eight, stale }),
        1 => (0_usize..7).prop_map(|eight| Act::Reroll { eight }),
        6 => Just(Act::WorkOff),
        1 => Just(Act::Finish),
    ];
    prop::collection::vec(act, 0..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn whatever_clients_do_the_invariants_hold(acts in acts()) {
        let mut state = begin(6);
        for act in acts {
            let before = state.view();
            match act {
                Act::Select { eight, place, stale } => {
                    if eight >= 6 || state.eights[eight].offers.is_empty() { continue }
                    let mut wish = wish(&state, eight, place);
                    wish.revision += u32::from(stale);
                    let checked = state.check_select(&wish);
                    let selected = state.select(&wish);
                    prop_assert_eq!(checked.is_ok(), selected.is_ok());
                    if selected.is_ok() {
                        let once = state.clone();
                        state.select(&wish).unwrap();
                        prop_assert_eq!(once.view(), state.view(), "selecting twice is selecting once");
                    } else {
                        prop_assert_eq!(&before, &state.view(), "a refusal changes nothing");
                    }
                }
                Act::Unselect { eight, stale } => {
                    let wish = Unselect { eight: eight as u32, revision: state.revision + u32::from(stale) };
                    if state.unselect(&wish).is_ok() {
                        prop_assert!(state.eights[eight].selection.is_none());
                        let once = state.clone();
                        state.unselect(&wish).unwrap();
                        prop_assert_eq!(once.view(), state.view(), "taken back twice is taken back once");
                    } else {
                        prop_assert_eq!(&before, &state.view(), "a refusal changes nothing");
                    }
                }
                Act::Reroll { eight } => { let _ = state.reroll(&Reroll { eight: eight as u32, revision: state.revision }); }
                Act::WorkOff => { work_off(&mut state); prop_assert!(state.is_quiet()); }
                Act::Finish => if state.check_finish().is_ok() { state.finish(); },
            }
            let after = state.view();
            prop_assert!(after.version >= before.version && after.revision >= before.revision);
            for pair in after.eights.windows(2) {
                if let [Some(a), Some(b)] = [&pair[0].selection, &pair[1].selection] {
                    prop_assert_ne!(&a.step.performance, &b.step.performance, "a cross-edit must cut");
                }
            }
            let whole = after.stages.iter().find(|s| s.stage == StageName::Whole);
            prop_assert!(state.is_product_ready() == whole.is_some_and(|s| !s.outdated));
        }
        work_off(&mut state);
        for (k, work) in state.eights.iter().enumerate() {
            if let Some(selection) = &work.selection {
                if k > 0 && state.shown_before(k).is_none() {
                    prop_assert_eq!(&selection.take, &None, "it waits for what it joins");
                    continue;
                }
                let expected = take_of(k as u32, &selection.step, state.shown_before(k).as_ref());
                prop_assert_eq!(selection.take.as_ref(), Some(&expected), "the take joins what is selected now");
                prop_assert!(selection.rendered);
            }
        }
    }
}
