//! Thirty-two eights: what the history holds of them.

use anyhow::{Context, Result};
use eightcount_domain::{ChoreographyStatus, StageName};
use eightcount_tests::{Dance, Fixture, History, Instance, measure};
use std::fs;

#[tokio::test]
async fn thirty_two_eights_fit_a_small_history() -> Result<()> {
    let fixture = Fixture::get().await?;
    let data = fixture.data()?;
    let instance = Instance::start(data.path()).await?;
    let dance = Dance::start(&instance.http, &fixture.start(1..33, 96)?).await?;
    for eight in 0..32 {
        dance.choose_best(eight).await?;
    }
    let product = dance.stage(StageName::Whole).await?;
    let state = dance.until("it is complete", |state| state.status == ChoreographyStatus::Complete).await?;
    assert_eq!(state.eights.len(), 32);
    let cuts = state.eights.windows(2).all(|pair| {
        let of = |k: usize| pair[k].selection.as_ref().map(|selection| &selection.step.performance);
        of(0) != of(1)
    });
    assert!(cuts, "two neighbours show one performance");
    let file = data.path().join("product.mp4");
    fs::write(&file, dance.http.get(&dance.path("/product")).await?.body)?;
    let measured = measure(&file)?;
    let length_s = (state.section.end_ms.0 - state.section.start_ms.0) as f64 / 1000.0;
    assert_eq!(measured.frames, product.frames);
    assert_eq!(measured.frames, (length_s * 30.0).round() as u64);
    assert!((measured.video.1 - measured.audio.1).abs() <= 1.0 / 30.0, "{measured:?}");

    let history = History::of(&instance, &dance.workflow_id())?;
    let largest = history.largest_payload().context("no payloads")?;
    println!("{} events of {} bytes, largest payload {largest:?}", history.events.len(), history.bytes);
    assert!(history.events.len() < 1_500, "{} events", history.events.len());
    // A server suggests a new run at 4 MiB.
    assert!(history.bytes < 2 << 20, "{} bytes", history.bytes);
    assert!(largest.bytes < 64 * 1024, "{largest:?}");
    assert_eq!(history.count("WORKFLOW_TASK_FAILED"), 0);
    instance.stop().await
}
