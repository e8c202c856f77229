//! From a song to a finished dance and everything that tells of it: what `dance` and `demo` have in common.

use crate::{
    client::{
        Api, Progress, Work,
        wire::{HeardSong, Report, SongDetail},
    },
    exit, report,
    section::{End, SectionArg},
    service, sheet,
};
use anyhow::Context;
use eightcount_domain::{Extra, Flavour, Millis, Section, StageName};
use std::path::{Path, PathBuf};

/// Where the results go.
#[derive(Clone, Debug)]
pub struct Outputs {
    /// The product (MP4).
    pub product: PathBuf,
    /// Folder of the stages.
    pub stages: Option<PathBuf>,
    /// The report as JSON.
    pub report_json: Option<PathBuf>,
    /// The report as a table.
    pub report_text: Option<PathBuf>,
    /// One picture per cut (PNG).
    pub contact_sheet: Option<PathBuf>,
    /// Extras, left beside the product under its name with theirs.
    pub extras: Vec<Extra>,
}

/// Dances a section of a song with the best candidates and leaves the results. Gives what the dance is made of.
pub async fn dance(
    api: &Api,
    song: &SongDetail,
    (section, flavour): (SectionArg, Flavour),
    outputs: &Outputs,
    progress: &Progress,
) -> anyhow::Result<Report> {
    let heard = song.heard.as_ref().context("the song is not heard yet")?;
    let section = resolve(section, heard)?;
    let mut line = progress.line("the dance");
    let work = Work::create(api, &song.id, section, flavour).await?;
    let state = work.dance(&mut line).await?;
    drop(line);
    let report = work.report().await?;
    work.download_product(&outputs.product).await?;
    if let Some(folder) = &outputs.stages {
        for stage in [StageName::Quarter, StageName::Half] {
            let file = folder.join(format!("stage-{}.mp4", stage.as_str()));
            work.download_stage(&state, stage, &file).await?;
        }
    }
    if let Some(file) = &outputs.report_json {
        write(file, &serde_json::to_vec_pretty(&report)?)?;
    }
    if let Some(file) = &outputs.report_text {
        write(file, report::table(&report).as_bytes())?;
    }
    if let Some(file) = &outputs.contact_sheet {
        sheet::make(&service::media()?, &work, &state, &report, file).await?;
    }
    for extra in &outputs.extras {
        let mut line = progress.line(&extra.to_string());
        let file = outputs.product.with_extension(format!("{extra}.mp4"));
        work.download_extra(*extra, &file, &mut line).await?;
    }
    work.finish().await?;
    Ok(report)
}

/// A section in times. A number of eights counts from the eight that starts nearest to the section's start.
fn resolve(section: SectionArg, heard: &HeardSong) -> anyhow::Result<Section> {
    let millis = |seconds: f64| Millis((seconds * 1000.0).round() as u64);
    let (start_s, end_s) = match section.end {
        End::At(end_s) => (section.start_s, end_s),
        End::Eights(count) => {
            let distance = |start_s: f64| (start_s - section.start_s).abs();
            let starts = heard.eights.iter().enumerate();
            let nearest = starts.min_by(|(_, a), (_, b)| distance(a.start_s).total_cmp(&distance(b.start_s)));
            let first = nearest.map_or(0, |(index, _)| index);
            let chosen = heard.eights.get(first..first + count as usize).unwrap_or_default();
            let (Some(first_eight), Some(last_eight)) = (chosen.first(), chosen.last()) else {
                let left = heard.eights.len() - first;
                return Err(exit::refused(format!("only {left} eights of the song are left from there")));
            };
            (first_eight.start_s, last_eight.end_s)
        }
    };
    Ok(Section { start_ms: millis(start_s), end_ms: millis(end_s) })
}

fn write(file: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder
        .map_or(Ok(()), std::fs::create_dir_all)
        .and_then(|()| std::fs::write(file, bytes))
        .with_context(|| format!("writing {}", file.display()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::client::wire::SongEight;
    use eightcount_domain::Confidence;

    fn song(eights: u32) -> HeardSong {
        let eight = |index| SongEight {
            index,
            start_s: 1.0 + f64::from(index) * 4.0,
            end_s: 5.0 + f64::from(index) * 4.0,
        };
        HeardSong {
            tempo_bpm: 120.0,
            aubio_tempo_bpm: None,
            metre: 4,
            confidence: Confidence::default(),
            loudness_lufs: None,
            beats_s: Vec::new(),
            downbeats: Vec::new(),
            eights: (0..eights).map(eight).collect(),
        }
    }

    #[test]
    fn a_number_of_eights_starts_at_the_nearest_one() {
        let section = resolve("0:10..eights:3".parse().unwrap(), &song(10)).unwrap();
        assert_eq!(section, Section { start_ms: Millis(9_000), end_ms: Millis(21_000) });
    }

    #[test]
    fn more_eights_than_there_are_is_refused() {
        for text in ["0:30..eights:4", "0..eights:11"] {
            assert!(resolve(text.parse().unwrap(), &song(10)).is_err(), "{text}");
        }
        assert!(resolve("0..eights:1".parse().unwrap(), &song(0)).is_err());
    }
}
