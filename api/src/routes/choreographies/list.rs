//! `GET /api/choreographies`

use crate::{
    app::App,
    extract::Asked,
    problem::Problem,
    views::{PageQuery, Paged},
};
use axum::{Json, extract::State};
use eightcount_domain::{ChoreographyState, ChoreographyStatus};
use serde::Deserialize;

/// Which choreographies.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// Those of one status; all when missing.
    pub status: Option<ChoreographyStatus>,
    /// Number of items, 1 to 200; 50 when missing.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
    /// `next` of the page before.
    pub after: Option<String>,
}

/// List choreographies
///
/// Newest first, as last recorded: one that is changing may be a moment ahead of what is listed.
#[utoipa::path(
    get,
    path = "/api/choreographies",
    operation_id = "list_choreographies",
    tag = "choreographies",
    params(ListQuery),
    responses((status = 200, description = "A page of choreographies", body = Paged<ChoreographyState>)),
)]
#[tracing::instrument(name = "choreographies.list", skip_all)]
pub async fn handle(
    State(app): State<App>,
    Asked(query): Asked<ListQuery>,
) -> Result<Json<Paged<ChoreographyState>>, Problem> {
    let page = PageQuery { limit: query.limit, after: query.after }.try_into()?;
    let choreographies = app.storage().choreo.choreographies(&page, query.status).await?;
    Ok(Json(Paged::of(choreographies, |state| state)))
}
