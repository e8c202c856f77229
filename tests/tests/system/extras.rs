//! Extras over HTTP: made on demand, once, and named well.

use anyhow::{Context, Result, ensure};
use eightcount_domain::StageName;
use eightcount_tests::{Dance, Fixture, Instance, measure, until};
use serde_json::Value;
use std::{fs, time::Duration};

#[tokio::test]
async fn extras_are_made_when_asked_for() -> Result<()> {
    let fixture = Fixture::get().await?;
    let data = fixture.data()?;
    let instance = Instance::start(data.path()).await?;
    let dance = Dance::start(&instance.http, &fixture.start(4..6, 96)?).await?;
    dance.choose_best(0).await?;
    let early = instance.http.post(&dance.path("/extras/mirrored"), &Value::Null).await?;
    assert_eq!((early.status, early.problem()?.code.as_str()), (409, "choreography_incomplete"));
    dance.choose_best(1).await?;
    let whole = dance.stage(StageName::Whole).await?;

    let mirrored = made(&dance, "mirrored").await?;
    let product = data.path().join("product.mp4");
    fs::write(&product, dance.http.get(&dance.path("/product")).await?.body)?;
    let file = data.path().join("mirrored.mp4");
    fs::write(&file, &mirrored)?;
    assert_eq!(measure(&file)?.frames, whole.frames);
    let alike = similarity(&file, &product)?;
    ensure!(alike > 0.95, "the mirrored product, mirrored, is like the product by {alike}");

    let slow = made(&dance, "counted.half-speed").await?;
    fs::write(&file, &slow)?;
    let (slow, usual) = (measure(&file)?, measure(&product)?);
    assert_eq!(slow.frames, whole.frames);
    assert!((slow.video.1 - 2.0 * usual.video.1).abs() < 0.001, "{slow:?}");
    assert!((slow.audio.1 - slow.video.1).abs() < 0.07, "{slow:?}");

    let looped = made(&dance, "loop-1").await?;
    fs::write(&file, &looped)?;
    let state = dance.state().await?;
    let eight = state.eights[1].section;
    let once_s = (eight.end_ms.0 - eight.start_ms.0) as f64 / 1000.0;
    assert!((measure(&file)?.video.1 - 8.0 * once_s).abs() < 0.4, "{:?}", measure(&file)?);

    for (path, code) in [("loop-2", "unknown_eight"), ("upside-down", "not_found")] {
        let refused = dance.http.get(&dance.path(&format!("/extras/{path}"))).await?;
        assert_eq!((refused.status, refused.problem()?.code.as_str()), (404, code));
    }
    instance.stop().await
}

/// Asks for an extra, waits for it, and gives its bytes.
async fn made(dance: &Dance, extra: &str) -> Result<Vec<u8>> {
    let path = dance.path(&format!("/extras/{extra}"));
    let missing: Value = dance.http.read(&path).await?;
    assert_eq!((&missing["status"], &missing["url"]), (&"missing".into(), &Value::Null), "{missing}");
    let early = dance.http.get(&format!("{path}/video")).await?;
    assert_eq!(early.problem()?.code, "not_ready_yet");
    let asked = dance.http.post(&path, &Value::Null).await?;
    ensure!(asked.status == 202, "{}", asked.said());
    let ready = until("the extra is made", Duration::from_secs(120), async || {
        let now: Value = dance.http.read(&path).await?;
        ensure!(now["status"] != "failed", "{now}");
        Ok((now["status"] == "ready").then_some(now))
    })
    .await?;
    assert_eq!(ready["progress_percent"], 100);
    let again = dance.http.post(&path, &Value::Null).await?;
    assert_eq!(again.status, 200, "what is there is not made again: {}", again.said());
    let video = dance.http.get(ready["url"].as_str().context("no address")?).await?;
    ensure!(video.status == 200, "{}", video.said());
    let name = video.header("content-disposition")?;
    assert!(name.starts_with("attachment") && name.contains(").mp4\""), "{name}");
    Ok(video.body)
}

/// SSIM of a video, mirrored, to another.
fn similarity(mirrored: &std::path::Path, other: &std::path::Path) -> Result<f64> {
    let ran = std::process::Command::new("ffmpeg")
        .args(["-hide_banner", "-nostdin", "-i"])
        .arg(mirrored)
        .arg("-i")
        .arg(other)
        .args(["-lavfi", "[0:v]hflip[a];[a][1:v]ssim", "-f", "null", "-"])
        .output()?;
    let told = String::from_utf8_lossy(&ran.stderr).into_owned();
    let value = told.split("All:").nth(1).and_then(|rest| rest.split(' ').next()).context("no SSIM")?;
    Ok(value.parse()?)
}
