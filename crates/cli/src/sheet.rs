//! The contact sheet: one picture per cut, taken from the take that shows it just after the transition.
//!
//! Takes are what the product is made of, byte for byte; looking into each is much cheaper than looking for the
//! same frames in a long product.

use crate::{
    client::{
        Work,
        wire::{Report, ReportEight},
    },
    section::clock,
};
use anyhow::Context;
use eightcount_domain::{ChoreographyState, Seconds};
use eightcount_edit::SheetLayout;
use eightcount_media::{Media, SheetPicture, Watch};
use futures::{StreamExt, TryStreamExt, stream};
use std::path::Path;

/// Frames after the end of the transition: the new performance alone, still in the pose of the cut.
const AFTER_TRANSITION_FRAMES: u64 = 3;
/// Takes fetched at a time.
const AT_ONCE: usize = 4;

/// Makes the sheet of a finished choreography.
pub async fn make(
    media: &Media,
    work: &Work,
    state: &ChoreographyState,
    report: &Report,
    out: &Path,
) -> anyhow::Result<()> {
    let folder = tempfile::tempdir().context("making a folder for the takes")?;
    let fetch = |eight: &ReportEight| {
        let take =
            state.eights.get(eight.eight as usize).and_then(|eight| eight.selection.as_ref()?.take.clone());
        let path = folder.path().join(format!("{}.mp4", eight.eight));
        let picture =
            SheetPicture { path: path.clone(), frame: frame_of(eight.eight, state), label: label(eight) };
        async move {
            let take = take.context("an eight has no take")?;
            work.download_take(&take, &path).await?;
            anyhow::Ok(picture)
        }
    };
    let fetches: Vec<_> = report.eights.iter().map(fetch).collect();
    let pictures: Vec<_> = stream::iter(fetches).buffered(AT_ONCE).try_collect().await?;
    if let Some(folder) = out.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    }
    media
        .contact_sheet(&pictures, &SheetLayout::default(), out, &mut Watch::nobody())
        .await
        .context("making the contact sheet")
}

/// A take starts with its transition, but the first has none.
fn frame_of(eight: u32, state: &ChoreographyState) -> u64 {
    let transition = if eight == 0 { 0 } else { u64::from(state.options.transition_frames) };
    transition + AFTER_TRANSITION_FRAMES
}

fn label(eight: &ReportEight) -> String {
    let start = clock(Seconds::from(eight.section.start_ms).get());
    let who = eight.performance_title.split(" dances to ").next().unwrap_or_default();
    let cluster = eight.cluster.as_deref().unwrap_or_default();
    format!("{} {start} {cluster} {who}", eight.eight + 1)
}
