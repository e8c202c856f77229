//! Songs that cannot be danced to: not yet, not at all, or not for so long.

use anyhow::{Context, Result};
use eightcount_tests::{Data, Fixture, Http, Instance, PartProcess, Upload, ffmpeg, until};
use serde_json::{Value, json};
use std::{path::Path, time::Duration};

/// Hearing a few minutes of music on a busy machine.
const HEARD_WITHIN: Duration = Duration::from_secs(120);

/// A sound made by ffmpeg.
fn sound(file: &Path, expression: &str, seconds: u32) -> Result<()> {
    let source = format!("aevalsrc={expression}:s=22050:d={seconds}");
    ffmpeg(["-f", "lavfi", "-i", &source, &file.to_string_lossy()]).map(|_| ())
}

async fn upload(http: &Http, file: &Path) -> Result<String> {
    let taken: Value = http.upload("/api/songs", Upload::File(file), &[]).await?.json()?;
    Ok(taken["id"].as_str().context("no id")?.to_owned())
}

async fn settled(http: &Http, song: &str) -> Result<Value> {
    until("the song is heard", HEARD_WITHIN, async || {
        let song: Value = http.read(&format!("/api/songs/{song}")).await?;
        Ok(Some(song).filter(|song| song["status"] != "hearing"))
    })
    .await
}

/// What a wish for a part of the song is answered with: status and code.
async fn wish(http: &Http, song: &str, end_ms: u64) -> Result<(u16, String)> {
    let wish = json!({ "song": song, "section": { "start_ms": 1000, "end_ms": end_ms } });
    let answer = http.post("/api/choreographies", &wish).await?;
    Ok((answer.status, answer.problem()?.code))
}

#[tokio::test]
async fn a_song_is_refused_until_it_is_heard_and_when_nothing_is_heard_in_it() -> Result<()> {
    let fixture = Fixture::get().await?;
    let data = fixture.data()?;
    let files = Data::empty()?;
    let instance = Instance::start_without_workers(data.path()).await?;
    // Uploads are looked at on the queue audio; hearing is led from the queue choreo, where nobody works yet.
    let audio = PartProcess::worker_of(data.path(), "audio").await?;
    let silence = files.path().join("silence.wav");
    sound(&silence, "0", 30)?;
    let song = upload(&instance.http, &silence).await?;
    assert_eq!(wish(&instance.http, &song, 20_000).await?, (409, "song_not_ready".to_owned()));

    let all = PartProcess::worker(data.path()).await?;
    let heard = settled(&instance.http, &song).await?;
    assert_eq!((&heard["status"], &heard["failure"]), (&json!("failed"), &json!("no_beats")), "{heard}");
    assert_eq!(wish(&instance.http, &song, 20_000).await?, (409, "song_failed".to_owned()));
    // It can be tapped, so it is shown.
    let waveform: Value = instance.http.read(&format!("/api/songs/{song}/waveform")).await?;
    assert!(waveform["peaks"].as_array().is_some_and(|peaks| peaks.len() > 500), "{waveform}");
    audio.stop().await?;
    all.stop().await?;
    instance.stop().await
}

#[tokio::test]
async fn a_section_of_more_eights_than_anyone_chooses_for_is_refused() -> Result<()> {
    let fixture = Fixture::get().await?;
    let data = fixture.data()?;
    let files = Data::empty()?;
    let instance = Instance::start(data.path()).await?;
    let long = files.path().join("long.flac");
    // 120 BPM: 128 eights are 512 s.
    sound(&long, "'exp(-30*mod(t,0.5))*sin(2*PI*90*mod(t,0.5))'", 530)?;
    let song = upload(&instance.http, &long).await?;
    let heard = settled(&instance.http, &song).await?;
    assert_eq!(heard["status"], "ready", "{}", heard["failure"]);
    assert_eq!(wish(&instance.http, &song, 529_000).await?, (422, "section_too_long".to_owned()));
    instance.stop().await
}
