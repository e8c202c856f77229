//! Without Redis, or with one that forgets: the same answers.

use anyhow::{Context, Result, ensure};
use eightcount_domain::{ChoreographyState, ChoreographyStatus, StageName, StepId};
use eightcount_tests::{Dance, Fixture, Instance, kill};
use futures::StreamExt;
use rustix::process::Signal;
use serde_json::{Value, json};
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
    let ready: Value = instance.http.read("/readyz").await?;
    assert_eq!(ready["ready"], true, "Redis is not required: {ready}");
    instance.stop().await
}

/// One command; what was answered, as Redis wrote it.
async fn redis(address: &str, command: &[&str]) -> Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    let words: Vec<_> = command.iter().map(|word| format!("${}\r\n{word}\r\n", word.len())).collect();
    let request = format!("*{}\r\n{}", words.len(), words.concat());
    stream.write_all(request.as_bytes()).await?;
    stream.shutdown().await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer)
}

/// The keys of a view.
async fn keys(address: &str, view: &str) -> Result<Vec<String>> {
    let answer = redis(address, &["KEYS", &format!("{view}:*")]).await?;
    Ok(answer.lines().filter(|line| line.starts_with(view)).map(str::to_owned).collect())
}

const VIEWS: [&str; 5] = ["prepro", "ampl", "smlr", "user", "selection"];

/// All that the API shows from the shared view.
async fn shown(dance: &Dance) -> Result<Vec<Value>> {
    let song = dance.state().await?.song;
    let mut shown = vec![dance.http.read(&format!("/api/songs/{song}")).await?];
    for rest in ["", "/eights/0", "/eights/1", "/selections"] {
        shown.push(dance.http.read(&dance.path(rest)).await?);
    }
    // Whoever waits for news is told of the present first.
    let mut events = Box::pin(dance.http.events(&dance.path("/events")).await?);
    events.next().await.context("no event")??;
    Ok(shown)
}

#[tokio::test]
async fn the_five_views_are_filled_read_and_filled_again() -> Result<()> {
    let fixture = Fixture::get().await?;
    let data = fixture.data()?;
    let instance = Instance::start(data.path()).await?;
    let address = instance.redis_address();
    let dance = Dance::start(&instance.http, &fixture.start(4..6, 96)?).await?;
    let steps = [dance.choose_best(0).await?, dance.choose_best(1).await?];
    dance.stage(StageName::Whole).await?;
    let first = shown(&dance).await?;
    assert_eq!(first[4]["selections"][1]["step"], json!(steps[1]), "{}", first[4]);
    assert!(first[2]["amplitude"]["rms_dbfs"][7].is_f64(), "{}", first[2]);
    assert!(first[2]["likeness"]["similar"][0]["similarity"].is_f64(), "{}", first[2]);

    for view in VIEWS {
        for key in keys(address, view).await? {
            let ttl = redis(address, &["TTL", &key]).await?;
            assert!(ttl.trim_start_matches(':').trim().parse::<u32>().is_ok_and(|s| s > 0), "{key}: {ttl}");
        }
    }
    assert_eq!(redis(address, &["FLUSHALL"]).await?, "+OK\r\n");
    assert_eq!(shown(&dance).await?, first, "the same answers without the view");
    for view in VIEWS {
        assert!(!keys(address, view).await?.is_empty(), "{view} is not filled again");
    }

    // What is shown comes from the view: change it there.
    let key = keys(address, "ampl").await?.into_iter().find(|key| key.ends_with(":0")).context("no ampl")?;
    let changed = json!({ "rms_dbfs": vec![-1.0; 8], "peak": vec![0.5; 8], "onset": vec![0.5; 8], "level": vec![3; 8] });
    redis(address, &["SET", &key, &changed.to_string()]).await?;
    let eight: Value = dance.http.read(&dance.path("/eights/0")).await?;
    assert_eq!(eight["amplitude"], changed);
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
