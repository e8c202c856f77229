//! How fast a performance becomes steps: the whole way through a running service, with the share of each phase.
//!
//! `cargo bench --profile dev -p eightcount-tests --bench ingest [-- FILE…]`: a dancing figure of a minute in 720p at 30
//! frames a second when no file is named.

use anyhow::{Context, Result, ensure};
use eightcount_tests::{Data, History, Instance, Upload, until, write_figure};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    fs,
    path::PathBuf,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// Longest ingest.
const LONGEST: Duration = Duration::from_secs(1800);
/// Asked as often as somebody would who watches it: each answer is work for the service.
const ASKED_EVERY: Duration = Duration::from_millis(500);
/// Ticks of the processor clock a second, as Linux tells them to programs.
const TICKS: f64 = 100.0;
const DAY_S: f64 = 86_400.0;

#[tokio::main]
async fn main() -> Result<()> {
    let data = Data::empty()?;
    let mut files: Vec<PathBuf> =
        std::env::args().skip(1).filter(|word| !word.starts_with("--")).map(PathBuf::from).collect();
    if files.is_empty() {
        let film = data.path().join("figure.mp4");
        write_figure(&film, (1280, 720), 116.0, 60.0, true)?;
        files.push(film);
    }
    let instance = Instance::start(data.path()).await?;
    println!("| film | seconds | wall, s | times real time | processor, s | phases: share of the wall |");
    println!("|---|---|---|---|---|---|");
    for file in files {
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let (begun, worked) = (SystemTime::now(), processor(&data)?);
        let taken = instance.http.upload("/api/performances", Upload::File(&file), &[]).await?;
        let taken: Value = taken.json()?;
        let id = taken["id"].as_str().context("no id")?.to_owned();
        let done: Value = until("it is ingested", LONGEST, async || {
            tokio::time::sleep(ASKED_EVERY).await;
            let now: Value = instance.http.get(&format!("/api/performances/{id}")).await?.json()?;
            Ok((now["status"] != "ingesting").then_some(now))
        })
        .await?;
        let history = History::of(&instance, &format!("ingest:{id}"))?;
        ensure!(done["status"] == "published", "{done}: {}", failures(&history));
        let seconds = done["video"]["frames"].as_f64().context("no frames")?
            / done["video"]["fps"].as_f64().context("no rate")?;
        let wall = published(&history)? - begun.duration_since(UNIX_EPOCH)?.as_secs_f64() % DAY_S;
        let phases = phases(&history)?;
        let known: f64 = phases.iter().map(|phase| phase.1).sum();
        let share = |(name, time): &(String, f64)| format!("{name} {:.0} %", 100.0 * time / wall);
        let mut shares: Vec<String> = phases.iter().map(share).collect();
        shares.push(format!("upload, screening, waiting {:.0} %", 100.0 * (wall - known) / wall));
        let processor = processor(&data)? - worked;
        println!(
            "| {name} | {seconds:.1} | {wall:.1} | {:.1} | {processor:.1} | {} |",
            seconds / wall,
            shares.join(", ")
        );
    }
    instance.stop().await
}

/// Processor time of all that works on a data folder, children that have ended included, seconds.
fn processor(data: &Data) -> Result<f64> {
    let pid: Value = serde_json::from_slice(&fs::read(data.path().join("eightcount.json"))?)?;
    let stat = fs::read_to_string(format!("/proc/{}/stat", pid["pid"]))?;
    let fields = stat.rsplit(')').next().context("no fields")?.split_whitespace();
    // utime, stime, cutime, cstime.
    Ok(fields.skip(11).take(4).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / TICKS)
}

/// What went wrong, in the words of the activities.
fn failures(history: &History) -> String {
    let failed = |event: &Value| {
        let failure = &event["activityTaskFailedEventAttributes"]["failure"];
        (!failure.is_null()).then(|| failure.to_string())
    };
    history.events.iter().filter_map(failed).collect::<Vec<_>>().join("; ")
}

/// When the last activity was done and the steps in the library, seconds of the day: whoever asks learns it later, by
/// chance sooner or later.
fn published(history: &History) -> Result<f64> {
    let done = |event: &&Value| !event["activityTaskCompletedEventAttributes"].is_null();
    let last = history.events.iter().rev().find(done).context("nothing was done")?;
    seconds(last["eventTime"].as_str().context("no time")?)
}

/// How long each activity ran, in order, seconds.
fn phases(history: &History) -> Result<Vec<(String, f64)>> {
    let (mut names, mut starts, mut phases) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
    for event in &history.events {
        let time = seconds(event["eventTime"].as_str().context("no time")?)?;
        let scheduled = |attributes: &str| event[attributes]["scheduledEventId"].as_str().map(str::to_owned);
        if let Some(name) = event["activityTaskScheduledEventAttributes"]["activityType"]["name"].as_str() {
            names.insert(event["eventId"].as_str().unwrap_or_default().to_owned(), name.to_owned());
        } else if let Some(id) = scheduled("activityTaskStartedEventAttributes") {
            starts.insert(id, time);
        } else if let Some(id) = scheduled("activityTaskCompletedEventAttributes") {
            let (name, start) = names.get(&id).zip(starts.get(&id)).context("it never began")?;
            phases.push((name.clone(), time - start));
        }
    }
    Ok(phases)
}

/// Seconds of the day of a time like `2026-01-02T03:04:05.678Z`; no bench runs at midnight.
fn seconds(time: &str) -> Result<f64> {
    let clock = time.split(['T', 'Z']).nth(1).context("no clock")?;
    let parts: Vec<f64> = clock.split(':').filter_map(|part| part.parse().ok()).collect();
    ensure!(parts.len() == 3, "{time}");
    Ok(parts[0] * 3600.0 + parts[1] * 60.0 + parts[2])
}
