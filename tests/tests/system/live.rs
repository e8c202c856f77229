//! The growing cross-edit: previews with sound, edit lists, and fragments that a real browser plays.

use anyhow::{Context, Result, ensure};
use eightcount_domain::{StageName, Transition};
use eightcount_tests::{Browser, Dance, Fixture, Instance, measure, until};
use serde_json::{Value, json};
use std::{fs, time::Duration};

#[tokio::test]
async fn the_growing_cross_edit_plays_in_a_browser_and_a_change_replaces() -> Result<()> {
    let fixture = Fixture::get().await?;
    let data = fixture.data()?;
    let instance = Instance::start(data.path()).await?;
    let dance = Dance::start(&instance.http, &fixture.start(4..7, 96)?).await?;
    for eight in 0..2 {
        dance.choose_best(eight).await?;
    }
    let half_way = live(&dance, 2).await?;
    assert_eq!(half_way["fragments"].as_array().map(Vec::len), Some(2));
    dance.choose_best(2).await?;
    dance.stage(StageName::Whole).await?;
    let before = live(&dance, 3).await?;

    // Another transition into the second eight: one fragment is another one, at the same place.
    let state = dance.state().await?;
    let step = &state.eights[1].selection.as_ref().context("it is selected")?.step;
    let wish = json!({ "step": step.to_string(), "revision": state.revision, "transition": "whip" });
    let changed = instance.http.put(&dance.path("/eights/1/selection"), &wish).await?;
    ensure!(changed.status == 200, "{}", changed.said());
    let after = until("the other transition is rendered", Duration::from_secs(120), async || {
        let after = live(&dance, 3).await?;
        Ok((after["fragments"][1]["take"] != before["fragments"][1]["take"]).then_some(after))
    })
    .await?;
    for untouched in [0, 2] {
        assert_eq!(after["fragments"][untouched], before["fragments"][untouched]);
    }
    let state = dance.until("it is complete", |state| state.stages.iter().all(|s| !s.outdated)).await?;
    let selected = state.eights[1].selection.as_ref().context("it is selected")?;
    assert_eq!(selected.transition, Some(Transition::Whip));

    previews_sound(&dance, &after, data.path()).await?;
    edit_lists_are_named(&dance).await?;
    in_a_browser(&instance, &before, &after).await?;
    instance.stop().await
}

/// The list once so many takes and the sound are ready.
async fn live(dance: &Dance, takes: usize) -> Result<Value> {
    until("the live cross-edit", Duration::from_secs(120), async || {
        let answer = dance.http.get(&dance.path("/live")).await?;
        if answer.status == 409 {
            return Ok(None);
        }
        let list: Value = answer.json()?;
        let ready = list["fragments"].as_array().is_some_and(|fragments| {
            fragments.len() == takes && fragments.iter().all(|fragment| fragment["ready"] == true)
        });
        Ok((ready && !list["sound"].is_null()).then_some(list))
    })
    .await
}

/// Picture and sound of every preview last as long as its eight, and its frames are those of the take.
async fn previews_sound(dance: &Dance, live: &Value, folder: &std::path::Path) -> Result<()> {
    for fragment in live["fragments"].as_array().context("no fragments")? {
        let (eight, take) = (&fragment["eight"], fragment["take"].as_str().context("no take")?);
        let path = dance.path(&format!("/eights/{eight}/previews/{take}"));
        let (preview, silent) = (folder.join("preview.mp4"), folder.join("silent.mp4"));
        let whole = dance.http.get(&path).await?;
        ensure!(whole.status == 200, "{}", whole.said());
        fs::write(&preview, &whole.body)?;
        fs::write(&silent, dance.http.get(&format!("/api/takes/{take}")).await?.body)?;
        assert_eq!(measure(&preview)?.frames, fragment["frames"].as_u64().context("no frames")?);
        let hashes = |file: &std::path::Path| {
            let file = file.to_str().unwrap_or_default().to_owned();
            eightcount_tests::ffmpeg(["-i", &file, "-map", "0:v", "-f", "framemd5", "-"])
        };
        assert!(hashes(&preview)? == hashes(&silent)?, "the preview of eight {eight} shows other frames");
        // Ranges cross from the tables into the take and from the take into the sound.
        let length = whole.body.len();
        let range = format!("bytes=100-{}", length - 100);
        let part = dance.http.get_with(&path, &[("range", &range)]).await?;
        assert_eq!(part.status, 206);
        assert!(part.body == whole.body[100..=length - 100], "the range holds other bytes");
    }
    Ok(())
}

