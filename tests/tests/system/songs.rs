//! Songs that cannot be danced to: not yet, not at all, or not for so long.

use anyhow::{Context, Result};
use eightcount_audio::evaluation::{metrics::f_measure, synth};
use eightcount_tests::{Data, Fixture, Http, Instance, PartProcess, Upload, ffmpeg, until};
use serde_json::{Value, json};
use std::{fs, path::Path, time::Duration};

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

/// Loudness of a file by ffmpeg's own meter, LUFS.
fn ffmpegs_loudness(file: &Path) -> Result<f64> {
    let meter = "ebur128=metadata=1,ametadata=print:key=lavfi.r128.I:file=-";
    let told = ffmpeg(["-i", &file.to_string_lossy(), "-af", meter, "-f", "null", "-"])?;
    let told = String::from_utf8(told)?;
    let last = told.lines().rev().find_map(|line| line.strip_prefix("lavfi.r128.I="));
    Ok(last.context("ffmpeg says no loudness")?.parse()?)
}

/// The same music as a telephone has it, as a studio has it, and around the listener.
const LAYOUTS: [(&str, &str); 4] = [
    ("telephone.wav", "-ar 8000 -c:a pcm_s16le"),
    ("studio.wav", "-ac 2 -ar 96000 -c:a pcm_s24le"),
    (
        "around.flac",
        "-af pan=5.1|FL=0.7*c0|FR=0.7*c0|FC=0.5*c0|LFE=0.2*c0|BL=0.2*c0|BR=0.2*c0 -ar 192000 -c:a flac",
    ),
    ("left.ogg", "-af pan=stereo|FL=c0|FR=0*c0 -ar 22050 -c:a libvorbis"),
];

#[tokio::test]
async fn music_of_any_rate_and_layout_is_heard() -> Result<()> {
    let fixture = Fixture::get().await?;
    let data = fixture.data()?;
    let files = Data::empty()?;
    let instance = Instance::start(data.path()).await?;
    let clip = synth::rock(120.0, 24.0);
    let samples = files.path().join("clip.f32");
    fs::write(&samples, clip.pcm.iter().flat_map(|sample| sample.to_le_bytes()).collect::<Vec<_>>())?;
    let input =
        ["-f", "f32le", "-ar", "44100", "-ac", "1", "-i", &samples.to_string_lossy()].map(str::to_owned);
    for (name, layout) in LAYOUTS {
        let file = files.path().join(name);
        let arguments = input.iter().map(String::as_str).chain(layout.split(' '));
        ffmpeg(arguments.chain([&*file.to_string_lossy()]))?;
        let heard = settled(&instance.http, &upload(&instance.http, &file).await?).await?;
        assert_eq!(heard["status"], "ready", "{name}: {}", heard["failure"]);
        let beats = heard["heard"]["beats_s"].as_array().context("no beats")?;
        let beats: Vec<f64> = beats.iter().filter_map(Value::as_f64).collect();
        let f = f_measure(&clip.beats, &beats);
        assert!(f > 0.95, "{name}: F {f}");
        let lufs = heard["heard"]["loudness_lufs"].as_f64().context("no loudness")?;
        let reference = ffmpegs_loudness(&file)?;
        // Ours meters what was resampled to 44.1 kHz; clicks of 8 kHz read 0.2 LU lower so.
        let near = if name == "telephone.wav" { 0.3 } else { 0.1 };
        assert!((lufs - reference).abs() < near, "{name}: {lufs} LUFS, ffmpeg says {reference}");
    }
    let short = files.path().join("short.wav");
    let arguments = input.iter().map(String::as_str).chain(["-t", "0.2"]);
    ffmpeg(arguments.chain([&*short.to_string_lossy()]))?;
    let refused = instance.http.upload("/api/songs", Upload::File(&short), &[]).await?.problem()?;
    assert_eq!((refused.code.as_str(), refused.limit.is_some()), ("too_short", true));
    instance.stop().await
}
