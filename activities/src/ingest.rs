//! Ingest: a performance becomes steps.

mod frames;
mod poses;

use crate::alive::Pulse;
use crate::desk::{Desk, compute, found};
use crate::failure::Failure;
use eightcount_audio::{EightFeatures, all_eights, features, hear};
use eightcount_choreo::watch::{CUT_QUALITY, StepSight};
use eightcount_domain::{
    self as domain, BEATS_PER_EIGHT, BlobHash, Eight, FailureCode, FeatureVector, Movement, Outline,
    Performance, PerformanceStatus, Pose, Role, Sight, Step, StepId, SubjectBox, SubjectMotion,
};
use eightcount_media::{ConformOptions, Refusal};
use eightcount_pose::{Shift, StepDance};
use eightcount_workflows::contract::{
    Conformed, DiscardInput, HearPerformanceInput, HeardPerformance, IngestInput, PublishPerformanceInput,
    Published, WatchInput, Watched,
};
use serde::{Deserialize, Serialize};

/// Sharpness from which on a step is as good as a perfectly sharp one.
const SHARP_ENOUGH: f32 = 0.5;
/// Fewest steps that make a performance.
const MIN_STEPS: usize = 2;

/// An eight of a performance and what it sounds like.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct HeardEight {
    eight: Eight,
    features: FeatureVector,
}

/// What an eight of a performance looks like.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct SeenEight {
    movement: Movement,
    start_box: Option<SubjectBox>,
    end_box: Option<SubjectBox>,
    start_motion: Option<SubjectMotion>,
    end_motion: Option<SubjectMotion>,
    start_outline: Option<Outline>,
    end_outline: Option<Outline>,
    native_cut: bool,
    start_pose: Option<Pose>,
    end_pose: Option<Pose>,
    sight: Sight,
    quality: f32,
    thumbnail: BlobHash,
}

/// Makes the mezzanine.
pub(crate) async fn conform(desk: &Desk, input: IngestInput, pulse: Pulse) -> Result<Conformed, Failure> {
    let _turn = desk.ingest_turn().await?;
    let original = desk.storage.blobs.local(&BlobHash(input.performance.0.clone())).await?;
    let scratch = desk.scratch()?;
    let output = scratch.path().join("mezzanine.mp4");
    let options = ConformOptions::default();
    let (_, made) = desk.media.conform(&original, &output, &options, &mut pulse.watch()).await?;
    let mezzanine = desk.keep(&output).await?;
    Ok(Conformed { mezzanine, width: made.width, height: made.height, fps: made.fps, frames: made.frames })
}

/// Finds beats and eights in the performance's own music.
pub(crate) async fn hear_music(
    desk: &Desk,
    input: HearPerformanceInput,
) -> Result<HeardPerformance, Failure> {
    let _turn = desk.ingest_turn().await?;
    let pcm = desk.pcm(&input.mezzanine).await?;
    let (tempo, eights) = compute(move || {
        let hearing = hear(&pcm)?;
        let eights = all_eights(&hearing.grid);
        let vectors = features(&pcm, &eights);
        let vectors = vectors.iter().map(EightFeatures::vector);
        let heard = eights.into_iter().zip(vectors).map(|(eight, features)| HeardEight { eight, features });
        Ok::<_, Failure>((hearing.grid.tempo, heard.collect::<Vec<_>>()))
    })
    .await??;
    if eights.len() < MIN_STEPS {
        return Err(Failure::Refused(Refusal::over(FailureCode::TooShort, format!("{MIN_STEPS} eights"))));
    }
    let count = eights.len() as u32;
    Ok(HeardPerformance { eights: desk.write_json(&eights).await?, count, tempo })
}

/// Finds the subject and its movement in each eight.
pub(crate) async fn watch(desk: &Desk, input: WatchInput, pulse: Pulse) -> Result<Watched, Failure> {
    let _turn = desk.ingest_turn().await?;
    let heard: Vec<HeardEight> = desk.read_json(&input.eights).await?;
    let looking = poses::dance(desk, &input.conformed, &pulse);
    let (frames, dance) = futures::try_join!(frames::watch(desk, &input.conformed, &pulse), looking)?;
    let camera = |from: f64, to: f64| {
        let moved = frames.camera_between(from, to);
        Shift { dx: moved.dx, dy: moved.dy, zoom: moved.zoom }
    };
    let dance = dance.map(|dance| dance.steadied(camera));
    let mezzanine = desk.storage.blobs.local(&input.conformed.mezzanine).await?;
    let scratch = desk.scratch()?;
    let (mut seen, mut joints) = (Vec::with_capacity(heard.len()), 0);
    for HeardEight { eight, .. } in &heard {
        let sight = frames.step(&eight.beats);
        let danced = dance.as_ref().and_then(|dance| dance.step(&eight.beats));
        joints += usize::from(danced.is_some());
        let picture = scratch.path().join(format!("{}.jpg", eight.index));
        let middle = eight.beats[BEATS_PER_EIGHT / 2];
        desk.media.thumbnail(&mezzanine, middle, &picture).await?;
        let thumbnail = desk.keep(&picture).await?;
        seen.push(match danced {
            Some(danced) => danced_eight(desk, danced, &sight, thumbnail).await?,
            None => seen_eight(&sight, thumbnail),
        });
    }
    tracing::info!(
        eights = seen.len(),
        joints,
        "watched: so many eights by joints, the others by the picture's change"
    );
    Ok(Watched { sights: desk.write_json(&seen).await? })
}