async fn edit_lists_are_named(dance: &Dance) -> Result<()> {
    for (format, begins) in [("otio", "{"), ("edl", "TITLE: "), ("fcpxml", "<?xml")] {
        let list = dance.http.get(&dance.path(&format!("/edit-list?format={format}"))).await?;
        ensure!(list.status == 200, "{}", list.said());
        assert!(String::from_utf8_lossy(&list.body).starts_with(begins));
        let name = list.header("content-disposition")?;
        assert!(name.starts_with("attachment") && name.contains(&format!(".{format}\"")), "{name}");
    }
    let unknown = dance.http.get(&dance.path("/edit-list?format=avid")).await?;
    assert_eq!(unknown.problem()?.code, "bad_request");
    Ok(())
}

/// What a page does with the list: append everything, look at the buffer, replace, seek, play.
const PAGE: &str = r#"<!doctype html><video id="v" muted></video><script>
const before = BEFORE, after = AFTER, base = "BASE", v = document.getElementById("v");
const said = (o) => fetch("/said", { method: "POST", body: JSON.stringify(o) });
const ranges = (b) => Array.from({ length: b.length }, (_, i) => [b.start(i), b.end(i)]);
const when = (t, n) => new Promise((done, no) => {
  t.addEventListener(n, done, { once: true });
  setTimeout(() => no(new Error("no " + n)), 20000);
});
async function append(buffer, url) {
  const bytes = await (await fetch(base + url)).arrayBuffer();
  const done = when(buffer, "updateend");
  buffer.appendBuffer(bytes);
  await done;
}
(async () => {
  const source = new MediaSource();
  v.src = URL.createObjectURL(source);
  await when(source, "sourceopen");
  const video = source.addSourceBuffer(before.video.mime), sound = source.addSourceBuffer(before.sound.mime);
  sound.timestampOffset = before.sound.timestamp_offset_s;
  await append(sound, before.sound.url);
  await append(video, before.video.init_url);
  const grown = [];
  for (const f of before.fragments) {
    await append(video, f.url);
    grown.push(ranges(video.buffered));
  }
  await append(video, after.fragments[1].url);
  const replaced = ranges(video.buffered), heard = ranges(sound.buffered);
  source.endOfStream();
  const duration = v.duration;
  v.currentTime = after.fragments[2].start_s - 0.3;
  await when(v, "seeked");
  const from = v.currentTime;
  await v.play();
  await when(v, "ended").catch(() => 0);
  const quality = v.getVideoPlaybackQuality();
  await said({ grown, replaced, heard, duration, from, to: v.currentTime, ended: v.ended, width: v.videoWidth,
    shown: quality.totalVideoFrames, corrupted: quality.corruptedVideoFrames, error: v.error && v.error.message });
})().catch((e) => said({ error: String(e) + (v.error ? ": " + v.error.message : "") }));
</script>"#;

async fn in_a_browser(instance: &Instance, before: &Value, after: &Value) -> Result<()> {
    let page = PAGE
        .replace("BEFORE", &before.to_string())
        .replace("AFTER", &after.to_string())
        .replace("BASE", instance.http.base().trim_end_matches('/'));
    let said = Browser::open(page)?.said(Duration::from_secs(90)).await?;
    let text = said.to_string();
    assert!(said["error"].is_null(), "{text}");
    let duration = after["duration_s"].as_f64().context("no duration")?;
    let one_range = |ranges: &Value, end: f64| {
        let ends = [ranges[0][0].as_f64(), ranges[0][1].as_f64()];
        ranges.as_array().is_some_and(|ranges| ranges.len() == 1)
            && ends[0].is_some_and(|start| start < 0.001)
            && ends[1].is_some_and(|at| (at - end).abs() < 0.001)
    };
    for (k, grown) in said["grown"].as_array().context("nothing grew")?.iter().enumerate() {
        let fragment = &before["fragments"][k];
        let end = fragment["start_s"].as_f64().zip(fragment["duration_s"].as_f64());
        assert!(one_range(grown, end.map_or(0.0, |(start, length)| start + length)), "eight {k}: {text}");
    }
    assert!(one_range(&said["replaced"], duration), "{text}");
    let heard = said["heard"][0][1].as_f64().context("no sound")?;
    assert!((heard - duration).abs() < 0.05, "sound of {heard} s under {duration} s");
    assert_eq!((&said["ended"], &said["corrupted"]), (&json!(true), &json!(0)), "{text}");
    assert!(said["to"].as_f64().is_some_and(|to| (to - duration).abs() < 0.1), "{text}");
    assert!(said["shown"].as_u64().is_some_and(|shown| shown > 10), "{text}");
    Ok(())
}
