//! Describing the steps: what each eight shows, with its pictures.

use super::{HeardEight, MIN_STEPS, sights::Sights};
use crate::desk::Desk;
use crate::failure::Failure;
use eightcount_choreo::watch::{CUT_QUALITY, StepSight};
use eightcount_domain::{
    BEATS_PER_EIGHT, BlobHash, CameraWork, FailureCode, FeatureVector, Movement, Outline, Pose, Sight,
    SubjectBox, SubjectMotion,
};
use eightcount_media::Refusal;
use eightcount_pose::{Dance, Shift, StepDance};
use eightcount_workflows::contract::{DescribeInput, Described};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Sharpness from which on a step is as good as a perfectly sharp one.
const SHARP_ENOUGH: f32 = 0.5;
/// An eight at either end with less of the usual movement is before or after the dance.
const RESTS: f32 = 0.2;
/// An eight at either end that shows somebody in less of its frames is, too.
const EMPTY: f32 = 0.3;
/// Share of a step's pictures in which a shape is inside the picture, from which on it is no scenery.
const WHOLE_ENOUGH: f32 = 0.5;
/// A shape at most this many times as wide as a body's joints are apart shows nobody beside it.
const ALONE_WIDTH: f32 = 1.5;

/// What an eight of a performance looks like.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct SeenEight {
    pub(super) beats: [f64; BEATS_PER_EIGHT + 1],
    pub(super) features: FeatureVector,
    pub(super) movement: Movement,
    pub(super) start_box: Option<SubjectBox>,
    pub(super) end_box: Option<SubjectBox>,
    pub(super) start_motion: Option<SubjectMotion>,
    pub(super) end_motion: Option<SubjectMotion>,
    pub(super) start_outline: Option<Outline>,
    pub(super) end_outline: Option<Outline>,
    pub(super) native_cut: bool,
    pub(super) start_pose: Option<Pose>,
    pub(super) end_pose: Option<Pose>,
    pub(super) sight: Sight,
    pub(super) quality: f32,
    pub(super) thumbnail: BlobHash,
    pub(super) preview: BlobHash,
}

/// Describes the eights that are danced; those before and after the dance are left out.
pub(crate) async fn describe(desk: &Desk, input: DescribeInput) -> Result<Described, Failure> {
    let heard: Vec<HeardEight> = desk.read_json(&input.heard.eights).await?;
    let sights: Sights = desk.read_json(&input.watched.sights).await?;
    let frames = &sights.frames;
    let camera = |from: f64, to: f64| {
        let moved = frames.camera_between(from, to);
        Shift { dx: moved.dx, dy: moved.dy, zoom: moved.zoom }
    };
    let aspect = input.watched.conformed.width as f32 / input.watched.conformed.height.max(1) as f32;
    let dance = sights.looks.map(|looks| Dance::new(looks, aspect).steadied(camera));
    let seen: Vec<StepSight> = heard.iter().map(|heard| frames.step(&heard.eight.beats)).collect();
    let danced = danced(&seen);
    let left_out = heard.len() - danced.len();
    let (heard, seen) = (&heard[danced.clone()], &seen[danced]);
    if heard.len() < MIN_STEPS {
        return Err(Failure::Refused(Refusal::over(
            FailureCode::TooShort,
            format!("{MIN_STEPS} danced eights"),
        )));
    }
    let scratch = desk.scratch()?;
    let pictures = Pictures::of(desk, &input.watched.small, heard, scratch.path()).await?;
    let (mut steps, mut joints) = (Vec::with_capacity(heard.len()), 0);
    for ((heard, sight), pictures) in heard.iter().zip(seen).zip(pictures.0) {
        let danced = dance.as_ref().and_then(|dance| dance.step(&heard.eight.beats));
        joints += usize::from(danced.is_some());
        steps.push(match danced {
            Some(danced) => danced_eight(desk, heard, danced, sight, pictures).await?,
            None => seen_eight(heard, sight, pictures),
        });
    }
    let eights = steps.len();
    tracing::info!(eights, left_out, joints, "so many eights by joints, the others by the picture's change");
    Ok(Described { steps: desk.write_json(&steps).await?, count: eights as u32 })
}

/// From the first eight that is danced to the last.
fn danced(seen: &[StepSight]) -> std::ops::Range<usize> {
    let moved = |sight: &StepSight| sight.movement.per_beat.iter().sum::<f32>();
    let mut usual: Vec<f32> = seen.iter().map(moved).collect();
    usual.sort_by(f32::total_cmp);
    let usual = usual.get(usual.len() / 2).copied().unwrap_or_default();
    // Where nobody is found at all there is nothing to go by.
    let found = seen.iter().any(|sight| sight.seen >= EMPTY);
    let is_danced = |sight: &StepSight| !found || (sight.seen >= EMPTY && moved(sight) >= RESTS * usual);
    let first = seen.iter().position(is_danced).unwrap_or(0);
    let last = seen.iter().rposition(is_danced).map_or(seen.len(), |last| last + 1);
    first..last
}

