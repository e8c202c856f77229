//! `POST /api/choreographies/{choreography}/auto`

use super::not_taken;
use crate::{
    app::App,
    extract::{Body, Id},
    problem::{Problem, ProblemBody},
    views::ReceiptView,
};
use axum::{Json, extract::State};
use eightcount_domain::ChoreographyId;
use eightcount_workflows::contract::Auto;
use serde::Deserialize;
use utoipa::ToSchema;

/// A wish to have the rest chosen.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChooseRest {
    /// The revision of the choreography that you saw.
    pub revision: u32,
}

/// Choose the rest automatically
///
/// Every eight that has no step gets one: the best way through all of them at once, which is better than the best
/// candidate each time (`plan` in the state tells by how much). Selections stay; any choice can be changed afterwards.
#[utoipa::path(
    post,
    path = "/api/choreographies/{choreography}/auto",
    operation_id = "choose_rest",
    tag = "choreographies",
    params(("choreography" = ChoreographyId, Path)),
    request_body = ChooseRest,
    responses(
        (status = 200, description = "They are being chosen", body = ReceiptView),
        (status = 404, description = "`unknown_choreography`", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 409, description = "`stale_revision`, `choreography_finished`", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 429, description = "`busy`", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
#[tracing::instrument(name = "choreographies.auto", skip_all, fields(choreography = %id))]
pub async fn handle(
    State(app): State<App>,
    Id(id): Id<ChoreographyId>,
    Body(wish): Body<ChooseRest>,
) -> Result<Json<ReceiptView>, Problem> {
    match app.gateway().auto(&id, Auto { revision: wish.revision }).await {
        Ok(receipt) => {
            app.reader().acknowledge(&id, receipt.version);
            Ok(Json(receipt.into()))
        }
        Err(error) => Err(not_taken(&app, &id, error).await),
    }
}
