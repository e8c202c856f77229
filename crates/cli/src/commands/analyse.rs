//! `eightcount analyse`: what is heard in a song.
//!
//! The song goes through the service like any other, so the beats are those that a choreography would use.
//! Amplitude and clusters exist there only for a chosen section; here the same pure functions run over all eights.

use crate::output::say;
use crate::{
    args::AnalyseArgs,
    client::{
        self, Api, Progress,
        wire::{HeardSong, SongDetail},
    },
    section::clock,
    service,
};
use anyhow::Context;
use eightcount_domain::{Amplitude, BEATS_PER_EIGHT, Eight, SongId};
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
    let analysis = analyse(song, &args.song).await?;
    if args.json {
        say!("{}", serde_json::to_string_pretty(&analysis)?);
    } else {
        print(&analysis);
    }
    Ok(())
}

async fn analyse(song: SongDetail, file: &Path) -> anyhow::Result<Analysis> {
    let heard = song.heard.context("the song is not heard yet")?;
    let file: PathBuf = file.to_owned();
    let pcm = service::media()?.decode_pcm(&file, &mut Watch::nobody()).await.context("decoding the song")?;
    let eights = eights_of(&heard);
    let of_song = eights.clone();
    let (amplitudes, clustering) = tokio::task::spawn_blocking(move || {
        let features = eightcount_audio::features(&pcm, &of_song);
        (eightcount_audio::amplitude(&pcm, &of_song), eightcount_audio::cluster(&features))
    })
    .await
    .context("analysing")?;
    let clusters = clustering.labels.iter().collect::<std::collections::BTreeSet<_>>().len();
    let analysed = eights.iter().zip(amplitudes).zip(&clustering.labels);
    let eights = analysed
        .map(|((eight, amplitude), cluster)| AnalysedEight {
            index: eight.index,
            start_s: eight.start(),
            end_s: eight.end(),
            cluster: cluster.to_string(),
            amplitude,
        })
        .collect();
    let silhouette = clustering.silhouette;
    Ok(Analysis {
        song: song.id,
        title: song.title,
        heard: HeardSong { eights: Vec::new(), ..heard },
        eights,
        clusters,
        silhouette,
    })
}

/// The eights with all their beats.
fn eights_of(heard: &HeardSong) -> Vec<Eight> {
    let beats_of = |start_s: f64| {
        let first = heard.beats_s.partition_point(|beat| *beat < start_s - 1e-6);
        let beats = heard.beats_s.get(first..=first + BEATS_PER_EIGHT)?;
        <[f64; BEATS_PER_EIGHT + 1]>::try_from(beats).ok()
    };
    let eights = heard.eights.iter();
    eights.filter_map(|eight| Some(Eight { index: eight.index, beats: beats_of(eight.start_s)? })).collect()
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
    fn eights_get_their_beats_back() {
        let beats_s: Vec<f64> = (0..30).map(|beat| 0.25 + f64::from(beat) * 0.5).collect();
        let eight =
            |index, first: usize| SongEight { index, start_s: beats_s[first], end_s: beats_s[first + 8] };
        let heard = HeardSong {
            tempo_bpm: 120.0,
            aubio_tempo_bpm: None,
            metre: 4,
            confidence: Confidence::default(),
            loudness_lufs: None,
            eights: vec![eight(0, 3), eight(1, 11)],
            downbeats: Vec::new(),
            beats_s: beats_s.clone(),
        };
        let eights = eights_of(&heard);
        assert_eq!(eights.len(), 2);
        assert_eq!(eights[0].beats[..], beats_s[3..12]);
        assert_eq!(eights[1].beats[..], beats_s[11..20]);
    }
}
