//! Every refusal over HTTP: code, status, both languages; and nothing is left behind.

use anyhow::{Context, Result};
use eightcount_domain::{ChoreographyStatus, StepId};
use eightcount_tests::{
    Answer, Dance, Data, Fixture, Instance, PERFORMANCES, Problem, Upload, ffmpeg, half_made_files,
    workflow_ids,
};
use reqwest::{Body, Method};
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

const NOWHERE: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
const NOBODY: &str = "01234567-89ab-cdef-0123-456789abcdef";
const LANGUAGES: [&str; 2] = ["en-GB,en;q=0.9", "ko-KR,ko;q=0.9,en;q=0.8"];

/// Everything that a refusal could leave behind.
#[derive(Debug, PartialEq, Eq)]
struct Traces {
    songs: usize,
    performances: usize,
    choreographies: usize,
    workflows: Vec<String>,
    files: BTreeSet<PathBuf>,
    half_made: Vec<PathBuf>,
}

impl Traces {
    async fn of(instance: &Instance, data: &Data) -> Result<Self> {
        let count = async |what: &str| -> Result<usize> {
            let page: Value = instance.http.read(&format!("/api/{what}?limit=200")).await?;
            Ok(page["items"].as_array().context("no items")?.len())
        };
        Ok(Self {
            songs: count("songs").await?,
            performances: count("performances").await?,
            choreographies: count("choreographies").await?,
            workflows: workflow_ids(instance, "WorkflowType != ''")?,
            files: files(&data.path().join("blobs"))?,
            half_made: half_made_files(data.path())?,
        })
    }
}

fn files(folder: &Path) -> Result<BTreeSet<PathBuf>> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { found.extend(files(&path)?) } else { found.extend([path]) }
    }
    Ok(found)
}

/// The same request in both languages is refused alike, each time in its own words.
struct Refused<'a> {
    instance: &'a Instance,
}

impl Refused<'_> {
    async fn both(
        &self,
        code: &str,
        status: u16,
        ask: impl AsyncFn(&[(&str, &str)]) -> Result<Answer>,
    ) -> Result<Problem> {
        let mut problems = Vec::new();
        for language in LANGUAGES {
            let answer = ask(&[("accept-language", language)]).await.with_context(|| code.to_owned())?;
            let problem = answer.problem().with_context(|| format!("expecting {code}"))?;
            assert_eq!((problem.code.as_str(), answer.status), (code, status), "{}", answer.said());
            assert_eq!(problem.status, status);
            assert!(!problem.request_id.is_empty());
            problems.push(problem);
        }
        let hangul = |text: &str| text.chars().any(|c| ('가'..='힣').contains(&c));
        let (english, korean) = (&problems[0], &problems[1]);
        assert!(!hangul(&english.title) && !hangul(&english.detail), "{english:?}");
        assert!(hangul(&korean.title) && hangul(&korean.detail), "{korean:?}");
        for word in ["ffmpeg", "ffprobe", "/", "panicked", "sqlx"] {
            // Addresses of the API and names of formats may be told.
            let told = english.detail.replace("/api/", "").replace("/docs", "");
            assert!(!told.contains(word), "{english:?} tells {word}");
        }
        Ok(problems.remove(0))
    }

    async fn upload(&self, what: &str, upload: Upload<'_>, code: &str, status: u16) -> Result<Problem> {
        let bytes = match upload {
            Upload::File(file) => fs::read(file)?,
            Upload::Bytes(bytes) => bytes.to_owned(),
        };
        let path = format!("/api/{what}");
        self.both(code, status, async |headers| {
            self.instance.http.upload(&path, Upload::Bytes(&bytes), headers).await
        })
        .await
    }

    async fn json(
        &self,
        method: &Method,
        path: &str,
        body: &Value,
        code: &str,
        status: u16,
    ) -> Result<Problem> {
        self.both(code, status, async |headers| {
            let mut all = vec![("content-type", "application/json")];
            all.extend(headers);
            self.instance.http.send(method.clone(), path, &all, Some(body.to_string().into())).await
        })
        .await
    }

    async fn get(&self, path: &str, code: &str) -> Result<Problem> {
        self.both(code, 404, async |headers| self.instance.http.get_with(path, headers).await).await
    }
}

/// Files nobody can dance to, made once.
fn bad_file(folder: &Path, name: &str, arguments: &[&str]) -> Result<PathBuf> {
    let file = folder.join(name);
    let mut all: Vec<&str> = arguments.to_vec();
    let path = file.to_string_lossy().into_owned();
    all.push(&path);
    ffmpeg(all)?;
    Ok(file)
}

