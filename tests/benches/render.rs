//! From the last selection to the product, over HTTP, with every preview rendered: what the user waits for.
//!
//! `cargo bench --profile dev -p eightcount-tests --bench render [-- EIGHTS…]`: 8, 32 and 128 eights at 720p when nothing is
//! said.

use anyhow::{Context, Result, ensure};
use eightcount_domain::StageName;
use eightcount_tests::{Dance, Fixture, History, Instance, until};
use serde_json::Value;
use std::time::{Duration, Instant};

/// How often the whole is danced, and how often when it is long.
const ROUNDS: usize = 3;
const LONG_ROUNDS: usize = 2;
/// From so many eights on it is long.
const LONG: usize = 64;
/// Longest wait for previews.
const PREVIEWS: Duration = Duration::from_secs(240);

#[tokio::main]
async fn main() -> Result<()> {
    let asked: Vec<usize> = std::env::args().filter_map(|word| word.parse().ok()).collect();
    let counts = if asked.is_empty() { vec![8, 32, 128] } else { asked };
    let fixture = Fixture::get().await?;
    let data = fixture.data()?;
    let instance = Instance::start(data.path()).await?;
    println!(
        "| eights | product ready after the last selection, s | first and last preview of the first eight, s \
         | of the second, s | events of the history | its kB |"
    );
    println!("|---|---|---|---|---|---|");
    for eights in counts {
        let longer = eights > fixture.eights_s.len();
        let fixture = if longer { &fixture.with_longer_song(&instance.http, eights).await? } else { fixture };
        ensure!(eights <= fixture.eights_s.len(), "the song has {} eights", fixture.eights_s.len());
        for _ in 0..if eights < LONG { ROUNDS } else { LONG_ROUNDS } {
            let mut start = fixture.start(0..eights, 720)?;
            start.options.previews = true;
            let dance = Dance::start(&instance.http, &start).await?;
            // Previews are looked at twice, then chosen faster than a user could. The second eight's are joined to what
            // was chosen before, and nobody has guessed that.
            let first = previews(&dance, 0).await?;
            let offered = dance.candidates(0).await?.candidates;
            let unlikely = offered.last().context("no candidates")?.step.clone();
            dance.choose(0, &unlikely).await?;
            let second = previews(&dance, 1).await?;
            for eight in 1..eights - 1 {
                dance.choose_best(eight).await?;
            }
            previews(&dance, eights - 1).await?;
            dance
                .until("the takes before it are rendered", |state| {
                    let selected = state.eights.iter().filter_map(|eight| eight.selection.as_ref());
                    selected.filter(|selection| selection.rendered).count() == eights - 1
                })
                .await?;
            // The half is joined by then: a user is slower than that. The whole would not wait for it.
            dance.stage(StageName::Half).await?;
            let offered = dance.candidates(eights - 1).await?;
            let best = offered.candidates.first().context("no candidates")?.step.clone();
            let begun = Instant::now();
            let answer = dance.select(eights - 1, &best, offered.revision).await?;
            ensure!(answer.status == 200, "{}", answer.said());
            let ready = product(&dance, begun).await?;
            let history = History::of(&instance, &dance.workflow_id())?;
            let seconds = |wait: Option<&Duration>| wait.map_or(f64::NAN, Duration::as_secs_f64);
            let both =
                |waits: &[Duration]| format!("{:.2}, {:.2}", seconds(waits.first()), seconds(waits.last()));
            println!(
                "| {eights} | {:.3} | {} | {} | {} | {} |",
                ready.as_secs_f64(),
                both(&first),
                both(&second),
                history.events.len(),
                history.bytes / 1000,
            );
        }
    }
    instance.stop().await
}

/// When each preview of an eight was ready, counted from when its candidates were.
async fn previews(dance: &Dance, eight: usize) -> Result<Vec<Duration>> {
    dance.candidates(eight).await?;
    let begun = Instant::now();
    let mut ready = Vec::new();
    until("every preview is rendered", PREVIEWS, async || {
        let offered = dance.candidates(eight).await?.candidates;
        let there = offered.iter().filter(|candidate| candidate.preview_ready).count();
        ready.resize(there.max(ready.len()), begun.elapsed());
        Ok((there == offered.len()).then_some(()))
    })
    .await?;
    Ok(ready)
}

/// How long after `begun` the product could be downloaded.
async fn product(dance: &Dance, begun: Instant) -> Result<Duration> {
    loop {
        let answer = dance.http.get_with(&dance.path("/product"), &[("range", "bytes=0-99")]).await?;
        match answer.status {
            206 => break,
            409 => tokio::time::sleep(Duration::from_millis(5)).await,
            _ => anyhow::bail!("{}", answer.said()),
        }
    }
    let ready = begun.elapsed();
    let stages: Vec<Value> = dance.http.read(&dance.path("/stages")).await?;
    let whole = stages.iter().find(|stage| stage["stage"] == StageName::Whole.as_str());
    whole.context("a product without a stage")?;
    Ok(ready)
}
