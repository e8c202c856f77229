//! From an uploaded song to the product.

use anyhow::{Context, Result, ensure};
use eightcount_domain::{ChoreographyState, ChoreographyStatus, StageName};
use eightcount_tests::{
    Dance, Fixture, History, Instance, SONG_BPM, SONG_FIRST_BEAT_S, SONG_TITLE, boxes, corner_colours,
    cut_position, ffmpegs_of, half_made_files, keep_history, measure, processes_of, sound_delay_s, until,
};
use serde_json::Value;
use std::{fs, path::Path, time::Duration};

/// Bytes that one payload may have.
const PAYLOAD_LIMIT_BYTES: usize = 64 * 1024;
const FPS: f64 = 30.0;

#[tokio::test]
async fn a_song_becomes_a_dance() -> Result<()> {
    let fixture = Fixture::get().await?;
    let data = fixture.data()?;
    let instance = Instance::start(data.path()).await?;
    the_song_is_heard(fixture);

    let dance = Dance::start(&instance.http, &fixture.compared()?).await?;
    let state = dance.until("it is cut into eights", |state| state.eights.len() == 4).await?;
    let begins = state.eights[0].section.start_ms.0 as f64 / 1000.0;
    assert!((begins - fixture.eights_s[4].0).abs() < 0.002, "the section starts at {begins}");
    let refused = instance.http.get(&dance.path("/product")).await?;
    assert_eq!(refused.problem()?.code, "choreography_incomplete");

    stages_come_when_they_are_due(&dance).await?;
    let product = dance.stage(StageName::Whole).await?;
    let state = dance.state().await?;
    assert_eq!(state.status, ChoreographyStatus::Complete);
    assert_eq!(state.progress_percent, 100);

    let file = data.path().join("product.mp4");
    downloads_behave(&dance, &file).await?;
    pictures_are_right(fixture, &state, &file)?;
    sound_is_right(fixture, &state, &file)?;
    assert_eq!(measure(&file)?.frames, product.frames);
    the_report_tells(&dance, &state).await?;
    likeness_is_told(&dance, state.eights.len()).await?;

    // Elsewhere, with the same selections: the same bytes.
    let elsewhere = fixture.undisturbed().await?;
    let steps: Vec<_> =
        state.eights.iter().filter_map(|e| Some(e.selection.as_ref()?.step.clone())).collect();
    assert_eq!(steps, elsewhere.steps, "the best candidates are the same");
    assert_eq!(product.blob, elsewhere.product.blob);

    instance.http.post(&dance.path("/finish"), &Value::Null).await?.json::<Value>()?;
    dance.until("it is finished", |state| state.status == ChoreographyStatus::Finished).await?;
    history_is_small(&instance, &dance)?;
    keep_history(&instance, &dance.workflow_id(), "happy").await?;

    instance.stop().await?;
    assert_eq!(processes_of(data.path())?, [], "stopped is stopped");
    assert_eq!(half_made_files(data.path())?, Vec::<std::path::PathBuf>::new());
    Ok(())
}

/// The fixture's beats are where the drummer put them.
fn the_song_is_heard(fixture: &Fixture) {
    let beat = 60.0 / SONG_BPM;
    for heard in &fixture.beats_s {
        let place = (heard - SONG_FIRST_BEAT_S) / beat;
        let off = (place - place.round()).abs() * beat;
        assert!(off < 0.035, "a beat at {heard} s is {off} s off");
    }
    assert!(fixture.eights_s.len() >= 34, "{} eights were heard", fixture.eights_s.len());
}

