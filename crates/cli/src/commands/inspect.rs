//! `eightcount inspect`: what was seen in a performance, as a table and drawn over its video.

use crate::output::say;
use crate::{
    args::InspectArgs,
    client::{self, Api, Progress, wire::InspectedPerformance},
    exit, overlay, service,
};
use anyhow::Context;
use eightcount_domain::{CameraWork, MovementTier, Skeleton};
use eightcount_media::Watch;
use std::path::Path;

/// Tells of one performance.
pub async fn run(args: InspectArgs) -> anyhow::Result<()> {
    let progress = Progress::new();
    let work = async |api: Api| {
        let known = client::library(&api).await?;
        let mut fitting = known.iter().filter(|one| one.id.as_str().starts_with(&args.performance));
        let (Some(one), None) = (fitting.next(), fitting.next()) else {
            return Err(exit::usage(
                "name one performance by its id, or by a beginning of it that no other has",
            ));
        };
        let performance: InspectedPerformance = api.get(&format!("/api/performances/{}", one.id)).await?;
        if let Some(file) = &args.overlay {
            draw(&api, &performance, file).await?;
        }
        Ok(performance)
    };
    let performance = client::with_instance(&args.instance, &progress, work).await?;
    if args.json {
        say!("{}", serde_json::to_string_pretty(&performance)?);
    } else {
        table(&performance);
    }
    Ok(())
}

/// Its steps, a line each.
pub(super) fn table(performance: &InspectedPerformance) {
    say!("{}  {}", performance.item.id, performance.item.title);
    say!(
        "{:>4} {:>7} {:>7}  {:6} {:>7}  {:7} {:>5} {:>5} {:>5} {:>7}",
        "step",
        "from",
        "to",
        "tier",
        "dancers",
        "camera",
        "seen",
        "whole",
        "sharp",
        "quality"
    );
    for step in performance.steps.iter().flatten() {
        let tier = match step.movement_tier {
            MovementTier::Joints => "joints",
            MovementTier::Visual => "visual",
        };
        let camera = match step.camera {
            CameraWork::Still => "still",
            CameraWork::Moving => "moving",
            CameraWork::Zooming => "zooming",
        };
        let cut = if step.native_cut { "  cut inside" } else { "" };
        let hidden = if step.hidden { "  hidden" } else { "" };
        say!(
            "{:>4} {:>7.2} {:>7.2}  {tier:6} {:>7}  {camera:7} {:>5.2} {:>5.2} {:>5.2} {:>7.2}{cut}{hidden}",
            step.index,
            step.beats_s.first().copied().unwrap_or_default(),
            step.beats_s.last().copied().unwrap_or_default(),
            step.dancers,
            step.seen,
            step.whole,
            step.sharp,
            step.quality
        );
    }
}

/// Fetches the video and every skeleton, and draws.
async fn draw(api: &Api, performance: &InspectedPerformance, file: &Path) -> anyhow::Result<()> {
    let not_there = || exit::refused("the performance is not in the library yet".to_owned());
    let video = performance.item.video.as_ref().ok_or_else(not_there)?;
    let mut steps = Vec::new();
    for step in performance.steps.iter().flatten() {
        let skeleton: Option<Skeleton> = match &step.skeleton_url {
            Some(path) => Some(api.get(path).await?),
            None => None,
        };
        steps.push((step.clone(), skeleton));
    }
    let scratch = tempfile::tempdir().context("making a folder for the video")?;
    let plain = scratch.path().join("video.mp4");
    api.download(&format!("/api/performances/{}/video", performance.item.id), &plain).await?;
    let marks = overlay::marks(video, &steps);
    let media = service::media()?;
    let size = (video.width, video.height);
    media.draw_over(&plain, size, &marks, file, &mut Watch::nobody()).await.context("drawing over the video")
}
