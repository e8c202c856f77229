//! Ingest: what is killed goes on, what is silent is danced all the same, what fails leaves nothing, and what was analysed
//! can be analysed again.

use anyhow::{Context, Result, ensure};
use eightcount_tests::{
    Data, Http, Instance, PartProcess, Upload, ffmpeg, half_made_files, heartbeats, keep_history, until,
    write_figure,
};
use serde_json::{Value, json};
use std::{fs, path::Path, time::Duration};

/// A short performance on a busy machine.
const INGESTED_WITHIN: Duration = Duration::from_secs(240);
const BPM: f64 = 120.0;
const SECONDS: f64 = 17.0;

async fn uploaded(http: &Http, file: &Path) -> Result<String> {
    let taken: Value =
        http.upload("/api/performances?title=Figure", Upload::File(file), &[]).await?.json()?;
    Ok(taken["id"].as_str().context("no id")?.to_owned())
}

async fn ended(http: &Http, id: &str) -> Result<Value> {
    until("the ingest has ended", INGESTED_WITHIN, async || {
        // Workers come and go meanwhile, the API stays.
        let now: Value = http.get(&format!("/api/performances/{id}")).await?.json()?;
        Ok((now["status"] != "ingesting").then_some(now))
    })
    .await
}

fn blobs(data: &Data) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for folder in fs::read_dir(data.path().join("blobs/blobs"))?.flatten() {
        if let Ok(entries) = fs::read_dir(folder.path()) {
            names.extend(entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()));
        }
    }
    names.sort_unstable();
    Ok(names)
}

/// Parts of the search for people that are stored.
fn parts(data: &Data) -> usize {
    let listed = fs::read_dir(data.path().join("blobs/incoming"));
    listed.map_or(0, |entries| entries.flatten().count())
}

#[tokio::test]
async fn a_killed_ingest_goes_on_and_is_the_same_when_done_again() -> Result<()> {
    let data = Data::empty()?;
    let file = data.path().join("figure.mp4");
    write_figure(&file, (640, 360), BPM, SECONDS, true)?;
    let instance = Instance::start_without_workers(data.path()).await?;
    let worker = PartProcess::worker(data.path()).await?;
    let id = uploaded(&instance.http, &file).await?;
    until("a heartbeat tells of a part that was looked at", INGESTED_WITHIN, async || {
        let told = heartbeats(&instance, &format!("ingest:{id}"))?;
        Ok(told.iter().any(|beat| beat["mark"].is_string()).then_some(()))
    })
    .await?;
    worker.kill();
    let worker = PartProcess::worker(data.path()).await?;
    let performance = ended(&instance.http, &id).await?;
    ensure!(performance["status"] == "published", "{performance}");
    let went_on = worker.said()?.lines().filter(|line| line.contains("looking for people")).any(|line| {
        let looks = line.split("looks=").nth(1).and_then(|rest| rest.split([' ', ',']).next());
        looks.and_then(|looks| looks.parse::<u32>().ok()).is_some_and(|looks| looks >= 32)
    });
    assert!(went_on, "the second worker looked at everything again:\n{}", worker.said()?);
    assert_eq!(parts(&data), 0, "parts stay behind");

    let steps = performance["steps"].as_array().context("no steps")?;
    assert!(steps.len() >= 3, "{steps:?}");
    assert_eq!(performance["video"]["beats"]["from"], "music");
    assert!((performance["video"]["tempo_bpm"].as_f64().context("no tempo")? - BPM).abs() < 1.0);
    for step in steps {
        assert_eq!(step["movement_tier"], "joints", "{step}");
        let preview = instance.http.get(step["preview_url"].as_str().context("no preview")?).await?;
        assert!(preview.body.len() > 2000 && preview.body[4..8] == *b"ftyp");
    }

    // Done again it is the same, and a curator's word is kept.
    let path = format!("/api/performances/{id}/analysis");
    let first = steps[0]["id"].as_str().context("no id")?;
    instance.http.put(&format!("/api/steps/{first}/hidden"), &json!({ "hidden": true })).await?;
    let idle = instance.http.post(&path, &json!({})).await?;
    assert_eq!(idle.status, 200, "this release made them");
    let begun = instance.http.post(&format!("{path}?force=true"), &json!({})).await?;
    assert_eq!(begun.status, 202);
    until("it is analysed again", INGESTED_WITHIN, async || {
        let now: Value = instance.http.get(&path).await?.json()?;
        ensure!(now["progress"]["phase"] != "failed", "{now}");
        Ok((now["progress"]["phase"] == "published").then_some(()))
    })
    .await?;
    let mut again: Value = instance.http.get(&format!("/api/performances/{id}")).await?.json()?;
    assert_eq!(again["steps"][0]["hidden"], true);
    again["steps"][0]["hidden"] = json!(false);
    assert_eq!(again["steps"], performance["steps"]);
    worker.stop().await?;
    instance.stop().await?;
    assert_eq!(half_made_files(data.path())?, Vec::<std::path::PathBuf>::new());
    Ok(())
}

#[tokio::test]
async fn silent_dancers_have_beats_and_silent_walls_leave_nothing() -> Result<()> {
    let data = Data::empty()?;
    let file = data.path().join("silent.mp4");
    write_figure(&file, (360, 640), BPM, SECONDS, false)?;
    let wall = data.path().join("wall.mp4");
    let still = ["-f", "lavfi", "-i", "testsrc=s=320x180:r=30:d=1,tpad=stop_mode=clone:stop_duration=11"];
    let encode = ["-c:v", "libx264", "-preset", "ultrafast", &wall.to_string_lossy()];
    ffmpeg(still.iter().chain(&encode))?;
    let instance = Instance::start(data.path()).await?;

    let before = blobs(&data)?;
    let wall = uploaded(&instance.http, &wall).await?;
    let refused = ended(&instance.http, &wall).await?;
    assert_eq!((&refused["status"], &refused["failure"]), (&json!("failed"), &json!("no_beats")));
    assert_eq!(blobs(&data)?, before, "a failed ingest leaves blobs behind");

    let silent = uploaded(&instance.http, &file).await?;
    let danced = ended(&instance.http, &silent).await?;
    assert_eq!(danced["status"], "published", "{danced}");
    keep_history(&instance, &format!("ingest:{silent}"), "ingest").await?;
    assert_eq!(danced["video"]["beats"]["from"], "movement");
    let tempo = danced["video"]["tempo_bpm"].as_f64().context("no tempo")?;
    assert!((tempo - BPM).abs() < 3.0, "{tempo}");
    // The figure stops on multiples of half a second.
    let steps = danced["steps"].as_array().context("no steps")?;
    let beats = steps.iter().flat_map(|step| step["beats_s"].as_array().into_iter().flatten());
    let off: Vec<f64> =
        beats.filter_map(Value::as_f64).map(|beat| (2.0 * beat - (2.0 * beat).round()) / 2.0).collect();
    let mean = off.iter().map(|off| off.abs()).sum::<f64>() / off.len() as f64;
    println!("beats of a silent dancer: {tempo:.1} BPM, {mean:.3} s off at the mean, {} steps", steps.len());
    assert!(mean < 0.06, "{off:?}");
    instance.stop().await
}
