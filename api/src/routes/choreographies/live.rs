//! `GET /api/choreographies/{choreography}/live`

use crate::{
    app::App,
    extract::Id,
    problem::{Problem, ProblemBody},
    takes::{self, Unreadable},
    views::{LiveFragment, LiveSound, LiveVideo, LiveView},
};
use axum::{Json, extract::State};
use eightcount_domain::{BEATS_PER_EIGHT, BlobHash, ChoreographyId, ChoreographyState, Eight, FrameGrid};
use eightcount_mp4::Track;

/// Watch the cross-edit grow
///
/// What a player with Media Source Extensions appends: one header, then a fragment for each selection, then the
/// sound. A new selection is one more fragment; a changed one is another fragment at the same place, and so is the
/// one after it. Ask again at each event.
#[utoipa::path(
    get,
    path = "/api/choreographies/{choreography}/live",
    operation_id = "get_live",
    tag = "choreographies",
    params(("choreography" = ChoreographyId, Path)),
    responses(
        (status = 200, description = "The list", body = LiveView),
        (status = 404, description = "`unknown_choreography`", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 409, description = "`not_ready_yet`, `choreography_incomplete` (closed before there was anything)", body = ProblemBody,
            content_type = "application/problem+json"),
    ),
)]
#[tracing::instrument(name = "choreographies.live", skip_all, fields(choreography = %id))]
pub async fn handle(State(app): State<App>, Id(id): Id<ChoreographyId>) -> Result<Json<LiveView>, Problem> {
    let state = app.state_of(&id).await?;
    let section = takes::section(&app, &state).await?;
    let rate = f64::from(state.options.fps.get());
    let mut fragments = Vec::new();
    let mut video = None;
    for (k, eight) in (0..).zip(&state.eights) {
        let planned = eight.selection.as_ref().and_then(|selection| selection.take.clone());
        let (Some(take), Some((start, end))) = (planned, takes::frames(&state, &section, k)) else {
            continue;
        };
        let ready = takes::is_ready(&app, &take).await?;
        if video.is_none() && ready {
            let init_url = format!("/api/takes/{take}/init");
            let (blob, _) = takes::file(&app, &take).await?;
            video = Some(LiveVideo { mime: mime(&app, "video/mp4", &blob).await?.0, init_url });
        }
        fragments.push(LiveFragment {
            eight: k,
            url: format!("/api/takes/{take}/fragment?start_frame={start}"),
            take,
            start_frame: start,
            frames: end - start,
            start_s: start as f64 / rate,
            duration_s: (end - start) as f64 / rate,
            beats_s: beats(&section.eights, k),
            ready,
        });
    }
    let frames = FrameGrid::of(&section.eights, state.options.fps).total();
    Ok(Json(LiveView {
        sound: sound(&app, &state).await?,
        choreography: id,
        version: state.version,
        fps: state.options.fps.get(),
        duration_s: frames as f64 / rate,
        video,
        fragments,
    }))
}

/// To the millisecond, from the section's start.
fn beats(eights: &[Eight], k: u32) -> Vec<f64> {
    let (Some(first), Some(eight)) = (eights.first(), eights.get(k as usize)) else { return Vec::new() };
    let beats = eight.beats[..BEATS_PER_EIGHT].iter();
    beats.map(|beat| ((beat - first.start()) * 1000.0).round() / 1000.0).collect()
}

async fn sound(app: &App, state: &ChoreographyState) -> Result<Option<LiveSound>, Problem> {
    let Some(blob) = &state.sound else { return Ok(None) };
    let (mime, track) = mime(app, "audio/mp4", blob).await?;
    Ok(Some(LiveSound {
        mime,
        url: format!("/api/choreographies/{}/live/sound", state.id),
        timestamp_offset_s: -f64::from(track.lead_ticks()) / f64::from(track.timescale()),
    }))
}

async fn mime(app: &App, kind: &str, blob: &BlobHash) -> Result<(String, Track), Problem> {
    let track = takes::track(app, blob).await?;
    let codec =
        eightcount_mp4::codec(&track).map_err(|source| Unreadable::Tables { blob: blob.clone(), source })?;
    Ok((format!("{kind}; codecs=\"{codec}\""), track))
}
