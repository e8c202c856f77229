//! `eightcount library`: what is in the library.

use crate::output::say;
use crate::{
    args::LibraryArgs,
    client::{self, Api, Progress, wire::PerformanceItem},
};
use eightcount_domain::PerformanceStatus;

/// Lists it.
pub async fn run(args: LibraryArgs) -> anyhow::Result<()> {
    let progress = Progress::new();
    let work = async |api: Api| client::library(&api).await;
    let performances = client::with_instance(&args.instance, &progress, work).await?;
    if args.json {
        say!("{}", serde_json::to_string_pretty(&performances)?);
    } else if performances.is_empty() {
        say!("the library is empty: fill it with `eightcount ingest FILE…`");
    } else {
        say!("{:12}  {:>5}  {:>7}  {:10}  title", "id", "steps", "BPM", "status");
        for performance in &performances {
            say!("{}", row(performance));
        }
    }
    Ok(())
}

fn row(performance: &PerformanceItem) -> String {
    let (steps, tempo) = performance
        .video
        .as_ref()
        .map_or_else(Default::default, |video| (video.steps.to_string(), format!("{:.1}", video.tempo_bpm)));
    let status = match performance.status {
        PerformanceStatus::Ingesting => "ingesting",
        PerformanceStatus::Published => "published",
        PerformanceStatus::Failed => "failed",
    };
    let reason = performance.failure.map(|code| format!(" ({code})")).unwrap_or_default();
    let id = &performance.id.as_str()[..12];
    format!("{id}  {steps:>5}  {tempo:>7}  {status:10}  {}{reason}", performance.title)
}
