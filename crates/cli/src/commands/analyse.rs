//! `eightcount analyse`: what is heard in a song.
//!
//! The song goes through the service like any other, so the beats are those that a choreography would use.
//! Amplitude and clusters exist there only for a chosen section; here the same pure functions run over all eights.
//! `--plot` draws all of it.

use crate::output::say;
use crate::{
    args::AnalyseArgs,
    client::{
        self, Api, Progress,
        wire::{HeardSong, SongDetail},
    },
    plot,
    section::clock,
    service,
};
use anyhow::Context;
use eightcount_audio::SAMPLE_RATE;
use eightcount_domain::{Amplitude, BeatGrid, ClusterLabel, Clustering, Eight, SongId, Waveform};
use eightcount_media::Watch;
use serde::Serialize;
use std::path::{Path, PathBuf};

#[derive(Serialize)]
struct Analysis {
    song: SongId,
    title: String,
    #[serde(flatten)]
    heard: HeardSong,
    eights: Vec<AnalysedEight>,
    clusters: usize,
    silhouette: f32,
    /// `similarity[i][j]` of eights i and j: 0 (as far apart as any two of the song) to 1 (the same).
    similarity: Vec<Vec<f32>>,
}

/// What is drawn and not printed.
struct Sound {
    duration_s: f64,
    eights: Vec<Eight>,
    labels: Vec<ClusterLabel>,
    waveform: Vec<[i8; 2]>,
}

#[derive(Serialize)]
struct AnalysedEight {
    index: u32,
    start_s: f64,
    end_s: f64,
    cluster: String,
    amplitude: Amplitude,
}

/// Analyses and prints.
pub async fn run(args: AnalyseArgs) -> anyhow::Result<()> {
    let progress = Progress::new();
    let file = args.song.clone();
    let work = async |api: Api| {
        let mut line = progress.line("the song");
        client::heard_song(&api, &file, None, &mut line).await
    };
    let song = client::with_instance(&args.instance, &progress, work).await?;
    let (analysis, sound) = analyse(song, &args.song).await?;
    for file in &args.plot {
        plot::draw(&drawing(&analysis, &sound), file)?;
    }
    if args.json {
        say!("{}", serde_json::to_string_pretty(&analysis)?);
    } else {
        print(&analysis);
    }
    Ok(())
}

async fn analyse(song: SongDetail, file: &Path) -> anyhow::Result<(Analysis, Sound)> {
    let heard = song.heard.context("the song is not heard yet")?;
    let file: PathBuf = file.to_owned();
    let pcm =
        service::media()?.decode_pcm(&file, &mut Watch::nobody()).await.context("decoding the song")?.pcm;
    let duration_s = pcm.len() as f64 / f64::from(SAMPLE_RATE);
    let eights = eights_of(&heard)?;
    let of_song = eights.clone();
    let (amplitudes, clustering, waveform) = tokio::task::spawn_blocking(move || {
        let features = eightcount_audio::features(&pcm, &of_song);
        let waveform = eightcount_audio::outlined(&pcm, Waveform::FINEST as usize);
        (eightcount_audio::amplitude(&pcm, &of_song), eightcount_audio::cluster(&features), waveform)
    })
    .await
    .context("analysing")?;
    let Clustering { labels, silhouette, similarity } = clustering;
    let clusters = labels.iter().collect::<std::collections::BTreeSet<_>>().len();
    let analysed = |((eight, amplitude), cluster): ((&Eight, _), &ClusterLabel)| AnalysedEight {
        index: eight.index,
        start_s: eight.start(),
        end_s: eight.end(),
        cluster: cluster.to_string(),
        amplitude,
    };
    let analysis = Analysis {
        song: song.id,
        title: song.title,
        heard: HeardSong { eights: Vec::new(), ..heard },
        eights: eights.iter().zip(amplitudes).zip(&labels).map(analysed).collect(),
        clusters,
        silhouette,
        similarity,
    };
    Ok((analysis, Sound { duration_s, eights, labels, waveform }))
}

