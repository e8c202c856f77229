//! The command line against a running instance, and against one that it starts for itself.

use anyhow::{Context, Result, ensure};
use eightcount_tests::{
    Fixture, Instance, PERFORMANCES, SONG_BPM, ffmpeg, measure, processes_of, run_command,
};
use serde_json::Value;
use std::{fs, path::Path};

/// What a command prints as JSON when all goes well.
fn json(data: &Path, arguments: &[&str]) -> Result<Value> {
    let done = run_command(data, arguments)?;
    let said = String::from_utf8_lossy(&done.stderr);
    ensure!(done.status.success(), "{arguments:?} ended with {}: {said}", done.status);
    serde_json::from_slice(&done.stdout).with_context(|| format!("{arguments:?} printed no JSON"))
}

/// How a command that cannot go on ends, and its last line.
fn refusal(data: &Path, arguments: &[&str]) -> Result<(Option<i32>, String)> {
    let done = run_command(data, arguments)?;
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.stdout.is_empty(), "{arguments:?} printed {}", String::from_utf8_lossy(&done.stdout));
    Ok((done.status.code(), said.lines().last().unwrap_or_default().to_owned()))
}

fn text(path: &Path) -> Result<&str> {
    path.to_str().context("a path without a text")
}

#[tokio::test]
async fn commands_speak_to_the_instance_that_runs() -> Result<()> {
    let fixture = Fixture::get().await?;
    let data = fixture.data()?;
    let instance = Instance::start(data.path()).await?;
    let song = text(&fixture.song_file)?;

    let heard = json(data.path(), &["analyse", song, "--json"])?;
    let tempo = heard["tempo_bpm"].as_f64().context("no tempo")?;
    assert!((tempo - SONG_BPM).abs() < 0.5, "{tempo} BPM");
    let eights = heard["eights"].as_array().context("no eights")?;
    assert_eq!(eights.len(), fixture.eights_s.len());
    assert!(eights.iter().all(|eight| eight["amplitude"]["level"].as_array().is_some_and(|l| l.len() == 8)));
    assert!(heard["clusters"].as_u64() >= Some(2), "the drummer plays two parts: {}", heard["clusters"]);
    assert!(heard["confidence"].is_object() && heard["downbeats"].is_array());

    likeness_is_told(&instance, &heard).await?;
    plots(fixture, data.path(), eights.len())?;

    let library = json(data.path(), &["library", "--json"])?;
    assert_eq!(library.as_array().map(Vec::len), Some(PERFORMANCES.len()), "{library}");

    dances(fixture, data.path())?;
    let silence = data.path().join("silence.wav");
    ffmpeg(["-f", "lavfi", "-i", "aevalsrc=0:s=22050:d=30", text(&silence)?])?;
    let silent = refusal(data.path(), &["analyse", text(&silence)?])?;
    assert!(silent.0 == Some(4) && silent.1.contains("no_beats (100 % sure)"), "{silent:?}");
    let missing = refusal(data.path(), &["analyse", "no such file.ogg"])?;
    assert!(missing.0 == Some(4) && missing.1.contains("no such file.ogg"), "{missing:?}");
    let outside = ["dance", song, "--section", "500..600", "--auto", "--out", "nowhere.mp4"];
    let outside = refusal(data.path(), &outside)?;
    assert_eq!(outside.0, Some(4), "{outside:?}");
    assert_eq!(refusal(data.path(), &["dance", song, "--auto", "--out", "nowhere.mp4"])?.0, Some(2));
    instance.stop().await
}