#[tokio::test]
async fn bad_uploads_are_refused_and_leave_nothing() -> Result<()> {
    let fixture = Fixture::get().await?;
    let data = fixture.data()?;
    let instance = Instance::start_with(data.path(), &["--upload-max-mib", "16"]).await?;
    let refused = Refused { instance: &instance };
    let before = Traces::of(&instance, &data).await?;
    let bad = data.path().join("bad");
    fs::create_dir(&bad)?;

    for what in ["songs", "performances"] {
        refused.upload(what, Upload::Bytes(b""), "empty_file", 422).await?;
        refused
            .upload(what, Upload::Bytes(&b"no music at all\n".repeat(100)), "unrecognised_format", 415)
            .await?;
        let playlist =
            b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n";
        refused.upload(what, Upload::Bytes(playlist), "playlist_refused", 415).await?;
        let list = b"ffconcat version 1.0\nfile '/etc/passwd'\n";
        refused.upload(what, Upload::Bytes(list), "playlist_refused", 415).await?;
    }
    let silent =
        ["-f", "lavfi", "-i", "testsrc=s=320x180:r=30:d=10", "-c:v", "libx264", "-preset", "ultrafast"];
    let silent = bad_file(&bad, "silent.mp4", &silent)?;
    refused.upload("songs", Upload::File(&silent), "no_audio_stream", 422).await?;
    refused.upload("performances", Upload::File(&fixture.song_file), "no_video_stream", 422).await?;

    let short = bad_file(&bad, "short.wav", &["-f", "lavfi", "-i", "sine=d=3"])?;
    let short = refused.upload("songs", Upload::File(&short), "too_short", 422).await?;
    assert!(short.limit.is_some_and(|limit| limit.ends_with(" s")));
    let long = bad_file(&bad, "long.flac", &["-f", "lavfi", "-i", "anullsrc=r=8000:cl=mono", "-t", "1230"])?;
    let long = refused.upload("songs", Upload::File(&long), "too_long", 422).await?;
    assert!(long.limit.is_some_and(|limit| limit.ends_with(" s")));
    let cut_off = bad_file(&bad, "whole.m4a", &["-i", &fixture.song_file.to_string_lossy(), "-c:a", "aac"])?;
    let cut_off = fs::read(cut_off)?;
    refused.upload("songs", Upload::Bytes(&cut_off[..cut_off.len() / 2]), "damaged_media", 422).await?;
    too_large_is_refused_unread(&refused).await?;
    too_large_is_refused_while_it_comes(&refused).await?;

    assert_eq!(Traces::of(&instance, &data).await?, before, "a refused upload left something");
    instance.stop().await
}

/// Announced, it need not be sent at all.
async fn too_large_is_refused_unread(refused: &Refused<'_>) -> Result<()> {
    for what in ["songs", "performances"] {
        let path = format!("/api/{what}");
        let problem = refused
            .both("too_large", 413, async |headers| {
                refused.instance.http.announce(&path, 3 << 30, headers).await
            })
            .await?;
        assert!(problem.limit.is_some_and(|limit| limit.ends_with(" bytes")));
    }
    Ok(())
}

/// Sent in pieces, nobody knows how much will come.
async fn too_large_is_refused_while_it_comes(refused: &Refused<'_>) -> Result<()> {
    for what in ["songs", "performances"] {
        let problem = refused
            .both("too_large", 413, async |headers| {
                let pieces = (0..17).map(|_| Ok::<_, std::io::Error>(vec![b'e'; 1 << 20]));
                let body = Body::wrap_stream(futures::stream::iter(pieces));
                refused.instance.http.send(Method::POST, &format!("/api/{what}"), headers, Some(body)).await
            })
            .await?;
        assert_eq!(problem.limit.as_deref(), Some("16777216 bytes"));
    }
    Ok(())
}