/// How alike any two eights of the section are: a symmetric matrix.
async fn likeness_is_told(dance: &Dance, eights: usize) -> Result<()> {
    let told: Value = dance.http.read(&dance.path("/clusters")).await?;
    let rows: Vec<Vec<f64>> = serde_json::from_value(told["similarity"].clone())?;
    ensure!(rows.len() == eights && told["clusters"].as_array().map(Vec::len) == Some(eights), "{told}");
    for (i, row) in rows.iter().enumerate() {
        ensure!(row.len() == eights && (row[i] - 1.0).abs() < 1e-6, "row {i} of {told}");
        ensure!(
            row.iter().enumerate().all(|(j, s)| (0.0..=1.0).contains(s) && (s - rows[j][i]).abs() < 1e-6),
            "{told}"
        );
    }
    Ok(())
}

/// A quarter at half of the selections, a half at three quarters, all at the last; never earlier.
async fn stages_come_when_they_are_due(dance: &Dance) -> Result<()> {
    let names = |state: &ChoreographyState| state.stages.iter().map(|stage| stage.stage).collect::<Vec<_>>();
    dance.choose_best(0).await?;
    let offered = dance.candidates(1).await?;
    assert!(!offered.candidates.is_empty() && offered.candidates.iter().all(|c| !c.reasons.is_empty()));
    // Their order is the business of `choreo`: roles and what a step leads to count beside the score.
    assert!(offered.candidates.iter().all(|c| c.score > 0.0 && c.score <= 1.0));
    let shown: Value = dance.http.read(&dance.path("/eights/1/candidates")).await?;
    for candidate in shown["candidates"].as_array().context("no candidates")? {
        let terms = candidate["terms"].as_array().context("no terms")?;
        let sum = |of: &dyn Fn(&Value) -> Option<f64>| terms.iter().map(of).sum::<Option<f64>>();
        let weights = sum(&|term| term["weight"].as_f64()).context("no weights")?;
        let score =
            sum(&|term| Some(term["value"].as_f64()? * term["weight"].as_f64()?)).context("no values")?;
        assert!((weights - 1.0).abs() < 1e-4, "{candidate}");
        assert!(candidate["score"].as_f64().is_some_and(|said| (said - score).abs() < 1e-4), "{candidate}");
    }
    assert_eq!(names(&dance.state().await?), []);
    dance.choose_best(1).await?;
    dance.stage(StageName::Quarter).await?;
    assert_eq!(names(&dance.state().await?), [StageName::Quarter]);
    dance.choose_best(2).await?;
    dance.stage(StageName::Half).await?;
    assert_eq!(names(&dance.state().await?), [StageName::Quarter, StageName::Half]);
    dance.choose_best(3).await?;
    dance.stage(StageName::Whole).await?;
    let stages: Vec<Value> = dance.http.read(&dance.path("/stages")).await?;
    let covered: Vec<_> = stages.iter().map(|stage| stage["eights"].as_u64()).collect();
    assert_eq!(covered, [Some(1), Some(2), Some(4)]);
    for stage in &stages {
        let video = dance.http.get(stage["url"].as_str().context("no url")?).await?;
        assert_eq!((video.status, video.header("content-type")?), (200, "video/mp4"));
    }
    Ok(())
}

/// The whole, parts of it, the name under which it is saved; ready to play while it loads.
async fn downloads_behave(dance: &Dance, file: &Path) -> Result<()> {
    let path = dance.path("/product");
    let whole = dance.http.get(&path).await?;
    assert_eq!(whole.status, 200);
    assert_eq!(whole.header("content-type")?, "video/mp4");
    let name = whole.header("content-disposition")?;
    assert!(name.starts_with("attachment") && name.contains(&format!("\"{SONG_TITLE}.mp4\"")), "{name}");
    let order = boxes(&whole.body)?;
    let place =
        |name: &str| order.iter().position(|found| found == name).with_context(|| format!("no {name}"));
    assert!(place("moov")? < place("mdat")?, "{order:?}");

    let length = whole.body.len();
    for (range, expected) in [
        ("bytes=0-99".to_owned(), 0..100),
        ("bytes=1000-1999".to_owned(), 1000..2000),
        ("bytes=-100".to_owned(), length - 100..length),
        (format!("bytes={}-", length - 7), length - 7..length),
    ] {
        let part = dance.http.get_with(&path, &[("range", &range)]).await?;
        assert_eq!(part.status, 206, "{range}");
        let told = format!("bytes {}-{}/{length}", expected.start, expected.end - 1);
        assert_eq!(part.header("content-range")?, told);
        assert!(part.body == whole.body[expected], "{range} holds other bytes");
    }
    let outside = dance.http.get_with(&path, &[("range", &format!("bytes={length}-"))]).await?;
    assert_eq!(outside.status, 416);
    let again = dance.http.get_with(&path, &[("if-none-match", whole.header("etag")?)]).await?;
    assert_eq!(again.status, 304);
    fs::write(file, whole.body)?;
    Ok(())
}

