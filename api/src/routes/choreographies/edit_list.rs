//! `GET /api/choreographies/{choreography}/edit-list`

use crate::{
    app::App,
    extract::{Asked, Id},
    names,
    problem::{Problem, ProblemBody},
    takes,
};
use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use eightcount_domain::{ChoreographyId, ChoreographyState, FailureCode, Selection};
use eightcount_edit::edit_list::{EditList, ListedTake, edl, fcpxml, otio};
use serde::Deserialize;
use utoipa::ToSchema;

/// Which editor it is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EditListFormat {
    /// OpenTimelineIO.
    #[default]
    Otio,
    /// CMX 3600.
    Edl,
    /// FCPXML 1.10.
    Fcpxml,
}

/// In which format.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct EditListQuery {
    /// OpenTimelineIO when missing.
    #[serde(default)]
    #[param(inline)]
    pub format: EditListFormat,
}

/// Download the edit list
///
/// The selections so far for a video editor: sources, in and out, speeds, transitions, alignment, markers on eights
/// and beats. Eights without a selection are gaps. Sources are the performances as they are listed in
/// `/api/performances/{performance}/video`, saved under their titles.
#[utoipa::path(
    get,
    path = "/api/choreographies/{choreography}/edit-list",
    operation_id = "get_edit_list",
    tag = "choreographies",
    params(("choreography" = ChoreographyId, Path), EditListQuery),
    responses(
        (status = 200, description = "The list", body = String, content_type = "text/plain",
            headers(("content-disposition" = String, description = "The name to save it under"))),
        (status = 404, description = "`unknown_choreography`", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 409, description = "`not_ready_yet` (a take is being planned), `choreography_incomplete` (nothing \
            is selected)", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
#[tracing::instrument(name = "choreographies.edit_list", skip_all, fields(choreography = %id, format = ?asked.format))]
pub async fn handle(
    State(app): State<App>,
    Id(id): Id<ChoreographyId>,
    Asked(asked): Asked<EditListQuery>,
) -> Result<Response, Problem> {
    let state = app.state_of(&id).await?;
    let section = takes::section(&app, &state).await?;
    let listed = listed(&app, &state).await?;
    if listed.iter().all(Option::is_none) {
        return Err(Problem::new(FailureCode::ChoreographyIncomplete));
    }
    let song = app.storage().audio.song(&state.song).await?;
    let title = song.map_or_else(|| "eightcount".to_owned(), |song| song.title);
    let list = EditList {
        title: &title,
        song: &title,
        eights: &section.eights,
        fps: state.options.fps,
        transition_frames: state.options.transition_frames,
        takes: &listed,
    };
    let (text, media_type, extension) = match asked.format {
        EditListFormat::Otio => (otio(&list), "application/json", "otio"),
        EditListFormat::Edl => (edl(&list), "text/plain; charset=utf-8", "edl"),
        EditListFormat::Fcpxml => (fcpxml(&list), "application/xml", "fcpxml"),
    };
    let headers = [
        (header::CONTENT_TYPE, media_type.to_owned()),
        (header::CONTENT_DISPOSITION, names::attachment(&title, extension)),
        (header::CACHE_CONTROL, "private, no-cache".to_owned()),
    ];
    Ok((headers, text).into_response())
}

async fn listed(app: &App, state: &ChoreographyState) -> Result<Vec<Option<ListedTake>>, Problem> {
    let mut listed = Vec::with_capacity(state.eights.len());
    for eight in &state.eights {
        listed.push(match &eight.selection {
            Some(selection) => Some(take(app, selection).await?),
            None => None,
        });
    }
    Ok(listed)
}

async fn take(app: &App, selection: &Selection) -> Result<ListedTake, Problem> {
    let key = selection.take.as_ref().ok_or_else(|| Problem::new(FailureCode::NotReadyYet))?;
    let plan = takes::plan(app, key).await?.ok_or_else(|| Problem::new(FailureCode::Internal))?;
    let performance = app.storage().choreo.performance(&selection.step.performance).await?;
    let conformed = performance.as_ref().and_then(|performance| performance.conformed.as_ref());
    // Of a performance that is gone nobody knows: then it is taken to be as large as the product.
    let source_size = conformed.map_or((plan.width, plan.height), |known| (known.width, known.height));
    let performance = performance.map_or_else(|| "untitled".to_owned(), |performance| performance.title);
    Ok(ListedTake { plan, performance, source_size, step: selection.step.to_string() })
}