/// A thumbnail and a preview for each eight.
struct Pictures(Vec<(BlobHash, BlobHash)>);

impl Pictures {
    async fn of(
        desk: &Desk,
        small: &BlobHash,
        eights: &[HeardEight],
        folder: &Path,
    ) -> Result<Self, Failure> {
        let small = desk.storage.blobs.local(small).await?;
        let (thumbnails, previews) = (folder.join("thumbnails"), folder.join("previews"));
        std::fs::create_dir(&thumbnails)?;
        std::fs::create_dir(&previews)?;
        let middles: Vec<f64> = eights.iter().map(|heard| heard.eight.beats[BEATS_PER_EIGHT / 2]).collect();
        let spans: Vec<_> =
            eights.iter().map(|heard| (heard.eight.beats[0], heard.eight.beats[BEATS_PER_EIGHT])).collect();
        let (thumbnails, previews) = futures::try_join!(
            desk.media.thumbnails(&small, &middles, &thumbnails),
            desk.media.cut_previews(&small, &spans, &previews)
        )?;
        let kept = thumbnails
            .iter()
            .zip(&previews)
            .map(|(thumbnail, preview)| futures::future::try_join(desk.keep(thumbnail), desk.keep(preview)));
        Ok(Self(futures::future::try_join_all(kept).await?))
    }
}

fn seen_eight(
    heard: &HeardEight,
    sight: &StepSight,
    (thumbnail, preview): (BlobHash, BlobHash),
) -> SeenEight {
    SeenEight {
        beats: heard.eight.beats,
        features: heard.features.clone(),
        movement: sight.movement,
        start_box: sight.start_box,
        end_box: sight.end_box,
        start_motion: sight.start_motion,
        end_motion: sight.end_motion,
        start_outline: sight.start_outline,
        end_outline: sight.end_outline,
        native_cut: sight.native_cut,
        start_pose: None,
        end_pose: None,
        sight: Sight {
            camera: sight.camera,
            seen: sight.seen,
            whole: sight.whole,
            sharp: sight.sharp,
            ..Sight::default()
        },
        quality: sight.quality * clear(sight.sharp),
        thumbnail,
        preview,
    }
}

/// An eight whose joints were seen; the pictures still tell of cuts.
async fn danced_eight(
    desk: &Desk,
    heard: &HeardEight,
    danced: StepDance,
    pictures: &StepSight,
    (thumbnail, preview): (BlobHash, BlobHash),
) -> Result<SeenEight, Failure> {
    let stage = Stage::of(pictures, danced.dancers);
    let skeleton = desk.write_json(&danced.skeleton).await?;
    let (start_pose, start) = danced.start.unzip();
    let (end_pose, end) = danced.end.unzip();
    let quality = danced.seen * f32::midpoint(danced.whole, 1.0) * clear(pictures.sharp);
    Ok(SeenEight {
        beats: heard.eight.beats,
        features: heard.features.clone(),
        movement: danced.movement,
        start_box: stage.place(danced.start_box, pictures.start_box),
        end_box: stage.place(danced.end_box, pictures.end_box),
        start_motion: pictures.start_motion,
        end_motion: pictures.end_motion,
        start_outline: pictures.start_outline,
        end_outline: pictures.end_outline,
        native_cut: pictures.native_cut,
        start_pose,
        end_pose,
        sight: Sight {
            camera: pictures.camera,
            seen: danced.seen,
            whole: danced.whole,
            sharp: pictures.sharp,
            dancers: danced.dancers,
            start,
            end,
            skeleton: Some(skeleton),
        },
        quality: if pictures.native_cut { quality.min(CUT_QUALITY) } else { quality },
        thumbnail,
        preview,
    })
}

/// What else a shape in the pictures could show than the dancer.
#[derive(Clone, Copy)]
struct Stage {
    /// Nothing but people: the camera is still, and in most pictures the shape does not touch the sides, as moving
    /// scenery would.
    calm: bool,
    /// The dancer is alone on it.
    alone: bool,
}

impl Stage {
    fn of(pictures: &StepSight, dancers: u32) -> Self {
        let calm = pictures.camera == CameraWork::Still && pictures.whole >= WHOLE_ENOUGH;
        Self { calm, alone: dancers == 1 }
    }

