//! `GET /api/choreographies/{choreography}/eights/{eight}`

use crate::{
    app::App,
    eights,
    extract::{EightIndex, Id},
    problem::{Problem, ProblemBody},
    views::EightView,
};
use axum::{Json, extract::State};
use eightcount_domain::{ChoreographyId, FailureCode};

/// Show an eight
///
/// Its loudness beat by beat, its cluster, the steps whose music is most like it, and what is chosen for it.
#[utoipa::path(
    get,
    path = "/api/choreographies/{choreography}/eights/{eight}",
    operation_id = "get_eight",
    tag = "choreographies",
    params(("choreography" = ChoreographyId, Path), ("eight" = u32, Path, description = "From 0")),
    responses(
        (status = 200, description = "The eight", body = EightView),
        (status = 404, description = "`unknown_choreography`, `unknown_eight`", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 409, description = "`not_ready_yet`: the section is not cut into eights yet (see `Retry-After`)",
            body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
#[tracing::instrument(name = "choreographies.eight", skip_all, fields(choreography = %id, eight = k))]
pub async fn handle(
    State(app): State<App>,
    Id(id): Id<ChoreographyId>,
    Id(EightIndex(k)): Id<EightIndex>,
) -> Result<Json<EightView>, Problem> {
    let state = app.state_of(&id).await?;
    let Some(eight) = state.eights.get(k as usize) else {
        let coming = state.eights.is_empty()
            && !state.status.is_closed()
            && k < app.config().limits.section_max_eights;
        let code = if coming { FailureCode::NotReadyYet } else { FailureCode::UnknownEight };
        return Err(Problem::new(code));
    };
    let amplitude = eights::amplitude(app.storage(), &state, k).await?;
    let likeness = eights::likeness(app.storage(), &state, eight, k).await?;
    Ok(Json(EightView {
        choreography: id,
        eight: k,
        state: eight.clone(),
        amplitude: amplitude.map(Into::into),
        likeness: likeness.map(Into::into),
    }))
}
