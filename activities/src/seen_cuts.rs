//! Looking at the cuts of a product: where the dancer is in the picture that each leaves and in the one that it enters, by
//! the means with which performances are seen, and without believing what was planned.
//!
//! Whoever stands still through an eight cannot be told from its stage, and in a dissolve two are seen at once. So
//! each of the two pictures is rendered once more, as the take shows it but unmixed, among others of the same mezzanine.
//! Where that finds nobody (the camera moves), joints are looked for.

use crate::desk::{Desk, compute};
use crate::failure::Failure;
use crate::take;
use eightcount_choreo::watch::{Frame, WatchError, subject_on};
use eightcount_domain::SubjectBox;
use eightcount_edit::TakePlan;
use eightcount_media::{ColourFrames, Watch};
use eightcount_pose::{Followed, Look, Models, Picture, Tracker};
use eightcount_workflows::contract::{CutFrame, SeeCutsInput, SeenBy, SeenCut};
use std::path::Path;

/// Looks for joints on each side of a cut, the last one at it: who is followed there is there.
const LOOKS: u64 = 3;
/// How many of them would fit into a second.
const LOOKS_PER_S: u32 = 15;
/// Longer side of the pictures in which joints are looked for.
const SIDE_PX: u32 = 640;

/// Longer side of the pictures in which what differs from the stage is looked for.
const SMALL_PX: u32 = 160;

/// Where the dancers are before and after a cut.
type Both = (Option<SubjectBox>, Option<SubjectBox>);

/// Finds the dancer on both sides of every cut, by the same means on both: like is compared with like.
pub(crate) async fn see(desk: &Desk, input: SeeCutsInput) -> Result<Vec<SeenCut>, Failure> {
    let product = desk.storage.blobs.local(&input.product).await?;
    let mut seen = Vec::with_capacity(input.cuts.len());
    for cut in &input.cuts {
        let plan = take::plan(desk, &cut.take).await?;
        let (mut by, mut both) = (SeenBy::Shape, shapes(desk, &plan).await?);
        if (both.0.is_none() || both.1.is_none())
            && let Some(models) = &desk.pose_models
        {
            by = SeenBy::Joints;
            both = bodies(desk, &product, (cut, &plan), models).await?;
        }
        seen.push(SeenCut { by, before: both.0, after: both.1 });
    }
    Ok(seen)
}

/// What differs from the stage.
async fn shapes(desk: &Desk, plan: &TakePlan) -> Result<Both, Failure> {
    let Some([before, after]) = plan.stages() else { return Ok((None, None)) };
    futures::try_join!(shape(desk, before), shape(desk, after))
}

async fn shape(desk: &Desk, (plan, at): (TakePlan, u64)) -> Result<Option<SubjectBox>, Failure> {
    let scratch = desk.scratch()?;
    let file = scratch.path().join("stage.mp4");
    take::render_plan(desk, &plan, &file, &mut Watch::nobody()).await?;
    let (width, height) = small_size(plan.width, plan.height);
    let mut pictures = Vec::new();
    let mut keep = |_: u64, picture: &[u8]| pictures.push(picture.to_vec());
    desk.media.small_frames(&file, (width, height), &mut Watch::nobody(), &mut keep).await?;
    let frames = pictures.iter().map(|picture| Frame::new(width as usize, height as usize, picture));
    let frames: Vec<_> = frames.collect::<Result<_, WatchError>>()?;
    Ok(match frames.get(at as usize) {
        Some(frame) => subject_on(&frames, frame)?,
        None => None,
    })
}

/// Where the joints of the main dancers are: in the product itself, or where a transition mixes them, in the pictures
/// that it mixes.
async fn bodies(
    desk: &Desk,
    product: &Path,
    (cut, plan): (&CutFrame, &TakePlan),
    models: &Models,
) -> Result<Both, Failure> {
    if plan.is_entered_hard() {
        return around(desk, (product, cut.frame), plan, models).await;
    }
    let Some((clear, frame)) = plan.hard_cut() else { return Ok((None, None)) };
    let scratch = desk.scratch()?;
    let file = scratch.path().join("cut.mp4");
    take::render_plan(desk, &clear, &file, &mut Watch::nobody()).await?;
    around(desk, (&file, frame), plan, models).await
}

/// The same in a file that cuts before this frame.
async fn around(
    desk: &Desk,
    (file, cut): (&Path, u64),
    plan: &TakePlan,
    models: &Models,
) -> Result<Both, Failure> {
    let every = u64::from((plan.fps.get() / LOOKS_PER_S).max(1));
    let reach = (LOOKS - 1) * every + 1;
    let first = cut.saturating_sub(reach);
    let side = |side: u32| (side * SIDE_PX / plan.width.max(plan.height) / 2 * 2).max(16);
    let size = (side(plan.width), side(plan.height));
    let wanted = ColourFrames { size, rate: plan.fps, first, every: 1, most: cut + reach - first };
    let pixels = desk.media.colour_frames(file, wanted, &mut Watch::nobody()).await?;
    // Both ways towards the cut: the last look is the one at it.
    let before = (0..LOOKS).rev().filter_map(move |look| cut.checked_sub(look * every + 1));
    let after = (0..LOOKS).rev().map(move |look| cut + look * every);
    let models = models.clone();
    compute(move || {
        let frames = Frames { pixels, first, size };
        Ok((frames.main(&models, before)?, frames.main(&models, after)?))
    })
    .await?
}

/// Neighbouring frames of a file: red, green and blue of a byte each.
struct Frames {
    pixels: Vec<u8>,
    /// Which the first of them is.
    first: u64,
    size: (u32, u32),
}

impl Frames {
    fn at(&self, frame: u64) -> Option<&[u8]> {
        let bytes = (self.size.0 * self.size.1 * 3) as usize;
        self.pixels.chunks_exact(bytes).nth(frame.checked_sub(self.first)? as usize)
    }

    /// Where the main dancer is in the last of some frames that are looked at in this order.
    fn main(
        &self,
        models: &Models,
        frames: impl Iterator<Item = u64>,
    ) -> Result<Option<SubjectBox>, Failure> {
        let (width, height) = (self.size.0 as usize, self.size.1 as usize);
        let mut tracker = Tracker::new(models.seer(), Followed::default());
        let mut place = None;
        for pixels in frames.filter_map(|frame| self.at(frame)) {
            let picture = Picture::new(width, height, pixels).map_err(Failure::internal)?;
            let seen = tracker.look(&picture).map_err(Failure::internal)?;
            place = Look::of(0.0, (width, height), &seen).main_place(width as f32 / height as f32);
        }
        Ok(place)
    }
}

/// The longer side becomes [`SMALL_PX`]; the other keeps the aspect, even and never below the least size.
fn small_size(width: u32, height: u32) -> (u32, u32) {
    let (long, short) = (width.max(height), width.min(height));
    let other = (SMALL_PX * short / long.max(1) / 2 * 2).max(16);
    if width >= height { (SMALL_PX, other) } else { (other, SMALL_PX) }
}
