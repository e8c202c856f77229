//! `GET /api/choreographies/{choreography}/eights/{eight}/previews/{take}`

use crate::{
    app::App,
    downloads::{Content, Download},
    extract::{EightIndex, Id},
    problem::{Problem, ProblemBody},
    takes::{self, Unreadable},
    views::FileBody,
};
use axum::{extract::State, http::HeaderMap, response::Response};
use eightcount_domain::{ChoreographyId, FailureCode, TakeKey};

/// Watch a take with its sound
///
/// The frames of the take, byte for byte those of the product, with the song as it sounds under eight `k`. Both are
/// copied, nothing is encoded.
#[utoipa::path(
    get,
    path = "/api/choreographies/{choreography}/eights/{eight}/previews/{take}",
    operation_id = "get_preview",
    tag = "choreographies",
    params(
        ("choreography" = ChoreographyId, Path),
        ("eight" = u32, Path, description = "From 0"),
        ("take" = TakeKey, Path, description = "Of a candidate or a selection"),
    ),
    responses(
        (status = 200, description = "The video", body = FileBody, content_type = "video/mp4"),
        (status = 206, description = "The wanted range", body = FileBody, content_type = "video/mp4"),
        (status = 404, description = "`unknown_choreography`, `unknown_eight`, `unknown_take`", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 409, description = "`not_ready_yet`", body = ProblemBody,
            content_type = "application/problem+json"),
    ),
)]
#[tracing::instrument(name = "choreographies.preview", skip_all, fields(choreography = %id, eight = k))]
pub async fn handle(
    State(app): State<App>,
    Id(id): Id<ChoreographyId>,
    Id(EightIndex(k)): Id<EightIndex>,
    Id(take): Id<TakeKey>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let state = app.state_of(&id).await?;
    let section = takes::section(&app, &state).await?;
    let place = takes::frames(&state, &section, k);
    let (start, _) = place.ok_or_else(|| Problem::new(FailureCode::UnknownEight))?;
    let sound = state.sound.clone().ok_or_else(|| Problem::new(FailureCode::NotReadyYet))?;
    let (blob, frames) = takes::file(&app, &take).await?;
    let (video, heard) = (takes::track(&app, &blob).await?, takes::track(&app, &sound).await?);
    let ticks = |frame: u64| frame * u64::from(heard.timescale()) / u64::from(state.options.fps.get());
    let heard = heard.cut(ticks(start), ticks(start + frames));
    let assembly = eightcount_mp4::join(&[&video], Some(&heard))
        .map_err(|source| Unreadable::Tables { blob: blob.clone(), source })?;
    let content = Content::Assembled { assembly, inputs: vec![blob, sound], tag: format!("{id}-{k}-{take}") };
    Download::of(content, "video/mp4").answer(&app, &headers).await
}