#[tokio::test]
async fn bad_wishes_are_refused_and_leave_nothing() -> Result<()> {
    let fixture = Fixture::get().await?;
    let data = fixture.data()?;
    let instance = Instance::start(data.path()).await?;
    let refused = Refused { instance: &instance };
    let before = Traces::of(&instance, &data).await?;
    let post = Method::POST;

    let wish = |song: &str, start_ms: u64, end_ms: u64| json!({ "song": song, "section": { "start_ms": start_ms, "end_ms": end_ms } });
    let song = fixture.song.to_string();
    let create = "/api/choreographies";
    refused.json(&post, create, &wish(&song, 10_000, 9_000_000), "section_outside_song", 422).await?;
    refused.json(&post, create, &wish(&song, 20_000, 10_000), "section_outside_song", 422).await?;
    let short = refused.json(&post, create, &wish(&song, 10_000, 14_000), "section_too_short", 422).await?;
    assert_eq!(short.limit.as_deref(), Some("2 eights"));
    refused.json(&post, create, &wish(NOWHERE, 10_000, 30_000), "unknown_song", 404).await?;
    refused.json(&post, create, &json!({ "song": song }), "bad_request", 422).await?;

    refused.get(&format!("/api/songs/{NOWHERE}"), "unknown_song").await?;
    refused.get(&format!("/api/performances/{NOWHERE}"), "unknown_performance").await?;
    refused.get(&format!("/api/steps/{NOWHERE}.0/thumbnail"), "unknown_step").await?;
    refused.get(&format!("/api/takes/{NOWHERE}"), "unknown_take").await?;
    for rest in ["", "/eights/0/candidates", "/stages", "/product", "/events", "/report"] {
        refused.get(&format!("{create}/{NOBODY}{rest}"), "unknown_choreography").await?;
    }
    let selection = json!({ "step": format!("{NOWHERE}.0"), "revision": 0 });
    let path = format!("{create}/{NOBODY}/eights/0/selection");
    refused.json(&Method::PUT, &path, &selection, "unknown_choreography", 404).await?;
    assert_eq!(Traces::of(&instance, &data).await?, before, "a refused wish left something");

    with_every_step_hidden(&refused, fixture, &wish(&song, 20_000, 40_000)).await?;
    assert_eq!(Traces::of(&instance, &data).await?, before, "a wish without a library left something");
    bad_selections_are_refused(&refused, fixture).await?;
    instance.stop().await
}

/// An empty library says how to fill it.
async fn with_every_step_hidden(refused: &Refused<'_>, fixture: &Fixture, wish: &Value) -> Result<()> {
    let http = &refused.instance.http;
    let mut steps = Vec::new();
    for performance in fixture.colours.keys() {
        let shown: Value = http.read(&format!("/api/performances/{performance}")).await?;
        let ids = shown["steps"].as_array().context("no steps")?.iter();
        steps.extend(ids.filter_map(|step| Some(step["id"].as_str()?.to_owned())));
    }
    assert!(steps.len() > PERFORMANCES.len());
    for hidden in [true, false] {
        for step in &steps {
            let answer = http.put(&format!("/api/steps/{step}/hidden"), &json!({ "hidden": hidden })).await?;
            assert_eq!(answer.status, 204, "{}", answer.said());
        }
        if hidden {
            let told = refused.json(&Method::POST, "/api/choreographies", wish, "empty_library", 409).await?;
            assert!(told.detail.contains("eightcount ingest"), "{told:?}");
        }
    }
    Ok(())
}

/// What was not offered, not open, or seen too long ago.
async fn bad_selections_are_refused(refused: &Refused<'_>, fixture: &Fixture) -> Result<()> {
    let put = Method::PUT;
    let dance = Dance::start(&refused.instance.http, &fixture.start(4..7, 96)?).await?;
    let offered = dance.candidates(0).await?.candidates;
    let steps: Vec<StepId> = offered.into_iter().map(|candidate| candidate.step).collect();
    let wish = |step: &StepId, revision: u32| json!({ "step": step.to_string(), "revision": revision });
    let selection = |eight: u32| dance.path(&format!("/eights/{eight}/selection"));
    let stranger = (0..).map(|index| StepId { performance: steps[0].performance.clone(), index });
    let stranger = stranger.into_iter().find(|step| !steps.contains(step)).context("all were offered")?;

    refused.json(&put, &selection(0), &wish(&stranger, 0), "step_not_offered", 409).await?;
    refused.json(&put, &selection(1), &wish(&steps[0], 0), "eight_not_open", 409).await?;
    refused.json(&put, &selection(0), &wish(&steps[0], 7), "stale_revision", 409).await?;
    refused.json(&put, &selection(99), &wish(&steps[0], 0), "unknown_eight", 404).await?;
    refused.get(&dance.path("/eights/99/candidates"), "unknown_eight").await?;
    let incomplete = dance.path("/finish");
    refused.json(&Method::POST, &incomplete, &Value::Null, "choreography_incomplete", 409).await?;
    let state = dance.state().await?;
    assert_eq!((state.revision, state.refused_signal), (0, None), "a refused selection changed something");
    assert!(state.eights.iter().all(|eight| eight.selection.is_none()));

    assert_eq!(refused.instance.http.post(&dance.path("/cancel"), &Value::Null).await?.status, 202);
    dance.until("it is cancelled", |state| state.status == ChoreographyStatus::Cancelled).await?;
    refused.json(&put, &selection(0), &wish(&steps[0], 0), "choreography_finished", 409).await?;
    Ok(())
}
