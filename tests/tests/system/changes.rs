//! Going back, asking for others, stopping.

use anyhow::{Context, Result};
use eightcount_domain::{ChoreographyState, ChoreographyStatus, StageName, StepId, TakeKey};
use eightcount_tests::{Dance, Fixture, History, Instance, corner_colours, keep_history, measure};
use serde_json::Value;
use std::{fs, path::Path};

fn takes(state: &ChoreographyState) -> Vec<Option<TakeKey>> {
    state.eights.iter().map(|eight| eight.selection.as_ref()?.take.clone()).collect()
}

fn steps(state: &ChoreographyState) -> Vec<StepId> {
    state.eights.iter().filter_map(|eight| Some(eight.selection.as_ref()?.step.clone())).collect()
}

#[tokio::test]
async fn an_earlier_selection_can_be_changed_and_others_asked_for() -> Result<()> {
    let fixture = Fixture::get().await?;
    let data = fixture.data()?;
    let instance = Instance::start(data.path()).await?;
    let dance = Dance::start(&instance.http, &fixture.start(10..14, 180)?).await?;
    for eight in 0..4 {
        dance.choose_best(eight).await?;
    }
    let first = dance.stage(StageName::Whole).await?;
    // The whole goes first; the parts follow.
    dance.stage(StageName::Quarter).await?;
    dance.stage(StageName::Half).await?;
    let before = dance.state().await?;
    let rendered = History::of(&instance, &dance.workflow_id())?.scheduled("render_take");
    assert_eq!(rendered, 4);

    // Another step for the second eight, that cuts from the first and to the third.
    let chosen = steps(&before);
    let other = dance.candidates(1).await?.candidates.into_iter().map(|candidate| candidate.step);
    let other = other
        .filter(|step| *step != chosen[1])
        .find(|step| step.performance != chosen[0].performance && step.performance != chosen[2].performance);
    let other = other.context("no other candidate cuts on both sides")?;
    dance.choose(1, &other).await?;
    let second = dance.stage(StageName::Whole).await?;
    let after = dance.state().await?;

    assert_eq!(steps(&after), [chosen[0].clone(), other, chosen[2].clone(), chosen[3].clone()]);
    let changed: Vec<_> = (0..4).filter(|k| takes(&before)[*k] != takes(&after)[*k]).collect();
    assert_eq!(changed, [1, 2], "only the takes that show the change are others");
    let rendered = History::of(&instance, &dance.workflow_id())?.scheduled("render_take");
    assert!(rendered <= 6, "{} takes were rendered again", rendered - 4);
    assert_eq!((second.frames, second.revision), (first.frames, first.revision + 1));
    assert_ne!(second.blob, first.blob);
    shows_its_selections(fixture, &dance, &after, &data.path().join("changed.mp4")).await?;
    stages_follow(&dance, &before).await?;

    six_others(&dance).await?;
    let last = dance.stage(StageName::Whole).await?;
    assert!(last.revision > second.revision);
    instance.http.post(&dance.path("/finish"), &Value::Null).await?.json::<Value>()?;
    dance.until("it is finished", |state| state.status == ChoreographyStatus::Finished).await?;
    let late = dance.select(1, &chosen[1], dance.state().await?.revision).await?;
    assert_eq!(late.problem()?.code, "choreography_finished");
    let history = History::of(&instance, &dance.workflow_id())?;
    assert_eq!(history.count("WORKFLOW_TASK_FAILED"), 0);
    keep_history(&instance, &dance.workflow_id(), "changed-and-rerolled").await?;
    instance.stop().await
}

/// The first quarter is as it was; the first half is made anew.
async fn stages_follow(dance: &Dance, before: &ChoreographyState) -> Result<()> {
    let of = |state: &ChoreographyState, name: StageName| {
        state.stages.iter().find(|stage| stage.stage == name).cloned().context("no such stage")
    };
    dance.stage(StageName::Half).await?;
    let after = dance.state().await?;
    assert_eq!(of(&after, StageName::Quarter)?, of(before, StageName::Quarter)?);
    let (old, new) = (of(before, StageName::Half)?, of(&after, StageName::Half)?);
    assert_eq!(new.revision, old.revision + 1);
    assert_ne!(new.blob, old.blob);
    Ok(())
}

/// Re-rolls the last eight and selects one of the others.
async fn six_others(dance: &Dance) -> Result<()> {
    let offered: Vec<StepId> = dance.candidates(3).await?.candidates.into_iter().map(|c| c.step).collect();
    let asked = dance.reroll(3, dance.state().await?.revision).await?;
    let stale =
        dance.http.post(&dance.path("/eights/3/reroll"), &serde_json::json!({ "revision": 0 })).await?;
    assert_eq!(stale.problem()?.code, "stale_revision");
    let others =
        eightcount_tests::until("other candidates", std::time::Duration::from_secs(60), async || {
            let now = dance.candidates(3).await?;
            let steps: Vec<StepId> = now.candidates.into_iter().map(|candidate| candidate.step).collect();
            Ok(Some(steps).filter(|steps| *steps != offered))
        })
        .await?;
    assert!(others.iter().all(|step| !offered.contains(step)), "{others:?} were offered before");
    let third = steps(&dance.state().await?).get(2).map(|step| step.performance.clone());
    let other = others.iter().find(|step| Some(&step.performance) != third.as_ref()).context("none cuts")?;
    let receipt = dance.choose(3, other).await?;
    assert_eq!(receipt.revision, asked.revision + 1);
    Ok(())
}

/// In the middle of each eight, the background of the selected performance.
async fn shows_its_selections(
    fixture: &Fixture,
    dance: &Dance,
    state: &ChoreographyState,
    file: &Path,
) -> Result<()> {
    fs::write(file, dance.http.get(&dance.path("/product")).await?.body)?;
    let colours = corner_colours(file)?;
    assert_eq!(colours.len() as u64, measure(file)?.frames);
    let start = state.section.start_ms.0;
    for (k, eight) in state.eights.iter().enumerate() {
        let middle_ms = u64::midpoint(eight.section.start_ms.0, eight.section.end_ms.0) - start;
        let seen = colours[(middle_ms * 30 / 1000) as usize];
        let wanted = fixture.colour_of(&eight.selection.as_ref().context("no selection")?.step)?;
        let off = (0..3).map(|c| (seen[c] - wanted[c]).abs()).fold(0.0, f64::max);
        assert!(off < 40.0, "eight {k} shows {seen:?} instead of {wanted:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_cancelled_choreography_stops_and_stays() -> Result<()> {
    let fixture = Fixture::get().await?;
    let data = fixture.data()?;
    let instance = Instance::start(data.path()).await?;
    let dance = Dance::start(&instance.http, &fixture.start(4..8, 180)?).await?;
    let step = dance.choose_best(0).await?;
    dance.choose_best(1).await?;
    let quarter = dance.stage(StageName::Quarter).await?;
    assert_eq!(instance.http.post(&dance.path("/cancel"), &Value::Null).await?.status, 202);
    let state = dance.until("it is cancelled", |state| state.status == ChoreographyStatus::Cancelled).await?;
    assert_eq!(state.stages.iter().map(|stage| &stage.blob).collect::<Vec<_>>(), [&quarter.blob]);
    let late = dance.select(0, &step, state.revision).await?;
    assert_eq!((late.status, late.problem()?.code.as_str()), (409, "choreography_finished"));
    let again = instance.http.post(&dance.path("/cancel"), &Value::Null).await?;
    assert_eq!(again.problem()?.code, "choreography_finished");
    keep_history(&instance, &dance.workflow_id(), "cancelled").await?;
    instance.stop().await
}
