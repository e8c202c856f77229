//! The same message many times.

use anyhow::{Context, Result};
use eightcount_domain::StageName;
use eightcount_tests::{Dance, Fixture, History, Instance, Receipt, signal};
use futures::future::try_join_all;

#[tokio::test]
async fn fifty_selections_of_one_step_have_one_effect() -> Result<()> {
    let fixture = Fixture::get().await?;
    let data = fixture.data()?;
    let instance = Instance::start(data.path()).await?;
    let dance = Dance::start(&instance.http, &fixture.start(4..6, 180)?).await?;
    let offered = dance.candidates(0).await?;
    let step = &offered.candidates.first().context("no candidates")?.step;
    assert_eq!(offered.revision, 0);

    let wish = serde_json::json!({ "eight": 0, "step": step, "revision": 0 }).to_string();
    let answers = try_join_all((0..45).map(|_| dance.select(0, step, 0)));
    let signals = async {
        for _ in 0..5 {
            signal(&instance, &dance.workflow_id(), "select_step", &wish).await?;
        }
        anyhow::Ok(())
    };
    let (answers, ()) = tokio::try_join!(answers, signals)?;
    for answer in answers {
        assert_eq!(answer.json::<Receipt>()?.revision, 1);
    }
    let state = dance.state().await?;
    assert_eq!((state.revision, state.refused_signal), (1, None));

    // Another selection follows it on the next revision: nothing was counted twice.
    dance.choose_best(1).await?;
    dance.stage(StageName::Whole).await?;
    let state = dance.state().await?;
    assert_eq!(state.revision, 2);
    let history = History::of(&instance, &dance.workflow_id())?;
    assert_eq!(history.scheduled("render_take"), 2, "each take once");
    assert_eq!(history.count("WORKFLOW_EXECUTION_SIGNALED"), 5);
    println!("{} updates were recorded", history.count("WORKFLOW_EXECUTION_UPDATE_ACCEPTED"));
    instance.stop().await
}
