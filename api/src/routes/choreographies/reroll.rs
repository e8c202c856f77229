//! `POST /api/choreographies/{choreography}/eights/{eight}/reroll`

use super::not_taken;
use crate::{
    app::App,
    extract::{Body, EightIndex, Id},
    problem::{Problem, ProblemBody},
    views::ReceiptView,
};
use axum::{Json, extract::State};
use eightcount_domain::ChoreographyId;
use eightcount_workflows::contract::Reroll;
use serde::Deserialize;
use utoipa::ToSchema;

/// A wish for other candidates.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Ask {
    /// The revision of the choreography that you saw.
    pub revision: u32,
}

/// Ask for other candidates
///
/// Steps that were offered for this eight are not offered again until all were.
#[utoipa::path(
    post,
    path = "/api/choreographies/{choreography}/eights/{eight}/reroll",
    operation_id = "reroll",
    tag = "choreographies",
    params(("choreography" = ChoreographyId, Path), ("eight" = u32, Path, description = "From 0")),
    request_body = Ask,
    responses(
        (status = 200, description = "They are being found", body = ReceiptView),
        (status = 404, description = "`unknown_choreography`, `unknown_eight`", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 409, description = "`eight_not_open`, `stale_revision`, `choreography_finished`",
            body = ProblemBody, content_type = "application/problem+json"),
        (status = 429, description = "`busy`", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
#[tracing::instrument(name = "choreographies.reroll", skip_all, fields(choreography = %id, eight = k))]
pub async fn handle(
    State(app): State<App>,
    Id(id): Id<ChoreographyId>,
    Id(EightIndex(k)): Id<EightIndex>,
    Body(ask): Body<Ask>,
) -> Result<Json<ReceiptView>, Problem> {
    match app.gateway().reroll(&id, Reroll { eight: k, revision: ask.revision }).await {
        Ok(receipt) => {
            app.reader().acknowledge(&id, receipt.version);
            Ok(Json(receipt.into()))
        }
        Err(error) => Err(not_taken(&app, &id, error).await),
    }
}
