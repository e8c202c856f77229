//! `eightcount library`: what is in the library.

use crate::output::say;
use crate::{
    args::LibraryArgs,
    client::{
        self, Api, Progress,
        wire::{InspectedPerformance, InspectedStep},
    },
    commands::inspect,
};
use eightcount_domain::{BeatsFrom, MovementTier, PerformanceStatus};

/// Lists it.
pub async fn run(args: LibraryArgs) -> anyhow::Result<()> {
    let progress = Progress::new();
    let work = async |api: Api| read(&api).await;
    let performances = client::with_instance(&args.instance, &progress, work).await?;
    if args.json {
        say!("{}", serde_json::to_string_pretty(&performances)?);
    } else if performances.is_empty() {
        say!("the library is empty: fill it with `eightcount ingest FILE…`");
    } else if args.steps {
        for performance in &performances {
            inspect::table(performance);
            say!("");
        }
    } else {
        table(&performances);
    }
    Ok(())
}

/// All performances with their steps.
pub(super) async fn read(api: &Api) -> anyhow::Result<Vec<InspectedPerformance>> {
    let mut performances = Vec::new();
    for one in client::library(api).await? {
        performances.push(api.get(&format!("/api/performances/{}", one.id)).await?);
    }
    Ok(performances)
}

/// A line each: how many of its steps are measured by joints, the others by the picture's change.
pub(super) fn table(performances: &[InspectedPerformance]) {
    say!(
        "{:12}  {:>5}  {:>9}  {:>7}  {:>7}  {:8}  {:10}  title",
        "id",
        "steps",
        "by joints",
        "quality",
        "BPM",
        "beats of",
        "status"
    );
    for performance in performances {
        say!("{}", row(performance));
    }
}

fn row(performance: &InspectedPerformance) -> String {
    let steps = performance.steps.as_deref().unwrap_or_default();
    let video = performance.item.video.as_ref();
    let (tempo, beats) = video.map_or_else(Default::default, |video| {
        let from = match video.beats.from {
            BeatsFrom::Music => "music",
            BeatsFrom::Movement => "movement",
        };
        (format!("{:.1}", video.tempo_bpm), from)
    });
    let joints = steps.iter().filter(|step| step.movement_tier == MovementTier::Joints).count();
    let quality = quality(steps).map(|mean| format!("{mean:.2}")).unwrap_or_default();
    let status = match performance.item.status {
        PerformanceStatus::Ingesting => "ingesting",
        PerformanceStatus::Published => "published",
        PerformanceStatus::Failed => "failed",
    };
    let reason = performance.item.failure.map(|code| format!(" ({code})")).unwrap_or_default();
    let (id, count, title) = (&performance.item.id.as_str()[..12], steps.len(), &performance.item.title);
    format!(
        "{id}  {count:>5}  {joints:>9}  {quality:>7}  {tempo:>7}  {beats:8}  {status:10}  {title}{reason}"
    )
}

/// Mean of the steps'; none without steps.
fn quality(steps: &[InspectedStep]) -> Option<f32> {
    let sum: f32 = steps.iter().map(|step| step.quality).sum();
    (!steps.is_empty()).then(|| sum / steps.len() as f32)
}