/// Every frame is counted and looked at: in the middle of each eight its own performance, at each boundary the change
/// from one to the other, within half a frame of the beat.
fn pictures_are_right(fixture: &Fixture, state: &ChoreographyState, file: &Path) -> Result<()> {
    let measured = measure(file)?;
    assert_eq!((measured.width, measured.height), (640, 360));
    let colours = corner_colours(file)?;
    let starts: Vec<f64> =
        state.eights.iter().map(|eight| eight.section.start_ms.0 as f64 / 1000.0).collect();
    let end = state.eights.last().context("no eights")?.section.end_ms.0 as f64 / 1000.0;
    let frame = |time: f64| (time - starts[0]) * FPS;
    assert_eq!(colours.len(), frame(end).round() as usize, "frames of the section");
    assert_eq!(colours.len() as u64, measured.frames);

    let mut shown = Vec::new();
    for (k, eight) in state.eights.iter().enumerate() {
        let step = &eight.selection.as_ref().context("no selection")?.step;
        let wanted = fixture.colour_of(step)?;
        let middle = frame(f64::midpoint(starts[k], starts.get(k + 1).copied().unwrap_or(end))) as usize;
        let nearest = fixture
            .colours
            .iter()
            .min_by(|a, b| distance(*a.1, colours[middle]).total_cmp(&distance(*b.1, colours[middle])));
        let (performance, _) = nearest.context("no colours")?;
        assert_eq!(*performance, step.performance, "eight {k} shows {:?}, not {wanted:?}", colours[middle]);
        shown.push(colours[middle]);
    }
    let mut worst = 0.0_f64;
    for k in 1..starts.len() {
        let beat = frame(starts[k]);
        let around = beat as usize - 12..beat as usize + 12;
        let cut = cut_position(&colours, shown[k - 1], shown[k], around)?;
        worst = worst.max((cut - beat).abs());
        // A hundredth of a frame for the rounding of times to milliseconds, a tenth for that of colours to bytes.
        assert!((cut - beat).abs() <= 0.5 + 0.11, "cut {k} is at frame {cut}, the beat at {beat}");
    }
    println!("{} frames, cuts at most {worst:.2} frames from the beats", colours.len());
    Ok(())
}

fn distance(a: [f64; 3], b: [f64; 3]) -> f64 {
    (0..3).map(|c| (a[c] - b[c]).powi(2)).sum::<f64>().sqrt()
}

/// The song, from where the section starts, for as long as the picture.
fn sound_is_right(fixture: &Fixture, state: &ChoreographyState, file: &Path) -> Result<()> {
    let measured = measure(file)?;
    assert!(measured.video.0.abs() < 0.001 && measured.audio.0.abs() < 0.001, "{measured:?}");
    let apart = (measured.video.1 - measured.audio.1).abs();
    assert!(apart <= 1.0 / FPS, "sound and picture end {apart} s apart");
    let start = state.eights[0].section.start_ms.0 as f64 / 1000.0;
    let late = sound_delay_s(file, &fixture.song_file, start, 8.0)?;
    println!("sound {:.2} ms late, ends {:.1} ms from the picture", late * 1000.0, apart * 1000.0);
    assert!(late.abs() < 0.002, "the sound is {late} s late");
    Ok(())
}