/// Eights of one cluster are more alike than others; the service groups them as the command does.
async fn likeness_is_told(instance: &Instance, heard: &Value) -> Result<()> {
    let rows: Vec<Vec<f64>> = serde_json::from_value(heard["similarity"].clone())?;
    let eights = heard["eights"].as_array().context("no eights")?;
    let letters: Vec<&str> = eights.iter().filter_map(|eight| eight["cluster"].as_str()).collect();
    assert_eq!((rows.len(), letters.len()), (eights.len(), eights.len()));
    let (mut alike, mut unlike) = (Vec::new(), Vec::new());
    for (i, row) in rows.iter().enumerate() {
        assert!(row.len() == rows.len() && (row[i] - 1.0).abs() < 1e-6, "row {i}: {row:?}");
        for (j, &s) in row.iter().enumerate().skip(i + 1) {
            assert!((0.0..=1.0).contains(&s) && (s - rows[j][i]).abs() < 1e-6, "{i}, {j}: {s}");
            if letters[i] == letters[j] { alike.push(s) } else { unlike.push(s) }
        }
    }
    let mean = |of: &[f64]| of.iter().sum::<f64>() / of.len() as f64;
    assert!(mean(&alike) > mean(&unlike) + 0.2, "{} within, {} across", mean(&alike), mean(&unlike));

    let song = heard["song"].as_str().context("no id")?;
    let briefly: Value = instance.http.read(&format!("/api/songs/{song}/clusters")).await?;
    assert!(briefly.get("similarity").is_none(), "{briefly}");
    let told: Value = instance.http.read(&format!("/api/songs/{song}/clusters?matrix=true")).await?;
    assert_eq!(told["labels"], briefly["labels"]);
    let service: Vec<Vec<f64>> = serde_json::from_value(told["similarity"].clone())?;
    let apart = service.iter().flatten().zip(rows.iter().flatten()).map(|(x, y)| (x - y).abs());
    assert!(service.len() == rows.len() && apart.fold(0.0, f64::max) < 1e-4, "{service:?}, {rows:?}");
    let labels: Vec<u32> = serde_json::from_value(told["labels"].clone())?;
    assert_eq!(labels.len(), letters.len());
    for (i, label) in labels.iter().enumerate() {
        assert!(
            (0..i).all(|j| (labels[j] == *label) == (letters[j] == letters[i])),
            "{labels:?}, {letters:?}"
        );
    }
    Ok(())
}

/// `analyse --plot` leaves a picture of pixels and one of vectors, in which every eight is counted.
fn plots(fixture: &Fixture, data: &Path, eights: usize) -> Result<()> {
    let song = text(&fixture.song_file)?;
    let (png, svg) = (data.join("plots/song.png"), data.join("plots/song.svg"));
    let arguments = ["analyse", song, "--plot", text(&png)?, "--plot", text(&svg)?];
    let done = run_command(data, &arguments)?;
    ensure!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    // Where the PNG specification has width and height.
    let pixels = fs::read(&png)?;
    let side =
        |at: usize| pixels.get(at..at + 4).map(|bytes| bytes.iter().fold(0, |n, b| n << 8 | u32::from(*b)));
    assert!(side(16) == Some(1800) && side(20) > Some(500), "{:?} x {:?}", side(16), side(20));
    let lines = fs::read_to_string(&svg)?;
    assert_eq!(lines.matches(">\n8\n<").count(), eights);
    assert_eq!(refusal(data, &["analyse", song, "--plot", "song.jpg"])?.0, Some(2));
    Ok(())
}

/// `dance` leaves the product, its stages, the contact sheet and the report.
fn dances(fixture: &Fixture, data: &Path) -> Result<()> {
    let folder = data.join("danced");
    fs::create_dir(&folder)?;
    let (out, sheet, report) =
        (folder.join("dance.mp4"), folder.join("cuts.png"), folder.join("report.json"));
    let section = format!("{:.3}..eights:4", fixture.eights_s[4].0);
    let printed = json(
        data,
        &[
            "dance",
            text(&fixture.song_file)?,
            "--section",
            &section,
            "--auto",
            "--json",
            "--out",
            text(&out)?,
            "--stages",
            text(&folder)?,
            "--contact-sheet",
            text(&sheet)?,
            "--report",
            text(&report)?,
        ],
    )?;
    let written: Value = serde_json::from_slice(&fs::read(&report)?)?;
    assert_eq!(printed, written);
    let eights = written["eights"].as_array().context("no eights")?;
    assert_eq!(eights.len(), 4);
    assert!(eights.iter().all(|eight| eight["step"].is_string() && eight["score"].is_f64()), "{written}");
    let product = measure(&out)?;
    let seconds = fixture.eights_s[7].1 - fixture.eights_s[4].0;
    assert!((product.frames as f64 / 30.0 - seconds).abs() < 1.0 / 30.0, "{} frames", product.frames);
    assert!((product.video.1 - product.audio.1).abs() < 0.05, "{product:?}");
    for stage in ["stage-quarter.mp4", "stage-half.mp4"] {
        assert!(measure(&folder.join(stage))?.frames < product.frames);
    }
    assert_eq!(fs::read(&sheet)?.get(1..4), Some(&b"PNG"[..]));
    Ok(())
}

#[tokio::test]
async fn without_an_instance_a_command_starts_one_and_leaves_none() -> Result<()> {
    let fixture = Fixture::get().await?;
    let data = fixture.data()?;
    let library = json(data.path(), &["library", "--json"])?;
    assert_eq!(library.as_array().map(Vec::len), Some(PERFORMANCES.len()), "{library}");
    assert_eq!(processes_of(data.path())?, []);
    Ok(())
}
