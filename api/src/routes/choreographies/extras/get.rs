//! `GET /api/choreographies/{choreography}/extras/{extra}`

use crate::{
    app::App,
    extract::Id,
    extras,
    problem::{Problem, ProblemBody},
    views::ExtraView,
};
use axum::{Json, extract::State};
use eightcount_domain::{ChoreographyId, Extra};

/// Ask how far an extra is
#[utoipa::path(
    get,
    path = "/api/choreographies/{choreography}/extras/{extra}",
    operation_id = "get_extra",
    tag = "choreographies",
    params(
        ("choreography" = ChoreographyId, Path),
        ("extra" = String, Path, description = "`mirrored`, `half-speed`, `counted`, `loop-{eight}`, or several of them joined by dots"),
    ),
    responses(
        (status = 200, description = "How far it is", body = ExtraView),
        (status = 404, description = "`unknown_choreography`, `unknown_eight`, `not_found`", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 409, description = "`choreography_incomplete`, `not_ready_yet` (a take is being planned)", body = ProblemBody,
            content_type = "application/problem+json"),
    ),
)]
#[tracing::instrument(name = "extras.get", skip_all, fields(choreography = %id, %extra))]
pub async fn handle(
    State(app): State<App>,
    Id(id): Id<ChoreographyId>,
    Id(extra): Id<Extra>,
) -> Result<Json<ExtraView>, Problem> {
    let state = app.state_of(&id).await?;
    let key = extras::order(&app, &state, extra).await?;
    extras::view(&app, &id, extra, &key).await.map(Json)
}