async fn the_report_tells(dance: &Dance, state: &ChoreographyState) -> Result<()> {
    let report: Value = dance.http.read(&dance.path("/report")).await?;
    assert_eq!(report["song_title"], SONG_TITLE);
    let eights = report["eights"].as_array().context("no eights")?;
    for (told, eight) in eights.iter().zip(&state.eights) {
        let step = eight.selection.as_ref().map(|selection| selection.step.to_string());
        assert_eq!(told["step"].as_str().map(str::to_owned), step);
        assert!(told["score"].as_f64().is_some_and(|score| (0.0..=1.0).contains(&score)), "{told}");
        assert!(told["reasons"].as_array().is_some_and(|reasons| !reasons.is_empty()), "{told}");
    }
    assert_eq!(eights.len(), state.eights.len());
    let cuts = report["cuts"].as_array().context("no cuts")?;
    assert_eq!(cuts.len() + 1, state.eights.len());
    for cut in cuts {
        assert_eq!(cut["seen"], Value::Null, "nobody asked: {cut}");
        assert!(cut["beat_offset_ms"].as_f64().is_some_and(|ms| ms.abs() <= 500.0 / FPS + 0.001), "{cut}");
        assert!(cut["unaligned_jump_centre"].is_f64() && cut["jump_height"].is_f64(), "{cut}");
        assert_eq!(cut["covered"], true, "{cut}");
    }
    let report = until("somebody looked at the cuts", Duration::from_secs(240), async || {
        let told = dance.http.get(&dance.path("/report?seen=true")).await?;
        ensure!(told.status == 200 || told.problem()?.code == "not_ready_yet", "{}", told.said());
        Ok((told.status == 200).then_some(told))
    })
    .await?;
    let report: Value = report.json()?;
    for cut in report["cuts"].as_array().context("no cuts")? {
        let jump = |of: &Value, name: &str| of[name].as_f64().with_context(|| format!("no {name}: {cut}"));
        for name in ["jump_centre", "jump_height", "unaligned_jump_centre"] {
            let (planned, seen) = (jump(cut, name)?, jump(&cut["seen"], name)?);
            ensure!((planned - seen).abs() < 0.03, "{name}: the pictures do not show what is planned: {cut}");
        }
    }
    Ok(())
}

fn history_is_small(instance: &Instance, dance: &Dance) -> Result<()> {
    let history = History::of(instance, &dance.workflow_id())?;
    let largest = history.largest_payload().context("no payloads")?;
    println!("{} events, largest payload {largest:?}", history.events.len());
    ensure!(largest.bytes < PAYLOAD_LIMIT_BYTES, "{largest:?}");
    assert_eq!(history.count("WORKFLOW_TASK_FAILED"), 0);
    Ok(())
}

#[tokio::test]
async fn stopping_during_a_render_leaves_nothing() -> Result<()> {
    let fixture = Fixture::get().await?;
    let data = fixture.data()?;
    let instance = Instance::start(data.path()).await?;
    let (refused, said) = Instance::start_again(data.path())?;
    assert!(!refused.success() && said.contains("already in use") && said.lines().count() == 1, "{said}");

    let dance = Dance::start(&instance.http, &fixture.start(4..6, 720)?).await?;
    dance.choose_best(0).await?;
    let rendering = async || Ok(Some(()).filter(|()| ffmpegs_of(data.path()).is_ok_and(|f| !f.is_empty())));
    until("ffmpeg is at work", Duration::from_secs(60), rendering).await?;
    instance.stop().await?;
    assert_eq!(processes_of(data.path())?, []);
    assert_eq!(half_made_files(data.path())?, Vec::<std::path::PathBuf>::new());
    Ok(())
}
