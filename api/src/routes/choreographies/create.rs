//! `POST /api/choreographies`

use crate::{
    app::App,
    creation::{self, CreateRefused},
    extract::Body,
    names,
    problem::{Problem, ProblemBody},
};
use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::IntoResponse,
};
use eightcount_domain::{ChoreographyOptions, ChoreographyState, Section, SongId};
use eightcount_workflows::contract::ChoreographyInput;
use serde::Deserialize;
use utoipa::ToSchema;

/// What to dance.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Create {
    /// The song; it is `ready`.
    pub song: SongId,
    /// Which part of it. It is snapped to eights.
    pub section: Section,
    /// What the product is like.
    #[serde(default)]
    pub options: ChoreographyOptions,
    /// Whose work it is, at most 100 characters.
    #[serde(default)]
    pub owner: Option<String>,
}

/// Start a choreography
///
/// The song's section is cut into eights; then the first six candidates are found. Repeat a request with the same
/// `Idempotency-Key` as often as you like: it is the same choreography, that of the first request.
#[utoipa::path(
    post,
    path = "/api/choreographies",
    operation_id = "create_choreography",
    tag = "choreographies",
    params(("idempotency-key" = Option<String>, Header, description = "At most 200 characters")),
    request_body = Create,
    responses(
        (status = 201, description = "Started", body = ChoreographyState,
            headers(("location" = String, description = "Where the choreography is"))),
        (status = 404, description = "`unknown_song`", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 409, description = "`song_not_ready`, `song_failed`, `empty_library`", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 422, description = "`section_outside_song`, `section_too_short`, `section_too_long`",
            body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
#[tracing::instrument(name = "choreographies.create", skip_all, fields(song = %wish.song))]
pub async fn handle(
    State(app): State<App>,
    headers: HeaderMap,
    Body(wish): Body<Create>,
) -> Result<impl IntoResponse, Problem> {
    let key = headers.get("idempotency-key").map(header::HeaderValue::as_bytes);
    let id = creation::id_of(key).map_err(CreateRefused::into_problem)?;
    let checked = creation::check(&app, &wish.song, wish.section, &wish.options).await;
    let grid = checked.map_err(CreateRefused::into_problem)?;
    let input = ChoreographyInput {
        id: id.clone(),
        song: wish.song,
        section: wish.section,
        options: ChoreographyOptions { grid: Some(grid), ..wish.options },
        owner: names::owner(wish.owner.as_deref()),
        carried: None,
    };
    app.gateway().start_choreography(input.clone()).await?;
    creation::record(&app, &input).await;
    let state = app.state_of(&id).await?;
    let location = [(header::LOCATION, format!("/api/choreographies/{id}"))];
    Ok((StatusCode::CREATED, location, Json(state)))
}
