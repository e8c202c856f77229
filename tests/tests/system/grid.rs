//! The user corrects the beats of a song.

use anyhow::{Context, Result};
use eightcount_domain::{ChoreographyOptions, Millis, Section};
use eightcount_tests::{Answer, Dance, Fixture, Http, Instance, SONG_BPM, Start, Upload, ffmpeg, until};
use serde_json::{Value, json};
use std::time::Duration;

/// Hearing half a minute of audio on a busy machine.
const HEARD_WITHIN: Duration = Duration::from_secs(60);

async fn change(http: &Http, song: &str, revision: u32, change: Value) -> Result<Answer> {
    let wish = json!({ "revision": revision, "change": change });
    http.patch(&format!("/api/songs/{song}/grid?peaks=1"), &wish).await
}

fn tempo(song: &Value) -> f64 {
    song["heard"]["tempo_bpm"].as_f64().unwrap_or(0.0)
}

#[tokio::test]
async fn corrected_beats_are_a_new_revision_and_dances_keep_theirs() -> Result<()> {
    let fixture = Fixture::get().await?;
    let data = fixture.data()?;
    let instance = Instance::start(data.path()).await?;
    let (http, song) = (&instance.http, fixture.song.to_string());
    let section = Section { start_ms: Millis(10_000), end_ms: Millis(30_000) };
    let options = ChoreographyOptions { resolution: 96, previews: false, ..ChoreographyOptions::default() };
    let start = Start { song: fixture.song.clone(), section, options };
    let dance = Dance::start(http, &start).await?;
    let before = dance.until("it is cut into eights", |state| !state.eights.is_empty()).await?;

    let doubled: Value = change(http, &song, 0, json!({ "kind": "double" })).await?.json()?;
    assert_eq!(doubled["grid"]["revision"], 1);
    assert!((tempo(&doubled) - 2.0 * SONG_BPM).abs() < 1.0, "{}", tempo(&doubled));
    let again: Value = change(http, &song, 0, json!({ "kind": "double" })).await?.json()?;
    assert_eq!(again["grid"], doubled["grid"], "the same wish twice is one");
    let stale = change(http, &song, 0, json!({ "kind": "halve" })).await?.problem()?;
    assert_eq!((stale.code.as_str(), stale.status), ("stale_grid", 409));
    let future = change(http, &song, 7, json!({ "kind": "halve" })).await?.problem()?;
    assert_eq!(future.code, "stale_grid");
    let refused = change(http, &song, 1, json!({ "kind": "double" })).await?.problem()?;
    assert_eq!((refused.code.as_str(), refused.status), ("grid_change_refused", 422));
    assert_eq!(refused.limit.as_deref(), Some("doubled or halved once, 20 to 400 BPM"));

    let shown: Value = http.read(&format!("/api/songs/{song}")).await?;
    assert_eq!(shown["grid"], doubled["grid"], "the song has the grid from then on");
    let after = dance.state().await?;
    assert_eq!(after.eights.len(), before.eights.len(), "what was started keeps its grid");
    assert_eq!(after.options.grid, Some(eightcount_domain::GridCorrection::default()));
    let next = Dance::start(http, &start).await?;
    let next = next.until("it is cut into eights", |state| !state.eights.is_empty()).await?;
    assert_eq!(next.options.grid.map(|grid| grid.octave), Some(1));
    assert!(next.eights.len() >= 2 * before.eights.len() - 1, "eights are half as long");

    let later: Value = change(http, &song, 1, json!({ "kind": "shift", "beats": 1.0 })).await?.json()?;
    let start_s = |song: &Value| song["heard"]["eights"][1]["start_s"].as_f64().unwrap_or(0.0);
    let beat = 30.0 / SONG_BPM;
    let shift = (start_s(&later) - start_s(&doubled)).rem_euclid(8.0 * beat);
    assert!((shift - beat).abs() < 0.01, "eights start {shift} s later");
    let reset: Value = change(http, &song, 2, json!({ "kind": "reset" })).await?.json()?;
    assert_eq!((&reset["grid"]["revision"], tempo(&reset)), (&json!(3), tempo(&doubled) / 2.0));
    instance.stop().await
}

#[tokio::test]
async fn where_no_beats_are_found_the_user_taps_them() -> Result<()> {
    let fixture = Fixture::get().await?;
    let data = fixture.data()?;
    let instance = Instance::start(data.path()).await?;
    let http = &instance.http;
    let file = data.path().join("hum.flac");
    let path = file.to_string_lossy();
    ffmpeg(["-f", "lavfi", "-i", "sine=frequency=200:duration=30", &path])?;
    let taken: Value = http.upload("/api/songs", Upload::File(&file), &[]).await?.json()?;
    let song = taken["id"].as_str().context("no id")?.to_owned();
    let failed = until("no beats are found", HEARD_WITHIN, async || {
        let now: Value = http.read(&format!("/api/songs/{song}")).await?;
        Ok((now["status"] == "failed").then_some(now))
    })
    .await?;
    assert_eq!(failed["failure"], "no_beats");
    let sure = failed["no_beats_confidence"].as_f64().context("no beats, but not how sure that is")?;
    assert!((0.0..=1.0).contains(&sure), "{sure}");

    let halved = change(http, &song, 0, json!({ "kind": "halve" })).await?.problem()?;
    assert_eq!(halved.code, "song_failed");
    let uneven = json!({ "kind": "tap", "times_s": [1.0, 1.1, 3.0, 3.1, 7.0] });
    assert_eq!(change(http, &song, 0, uneven).await?.problem()?.code, "grid_change_refused");
    let taps: Vec<f64> = (0..8).map(|tap| 4.0 + 0.5 * f64::from(tap)).collect();
    let tapped: Value = change(http, &song, 0, json!({ "kind": "tap", "times_s": taps })).await?.json()?;
    assert_eq!((&tapped["status"], &tapped["failure"]), (&json!("ready"), &Value::Null));
    assert_eq!(tapped["no_beats_confidence"], Value::Null);
    assert!((tempo(&tapped) - 120.0).abs() < 0.1, "{}", tempo(&tapped));
    let eights = tapped["heard"]["eights"].as_array().context("no eights")?;
    assert!(eights.iter().any(|eight| (eight["start_s"].as_f64().unwrap_or(0.0) - 4.0).abs() < 0.01));
    instance.stop().await
}
