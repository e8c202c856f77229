//! The rest chosen at once: the best way through all open eights.

use anyhow::{Context, Result, ensure};
use eightcount_domain::StageName;
use eightcount_tests::{Dance, Fixture, History, Instance, keep_history};
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
struct Report {
    eights: Vec<ReportEight>,
}

#[derive(Deserialize)]
struct ReportEight {
    score: Option<f32>,
    reasons: Vec<String>,
    filtered_text: Option<String>,
}

#[tokio::test]
async fn the_rest_is_planned_around_what_the_user_chose() -> Result<()> {
    let fixture = Fixture::get().await?;
    let data = fixture.data()?;
    let instance = Instance::start(data.path()).await?;
    let dance = Dance::start(&instance.http, &fixture.start(4..8, 96)?).await?;
    let offered = dance.candidates(0).await?.candidates;
    let own = offered.last().context("no candidates")?.step.clone();
    let receipt = dance.choose(0, &own).await?;

    let auto = async |revision: u32| {
        instance.http.post(&dance.path("/auto"), &json!({ "revision": revision })).await
    };
    let stale = auto(receipt.revision - 1).await?;
    assert_eq!((stale.status, stale.problem()?.code.as_str()), (409, "stale_revision"));
    auto(receipt.revision).await?.json::<serde_json::Value>()?;

    let state = dance.until("everything is chosen", |state| state.progress_percent == 100).await?;
    let plan = state.plan.context("a plan")?;
    assert_eq!(plan.eights, 3, "what the user chose stays");
    assert!(plan.total >= plan.greedy_total, "{plan:?}");
    let steps: Vec<_> =
        state.eights.iter().filter_map(|eight| Some(&eight.selection.as_ref()?.step)).collect();
    assert_eq!((steps.len(), steps[0]), (4, &own));
    assert!(
        steps.windows(2).all(|two| two[0].performance != two[1].performance),
        "a cross-edit cuts: {steps:?}"
    );

    let report: Report = instance.http.read(&dance.path("/report")).await?;
    for (k, eight) in report.eights.iter().enumerate() {
        ensure!(eight.score.is_some() && !eight.reasons.is_empty(), "eight {k} says not why");
        let filtered = eight.filtered_text.as_deref().context("what was left out")?;
        assert!(filtered.contains("steps"), "{filtered}");
    }
    dance.stage(StageName::Whole).await?;
    let history = History::of(&instance, &dance.workflow_id())?;
    assert_eq!(history.scheduled("plan_dance"), 1);
    keep_history(&instance, &dance.workflow_id(), "auto").await?;
    instance.stop().await
}
