//! `eightcount demo`: the whole way on real content. Everything that was made before is kept: a second run is short.

use super::ingest::{Wish, ingest_all};
use crate::output::say;
use crate::{
    args::{DemoArgs, InstanceArgs},
    client::{
        self, Api, Progress,
        wire::{InspectedPerformance, Report},
    },
    commands::library,
    dancing::{self, Outputs},
    exit, report,
    section::{End, SectionArg},
};
use anyhow::{Context, anyhow};
use eightcount_demo::{DemoError, Film, FilmProgress, demo_song, film_all, performances};
use eightcount_domain::Flavour;
use eightcount_media::Tools;
use std::{
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

/// Where the band is in full swing.
const SECTION: SectionArg = SectionArg { start_s: 30.0, end: End::Eights(12) };

/// How long each phase took.
#[derive(Debug, Default)]
struct Phases(Vec<(&'static str, Duration)>);

impl Phases {
    fn end(&mut self, name: &'static str, since: Instant) {
        self.0.push((name, since.elapsed()));
    }

    fn table(&self) -> String {
        let total: Duration = self.0.iter().map(|(_, time)| *time).sum();
        let row = |name: &str, time: Duration| format!("  {name:24} {:>7.1} s\n", time.as_secs_f64());
        let rows: String = self.0.iter().map(|(name, time)| row(name, *time)).collect();
        rows + &row("all", total)
    }
}

/// Films, ingests, dances, and says where the video is.
pub async fn run(args: DemoArgs) -> anyhow::Result<()> {
    let progress = Progress::new();
    let mut phases = Phases::default();
    let tools = Tools::find().map_err(|error| exit::missing(format!("{error}: {}", error.source)))?;
    let ffmpeg = tools.ffmpeg.path;
    let start = Instant::now();
    let films = film_library(&args.content, &args.data.folder.join("films"), &ffmpeg, &progress).await?;
    phases.end("filming the library", start);
    let outputs = Outputs {
        product: args.out.join("product.mp4"),
        stages: Some(args.out.clone()),
        report_json: Some(args.out.join("report.json")),
        report_text: Some(args.out.join("report.txt")),
        contact_sheet: Some(args.out.join("contact-sheet.png")),
        extras: Vec::new(),
    };
    let starting = Instant::now();
    let work = async |api: Api| {
        phases.end("starting the service", starting);
        let on_stage = OnStage { api, ffmpeg, progress: &progress };
        let made_of = on_stage.perform(&args, films, &outputs, &mut phases).await?;
        let library = library::read(&on_stage.api).await?;
        Ok((made_of, library, phases, Instant::now()))
    };
    let instance = InstanceArgs { data: args.data.clone(), server: None };
    let (made_of, library, mut phases, stopping): (Report, Vec<InspectedPerformance>, _, _) =
        Box::pin(client::with_instance(&instance, &progress, work)).await?;
    phases.end("stopping the service", stopping);
    library::table(&library);
    say!("\n{}", report::table(&made_of));
    say!("\ntime of each phase\n{}", phases.table());
    say!("the dance         {}", outputs.product.display());
    say!("its stages        {}/stage-quarter.mp4, stage-half.mp4", args.out.display());
    say!("a picture per cut {}", args.out.join("contact-sheet.png").display());
    say!("the report        {}", args.out.join("report.txt").display());
    Ok(())
}

async fn film_library(
    content: &Path,
    out: &Path,
    ffmpeg: &Path,
    progress: &Progress,
) -> anyhow::Result<Vec<Film>> {
    let [content, out, ffmpeg] = [content, out, ffmpeg].map(Path::to_owned);
    let mut line = progress.line("filming");
    let filming = tokio::task::spawn_blocking(move || {
        let scripts = performances(&content).map_err(not_filmed)?;
        let frames: u64 = scripts.iter().map(eightcount_demo::PerformanceScript::frames).sum();
        let done: Vec<AtomicU64> = scripts.iter().map(|_| AtomicU64::new(0)).collect();
        let line = std::sync::Mutex::new(&mut line);
        let report = |at: FilmProgress| {
            let Some(index) = scripts.iter().position(|script| script.dancer == at.dancer) else { return };
            done[index].store(at.done, Ordering::Relaxed);
            let drawn: u64 = done.iter().map(|of| of.load(Ordering::Relaxed)).sum();
            if let Ok(mut line) = line.lock() {
                line.at("drawing", (drawn * 100 / frames.max(1)) as u8);
            }
        };
        let films = film_all(&scripts, &out, &ffmpeg, &report).map_err(not_filmed)?;
        let kept = films.iter().filter(|film| film.kept).count();
        if let Ok(mut line) = line.lock() {
            line.done(&format!("{} performances, {kept} of them from before", films.len()));
        }
        anyhow::Ok(films)
    });
    filming.await.context("filming")?
}

fn not_filmed(error: DemoError) -> anyhow::Error {
    let missing = matches!(error, DemoError::Missing { .. });
    let error = anyhow!(error);
    if missing {
        error
            .context(exit::Refusal::Missing("the demo content is not complete: run scripts/setup".to_owned()))
    } else {
        error
    }
}

/// The demo once an instance runs.
struct OnStage<'a> {
    api: Api,
    ffmpeg: PathBuf,
    progress: &'a Progress,
}

impl OnStage<'_> {
    async fn perform(
        &self,
        args: &DemoArgs,
        films: Vec<Film>,
        outputs: &Outputs,
        phases: &mut Phases,
    ) -> anyhow::Result<Report> {
        let start = Instant::now();
        self.ingest(films).await?;
        phases.end("ingesting the library", start);
        let start = Instant::now();
        let (content, folder, ffmpeg) =
            (args.content.clone(), args.data.folder.join("songs"), self.ffmpeg.clone());
        let audio =
            tokio::task::spawn_blocking(move || demo_song(&content, &folder, &ffmpeg).map_err(not_filmed))
                .await
                .context("mixing the song")??;
        let mut line = self.progress.line("the song");
        let song = client::heard_song(&self.api, &audio.path, Some(&audio.title), &mut line).await?;
        drop(line);
        phases.end("hearing the song", start);
        let start = Instant::now();
        let made_of =
            dancing::dance(&self.api, &song, (SECTION, Flavour::Balanced), outputs, self.progress).await?;
        phases.end("dancing", start);
        Ok(made_of)
    }

    async fn ingest(&self, films: Vec<Film>) -> anyhow::Result<()> {
        let wish = |film: Film| Wish {
            title: Some(film.script.title()),
            credit: Some(film.script.credit()),
            file: film.path,
        };
        let results = ingest_all(&self.api, films.into_iter().map(wish).collect(), self.progress).await;
        for (file, result) in results {
            result.with_context(|| format!("ingesting {}", file.display()))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn phases_add_up() {
        let mut phases = Phases::default();
        phases.0.push(("a", Duration::from_millis(1500)));
        phases.0.push(("b", Duration::from_secs(2)));
        let table = phases.table();
        assert!(table.lines().last().unwrap().trim_end().ends_with("3.5 s"), "{table}");
    }
}
