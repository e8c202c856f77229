//! Previews: what the user saw is what they get.

use anyhow::{Context, Result};
use eightcount_domain::StageName;
use eightcount_tests::{Dance, Fixture, History, Instance, until};
use std::time::Duration;

#[tokio::test]
async fn a_preview_is_the_take_that_the_product_shows() -> Result<()> {
    let fixture = Fixture::get().await?;
    let data = fixture.data()?;
    let instance = Instance::start(data.path()).await?;
    let mut start = fixture.start(4..6, 96)?;
    start.options.previews = true;
    let dance = Dance::start(&instance.http, &start).await?;
    for eight in 0..2 {
        let ready = until("every preview is rendered", Duration::from_secs(120), async || {
            let offered = dance.candidates(eight).await?.candidates;
            Ok(offered.iter().all(|candidate| candidate.preview_ready).then_some(offered))
        })
        .await?;
        let best = ready.first().context("no candidates")?;
        let preview = instance.http.get(&best.preview_url).await?;
        assert_eq!((preview.status, preview.header("content-type")?), (200, "video/mp4"));
        dance.choose(eight, &best.step).await?;
        let state = dance.state().await?;
        let take = state.eights[eight].selection.as_ref().and_then(|selection| selection.take.clone());
        let take = take.context("the take was planned with the suggestion")?;
        assert_eq!(best.preview_url, format!("/api/takes/{take}"));
    }
    dance.stage(StageName::Whole).await?;
    dance.reroll(0, dance.state().await?.revision).await?;
    until("other steps for a chosen eight have previews too", Duration::from_secs(120), async || {
        let offered = dance.candidates(0).await?.candidates;
        Ok(offered.iter().all(|candidate| candidate.preview_ready).then_some(()))
    })
    .await?;
    let history = History::of(&instance, &dance.workflow_id())?;
    assert!(history.scheduled("render_previews") >= 2);
    assert_eq!(history.scheduled("plan_take"), 0, "nothing was planned anew");
    instance.stop().await
}
