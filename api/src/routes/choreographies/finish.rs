//! `POST /api/choreographies/{choreography}/finish`

use super::not_taken;
use crate::{
    app::App,
    extract::Id,
    problem::{Problem, ProblemBody},
    views::ReceiptView,
};
use axum::{Json, extract::State};
use eightcount_domain::ChoreographyId;

/// Finish a choreography
///
/// Nothing changes any more; the product is made ready first.
#[utoipa::path(
    post,
    path = "/api/choreographies/{choreography}/finish",
    operation_id = "finish_choreography",
    tag = "choreographies",
    params(("choreography" = ChoreographyId, Path)),
    responses(
        (status = 200, description = "It finishes", body = ReceiptView),
        (status = 404, description = "`unknown_choreography`", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 409, description = "`choreography_incomplete`, `choreography_finished`", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 429, description = "`busy`", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
#[tracing::instrument(name = "choreographies.finish", skip_all, fields(choreography = %id))]
pub async fn handle(
    State(app): State<App>,
    Id(id): Id<ChoreographyId>,
) -> Result<Json<ReceiptView>, Problem> {
    match app.gateway().finish(&id).await {
        Ok(receipt) => {
            app.reader().acknowledge(&id, receipt.version);
            Ok(Json(receipt.into()))
        }
        Err(error) => Err(not_taken(&app, &id, error).await),
    }
}
