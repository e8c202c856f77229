//! Without Redis, or with one that forgets: the same answers.

use anyhow::{Context, Result, ensure};
use eightcount_domain::{ChoreographyState, ChoreographyStatus, StageName, StepId};
use eightcount_tests::{Dance, Fixture, Instance, kill};
use futures::StreamExt;
use rustix::process::Signal;
use std::{cell::Cell, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::sleep,
};

/// Forgets everything, many times a second, for ever; how often is counted.
async fn flush(address: &str, flushed: &Cell<u32>) -> Result<()> {
    let mut redis = TcpStream::connect(address).await?;
    loop {
        redis.write_all(b"FLUSHALL\r\n").await?;
        let mut answer = [0; 5];
        redis.read_exact(&mut answer).await?;
        ensure!(&answer == b"+OK\r\n", "FLUSHALL answered {answer:?}");
        flushed.set(flushed.get() + 1);
        sleep(Duration::from_millis(5)).await;
    }
}

/// Kills Redis whenever it runs, for ever.
async fn keep_dead(instance: &Instance, killed: &Cell<u32>) -> Result<()> {
    let mut last = None;
    loop {
        if let Some(now) = instance.server("redis").ok().filter(|now| Some(*now) != last) {
            kill(now, Signal::KILL)?;
            killed.set(killed.get() + 1);
            last = Some(now);
        }
        sleep(Duration::from_millis(10)).await;
    }
}

async fn dance_like(dance: &Dance, steps: &[StepId]) -> Result<eightcount_domain::StageState> {
    for (eight, step) in steps.iter().enumerate() {
        dance.choose(eight, step).await?;
    }
    dance.stage(StageName::Whole).await
}

#[tokio::test]
async fn flushing_all_the_time_changes_nothing() -> Result<()> {
    let fixture = Fixture::get().await?;
    let expected = fixture.undisturbed().await?;
    let data = fixture.data()?;
    let instance = Instance::start(data.path()).await?;
    let flushed = Cell::new(0);
    let danced = async {
        let dance = Dance::start(&instance.http, &fixture.compared()?).await?;
        dance_like(&dance, &expected.steps).await
    };
    let product = tokio::select! {
        danced = danced => danced?,
        ended = flush(instance.redis_address(), &flushed) => return ended,
    };
    println!("flushed {} times", flushed.get());
    assert!(flushed.get() > 20);
    assert_eq!(product.blob, expected.product.blob);
    instance.stop().await
}

#[tokio::test]
async fn a_dead_redis_changes_nothing_and_events_still_come() -> Result<()> {
    let fixture = Fixture::get().await?;
    let expected = fixture.undisturbed().await?;
    let data = fixture.data()?;
    let instance = Instance::start(data.path()).await?;
    let killed = Cell::new(0);
    let danced = async {
        let dance = Dance::start(&instance.http, &fixture.compared()?).await?;
        let (product, versions) = tokio::try_join!(dance_like(&dance, &expected.steps), follow(&dance))?;
        anyhow::Ok((product, versions))
    };
    let (product, versions) = tokio::select! {
        danced = danced => danced?,
        ended = keep_dead(&instance, &killed) => return ended,
    };
    println!("killed {} times, {} events", killed.get(), versions.len());
    assert!(killed.get() > 2);
    assert_eq!(product.blob, expected.product.blob);
    assert!(versions.windows(2).all(|pair| pair[0] < pair[1]), "{versions:?}");
    let ready: serde_json::Value = instance.http.read("/readyz").await?;
    assert_eq!(ready["ready"], true, "Redis is not required: {ready}");
    instance.stop().await
}

/// Reads events until the product is ready; their versions.
async fn follow(dance: &Dance) -> Result<Vec<u64>> {
    let mut events = Box::pin(dance.http.events(&dance.path("/events")).await?);
    let (mut text, mut versions) = (String::new(), Vec::new());
    while let Some(piece) = events.next().await {
        text.push_str(std::str::from_utf8(&piece?).context("an event in pieces of letters")?);
        while let Some((event, rest)) = text.split_once("\n\n") {
            let field = |name: &str| {
                event.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(str::trim)
            };
            if let Some(data) = field("data") {
                let state: ChoreographyState = serde_json::from_str(data)?;
                ensure!(field("event") == Some("state"), "{event}");
                ensure!(field("id") == Some(&*state.version.to_string()), "{event}");
                versions.push(state.version);
                let whole =
                    state.stages.iter().any(|stage| stage.stage == StageName::Whole && !stage.outdated);
                if state.status == ChoreographyStatus::Complete && whole {
                    return Ok(versions);
                }
            }
            text = rest.to_owned();
        }
    }
    anyhow::bail!("the stream ended early, after {versions:?}")
}