fn drawing<'a>(analysis: &'a Analysis, sound: &'a Sound) -> plot::Heard<'a> {
    let heard = &analysis.heard;
    plot::Heard {
        title: &analysis.title,
        duration_s: sound.duration_s,
        tempo_bpm: (heard.tempo_bpm, heard.aubio_tempo_bpm),
        metre: heard.metre,
        loudness_lufs: heard.loudness_lufs,
        confidence: heard.confidence,
        beats: &heard.beats_s,
        downbeats: &heard.downbeats,
        eights: &sound.eights,
        levels: analysis.eights.iter().map(|eight| eight.amplitude.level).collect(),
        clusters: &sound.labels,
        silhouette: analysis.silhouette,
        similarity: &analysis.similarity,
        waveform: (&sound.waveform, f64::from(SAMPLE_RATE) / f64::from(Waveform::FINEST)),
    }
}

/// The eights with all their counts.
fn eights_of(heard: &HeardSong) -> anyhow::Result<Vec<Eight>> {
    let first = heard.eights.first().map_or(0.0, |eight| eight.start_s);
    let grid = BeatGrid {
        beats: heard.beats_s.clone(),
        downbeats: heard.downbeats.clone(),
        tempo: heard.tempo_bpm.try_into()?,
        metre: heard.metre,
        phase: heard.beats_s.partition_point(|beat| *beat < first - 1e-6) as u8,
        confidence: heard.confidence,
    };
    Ok(grid.eights())
}

fn print(analysis: &Analysis) {
    let heard = &analysis.heard;
    say!("{}", analysis.title);
    let second = heard.aubio_tempo_bpm.map(|bpm| format!(" (aubio: {bpm:.1})")).unwrap_or_default();
    say!("tempo       {:.2} BPM{second}, {} beats in a bar", heard.tempo_bpm, heard.metre);
    let confidence = heard.confidence;
    say!(
        "confidence  octave {:.2}, beat {:.2}, bar {:.2}",
        confidence.tempo_octave,
        confidence.beat_phase,
        confidence.bar_phase
    );
    if let Some(loudness) = heard.loudness_lufs {
        say!("loudness    {loudness:.1} LUFS");
    }
    say!("beats       {}, {} downbeats", heard.beats_s.len(), heard.downbeats.len());
    say!("clusters    {} (silhouette {:.2})", analysis.clusters, analysis.silhouette);
    say!("\n{:>5}  {:>8}  {:>8}  {:7}  level of each beat", "eight", "start", "end", "cluster");
    for eight in &analysis.eights {
        let levels: Vec<_> = eight.amplitude.level.iter().map(|level| format!("{level:>2}")).collect();
        let (start, end) = (clock(eight.start_s), clock(eight.end_s));
        say!("{:>5}  {start:>8}  {end:>8}  {:7}  {}", eight.index, eight.cluster, levels.join(" "));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::client::wire::SongEight;
    use eightcount_domain::Confidence;

    #[test]
    fn eights_get_their_counts_back() {
        let beats_s: Vec<f64> = (0..30).map(|beat| 0.25 + f64::from(beat) * 0.5).collect();
        for (metre, beats) in [(4, 8), (3, 6)] {
            let eight = |index, first: usize| SongEight {
                index,
                start_s: beats_s[first],
                end_s: beats_s[first + beats],
            };
            let heard = HeardSong {
                tempo_bpm: 120.0,
                aubio_tempo_bpm: None,
                metre,
                confidence: Confidence::default(),
                loudness_lufs: None,
                eights: vec![eight(0, 3), eight(1, 3 + beats)],
                downbeats: (3..30).step_by(metre.into()).collect(),
                beats_s: beats_s.clone(),
            };
            let eights = eights_of(&heard).unwrap();
            assert_eq!(eights.len(), 26 / beats);
            for (found, told) in eights.iter().zip(&heard.eights) {
                assert_eq!((found.index, found.start(), found.end()), (told.index, told.start_s, told.end_s));
                assert!((found.beats[4] - f64::midpoint(told.start_s, told.end_s)).abs() < 1e-9);
            }
        }
    }
}