    /// Where the dancer is: as the picture shows it, hair and shoes included, where that is about where the joints
    /// are; otherwise (a crowd, a moving background) by the joints.
    ///
    /// A shape that can only be the dancer's is believed even where it reaches much further than the joints, which miss
    /// what clothes cover; and the joints below and above it, because legs as dark as the stage are no part of a shape.
    fn place(self, joints: Option<SubjectBox>, picture: Option<SubjectBox>) -> Option<SubjectBox> {
        let (Some(body), Some(shape)) = (joints, picture) else { return joints.or(picture) };
        let ratio = (shape.bottom - shape.top) / (body.bottom - body.top);
        let aside = (shape.centre_x - body.centre_x).abs();
        let agree = (0.8..1.6).contains(&ratio) && aside < 0.5 * body.width.max(0.05);
        // Somebody beside the dancer makes the shape wider.
        let own = self.calm && (self.alone || shape.width < ALONE_WIDTH * body.width);
        Some(if own && aside < 0.5 * shape.width {
            SubjectBox { top: shape.top.min(body.top), bottom: shape.bottom.max(body.bottom), ..shape }
        } else if agree {
            shape
        } else {
            body
        })
    }
}

/// What blur leaves of a step's quality: half at worst.
fn clear(sharp: f32) -> f32 {
    (SHARP_ENOUGH + sharp).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use eightcount_domain::MovementTier;

    fn sight(seen: f32, moved: f32) -> StepSight {
        StepSight {
            movement: Movement { tier: MovementTier::Visual, per_beat: [moved; BEATS_PER_EIGHT] },
            start_box: None,
            end_box: None,
            start_motion: None,
            end_motion: None,
            start_outline: None,
            end_outline: None,
            native_cut: false,
            camera: CameraWork::Still,
            sharp: 1.0,
            seen,
            whole: 1.0,
            quality: seen,
        }
    }

    #[test]
    fn what_is_before_and_after_the_dance_is_left_out() {
        let (empty, rests, dances) = (sight(0.1, 0.9), sight(1.0, 0.05), sight(1.0, 0.5));
        assert_eq!(danced(&[empty, rests, dances, rests, dances, dances, rests]), 2..6);
        assert_eq!(danced(&[dances, dances]), 0..2);
        // Nobody was found, or nobody moves at all.
        assert_eq!(danced(&[empty, empty, empty]), 0..3);
        assert_eq!(danced(&[sight(1.0, 0.0); 3]), 0..3);
    }

    #[test]
    fn a_shape_is_believed_where_it_can_only_be_the_dancers() {
        let at = |centre_x, top, bottom, width| Some(SubjectBox { centre_x, top, bottom, width });
        let alone = Stage { calm: true, alone: true };
        let together = Stage { alone: false, ..alone };
        let lively = Stage { calm: false, ..alone };
        // A skirt hides the legs from the joints; both stand at the same place.
        let (body, skirt) = (at(0.64, 0.53, 0.88, 0.06), at(0.64, 0.32, 0.90, 0.12));
        assert_eq!(alone.place(body, skirt), skirt);
        assert_eq!((together.place(body, skirt), lively.place(body, skirt)), (body, body));
        // Who is beside a dancer is beside their body too.
        let slim = at(0.64, 0.32, 0.90, 0.08);
        assert_eq!((together.place(body, slim), lively.place(body, slim)), (slim, body));
        // Dark legs before a dark stage, and somebody else's shape.
        let (body, bust, other) =
            (at(0.44, 0.4, 0.9, 0.14), at(0.43, 0.34, 0.69, 0.13), at(0.8, 0.2, 0.9, 0.2));
        assert_eq!(alone.place(body, bust), at(0.43, 0.34, 0.9, 0.13));
        assert_eq!(lively.place(body, bust), body);
        assert_eq!(alone.place(body, other), body);
        // Where both are about the same, hair and shoes count.
        let shape = at(0.44, 0.36, 0.92, 0.16);
        assert_eq!((alone.place(body, shape), lively.place(body, shape)), (shape, shape));
        assert_eq!((lively.place(None, shape), alone.place(body, None)), (shape, body));
    }

    #[test]
    fn scenery_and_company_are_told_from_the_dancer() {
        let seen = sight(1.0, 0.5);
        assert!(Stage::of(&seen, 1).calm && Stage::of(&seen, 1).alone);
        assert!(!Stage::of(&seen, 2).alone && !Stage::of(&seen, 0).alone);
        assert!(!Stage::of(&StepSight { whole: 0.2, ..seen }, 1).calm);
        assert!(!Stage::of(&StepSight { camera: CameraWork::Moving, ..seen }, 1).calm);
    }
}