/// Puts all steps into the library in one transaction.
pub(crate) async fn publish(desk: &Desk, input: PublishPerformanceInput) -> Result<Published, Failure> {
    let heard: Vec<HeardEight> = desk.read_json(&input.heard.eights).await?;
    let seen: Vec<SeenEight> = desk.read_json(&input.watched.sights).await?;
    let known = desk.storage.choreo.performance(&input.performance).await?;
    let known = found("the performance", known)?;
    let last = heard.len().saturating_sub(1);
    let step = |(index, (heard, seen)): (usize, (HeardEight, SeenEight))| Step {
        id: StepId { performance: input.performance.clone(), index: index as u32 },
        role: role(index, last),
        beats: heard.eight.beats,
        movement: seen.movement,
        start_box: seen.start_box,
        end_box: seen.end_box,
        start_motion: seen.start_motion,
        end_motion: seen.end_motion,
        start_outline: seen.start_outline,
        end_outline: seen.end_outline,
        start_pose: seen.start_pose,
        end_pose: seen.end_pose,
        sight: seen.sight,
        features: heard.features,
        quality: seen.quality,
        native_cut: seen.native_cut,
        thumbnail: seen.thumbnail,
        hidden: false,
        on_screen_text: false,
    };
    let steps: Vec<_> = heard.into_iter().zip(seen).enumerate().map(step).collect();
    let Conformed { mezzanine, width, height, fps, frames } = input.conformed;
    let tempo = input.heard.tempo;
    let count = steps.len() as u32;
    let performance = Performance {
        status: PerformanceStatus::Published,
        failure: None,
        conformed: Some(domain::Conformed { mezzanine, width, height, fps, frames, tempo, steps: count }),
        ..known
    };
    desk.storage.choreo.publish_performance(&performance, &steps).await?;
    Ok(Published { steps: count })
}

/// Removes what a failed ingest made; of a cancelled one not even its record stays.
pub(crate) async fn discard(desk: &Desk, input: DiscardInput) -> Result<(), Failure> {
    let choreo = &desk.storage.choreo;
    if input.failure == FailureCode::Cancelled {
        choreo.delete_performance(&input.performance).await?;
    } else {
        choreo
            .set_performance_status(&input.performance, PerformanceStatus::Failed, Some(input.failure))
            .await?;
    }
    let original = BlobHash(input.performance.0.clone());
    for blob in input.mezzanine.iter().chain([&original]) {
        desk.storage.blobs.delete(blob).await?;
    }
    Ok(())
}

fn role(index: usize, last: usize) -> Role {
    match index {
        0 => Role::Intro,
        _ if index == last => Role::Outro,
        _ => Role::Body,
    }
}

fn seen_eight(sight: &StepSight, thumbnail: BlobHash) -> SeenEight {
    SeenEight {
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
    }
}

/// An eight whose joints were seen; the pictures still tell of cuts.
async fn danced_eight(
    desk: &Desk,
    danced: StepDance,
    pictures: &StepSight,
    thumbnail: BlobHash,
) -> Result<SeenEight, Failure> {
    let skeleton = desk.write_json(&danced.skeleton).await?;
    let (start_pose, start) = danced.start.unzip();
    let (end_pose, end) = danced.end.unzip();
    let quality = danced.seen * f32::midpoint(danced.whole, 1.0) * clear(pictures.sharp);
    Ok(SeenEight {
        movement: danced.movement,
        start_box: place(danced.start_box, pictures.start_box),
        end_box: place(danced.end_box, pictures.end_box),
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
    })
}

/// Where the dancer is: as the picture shows it, hair and shoes included, where that is about where the joints are;
/// otherwise (a crowd, a moving background) by the joints.
fn place(joints: Option<SubjectBox>, picture: Option<SubjectBox>) -> Option<SubjectBox> {
    let (Some(body), Some(shape)) = (joints, picture) else { return joints.or(picture) };
    let ratio = (shape.bottom - shape.top) / (body.bottom - body.top);
    let aside = (shape.centre_x - body.centre_x).abs();
    let agree = (0.8..1.6).contains(&ratio) && aside < 0.5 * body.width.max(0.05);
    Some(if agree { shape } else { body })
}

/// What blur leaves of a step's quality: half at worst.
fn clear(sharp: f32) -> f32 {
    (SHARP_ENOUGH + sharp).min(1.0)
}
