//! `DELETE /api/choreographies/{choreography}/eights/{eight}/selection`

use super::not_taken;
use crate::{
    app::App,
    extract::{Asked, EightIndex, Id},
    problem::{Problem, ProblemBody},
    views::ReceiptView,
};
use axum::{Json, extract::State};
use eightcount_domain::ChoreographyId;
use eightcount_workflows::contract::Unselect;
use serde::Deserialize;

/// On what a choice is taken back.
#[derive(Clone, Copy, Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UnselectQuery {
    /// The revision of the choreography that you saw.
    pub revision: u32,
}

/// Take a choice back
///
/// The eight has no step then, and is the next to be chosen, with the candidates that it had. Other choices stay; the
/// one after it is rendered anew once this eight has a step again. Where nothing is chosen, nothing changes.
#[utoipa::path(
    delete,
    path = "/api/choreographies/{choreography}/eights/{eight}/selection",
    operation_id = "unselect_step",
    tag = "choreographies",
    params(("choreography" = ChoreographyId, Path), ("eight" = u32, Path, description = "From 0"), UnselectQuery),
    responses(
        (status = 200, description = "Taken back", body = ReceiptView),
        (status = 404, description = "`unknown_choreography`, `unknown_eight`", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 409, description = "`stale_revision`, `choreography_finished`", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 429, description = "`busy`", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
#[tracing::instrument(name = "choreographies.unselect", skip_all, fields(choreography = %id, eight = k))]
pub async fn handle(
    State(app): State<App>,
    Id(id): Id<ChoreographyId>,
    Id(EightIndex(k)): Id<EightIndex>,
    Asked(query): Asked<UnselectQuery>,
) -> Result<Json<ReceiptView>, Problem> {
    match app.gateway().unselect(&id, Unselect { eight: k, revision: query.revision }).await {
        Ok(receipt) => {
            app.reader().acknowledge(&id, receipt.version);
            Ok(Json(receipt.into()))
        }
        Err(error) => Err(not_taken(&app, &id, error).await),
    }
}
