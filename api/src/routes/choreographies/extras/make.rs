//! `POST /api/choreographies/{choreography}/extras/{extra}`

use crate::{
    app::App,
    extract::Id,
    extras,
    problem::{Problem, ProblemBody},
    views::ExtraView,
};
use axum::{Json, extract::State, http::StatusCode};
use eightcount_domain::{ChoreographyId, Extra};

/// Make an extra
///
/// The product mirrored, at half speed, with the counts one to eight over the picture, or one eight of it in a loop;
/// the ways combine. It is made of the selections as they are now, once for everybody: asking again is harmless. A loop
/// needs its eight and the one after it; all others need every eight.
#[utoipa::path(
    post,
    path = "/api/choreographies/{choreography}/extras/{extra}",
    operation_id = "make_extra",
    tag = "choreographies",
    params(
        ("choreography" = ChoreographyId, Path),
        ("extra" = String, Path, description = "`mirrored`, `half-speed`, `counted`, `loop-{eight}`, or several of them joined by dots"),
    ),
    responses(
        (status = 202, description = "It is being made", body = ExtraView),
        (status = 200, description = "It is there", body = ExtraView),
        (status = 404, description = "`unknown_choreography`, `unknown_eight`, `not_found`", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 409, description = "`choreography_incomplete`, `not_ready_yet` (a take is being planned)", body = ProblemBody,
            content_type = "application/problem+json"),
    ),
)]
#[tracing::instrument(name = "extras.make", skip_all, fields(choreography = %id, %extra))]
pub async fn handle(
    State(app): State<App>,
    Id(id): Id<ChoreographyId>,
    Id(extra): Id<Extra>,
) -> Result<(StatusCode, Json<ExtraView>), Problem> {
    let state = app.state_of(&id).await?;
    let key = extras::order(&app, &state, extra).await?;
    if extras::file(&app, &key).await?.is_none() {
        app.gateway().start_extra(&key, extra).await?;
    }
    let view = extras::view(&app, &id, extra, &key).await?;
    let status = if view.url.is_some() { StatusCode::OK } else { StatusCode::ACCEPTED };
    Ok((status, Json(view)))
}
