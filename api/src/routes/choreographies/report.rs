//! `GET /api/choreographies/{choreography}/report`

use crate::{
    app::App,
    cuts,
    extract::{Asked, Id},
    problem::{Language, Problem, ProblemBody},
    views::{ReportEight, ReportView},
};
use axum::{Json, extract::State};
use eightcount_domain::{
    Candidate, ChoreographyId, ChoreographyState, EightState, Selection, Suggestion, SuggestionId,
};
use eightcount_storage::{Storage, StorageError};
use serde::Deserialize;

/// What else is wanted.
#[derive(Clone, Copy, Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReportQuery {
    /// Look for the dancers in the product's own frames as well: takes some seconds.
    #[serde(default)]
    #[param(required = false)]
    seen: bool,
}

/// Show what a choreography is made of
///
/// Eight by eight: when, which step of whose performance, with what score and why. Cut by cut: how near its beat, how
/// the dancers meet.
#[utoipa::path(
    get,
    path = "/api/choreographies/{choreography}/report",
    operation_id = "get_report",
    tag = "choreographies",
    params(("choreography" = ChoreographyId, Path), ReportQuery),
    responses(
        (status = 200, description = "The report", body = ReportView),
        (status = 404, description = "`unknown_choreography`", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 409, description = "With `seen`: `not_ready_yet`, `choreography_incomplete`", body = ProblemBody,
            content_type = "application/problem+json"),
    ),
)]
#[tracing::instrument(name = "choreographies.report", skip_all, fields(choreography = %id))]
pub async fn handle(
    State(app): State<App>,
    Id(id): Id<ChoreographyId>,
    Asked(asked): Asked<ReportQuery>,
    language: Language,
) -> Result<Json<ReportView>, Problem> {
    let state = app.state_of(&id).await?;
    let song = app.storage().audio.song(&state.song).await?;
    let eights = eights(app.storage(), &state, language).await?;
    let cuts = cuts::of(&app, &state).await?;
    let seen = if asked.seen { cuts::seen(&app, &state, &cuts).await? } else { Vec::new() };
    Ok(Json(ReportView {
        choreography: id,
        status: state.status,
        song: state.song,
        song_title: song.map(|song| song.title).unwrap_or_default(),
        section: state.section,
        plan: state.plan,
        eights,
        cuts: cuts.iter().enumerate().map(|(k, cut)| cut.view(seen.get(k).copied())).collect(),
    }))
}

async fn eights(
    storage: &Storage,
    state: &ChoreographyState,
    language: Language,
) -> Result<Vec<ReportEight>, StorageError> {
    // Serials count the questions of the whole choreography: none is larger than the newest of any eight.
    let newest = state.eights.iter().filter_map(|eight| eight.suggestion.as_ref()).map(|id| id.serial).max();
    let mut reported = Vec::with_capacity(state.eights.len());
    for (k, eight) in (0..).zip(&state.eights) {
        let Some(selection) = &eight.selection else { continue };
        let newest = eight.suggestion.as_ref().map(|id| id.serial).or(newest);
        let last = SuggestionId { choreography: state.id.clone(), eight: k, serial: newest.unwrap_or(0) };
        let offered = offered(storage, last, selection).await?;
        reported.push(report_of(storage, k, eight, selection, offered, language).await?);
    }
    Ok(reported)
}

/// The candidate as which a step was offered, and the suggestion it was in: a re-roll may have replaced that, so earlier
/// ones are looked through too, newest first.
async fn offered(
    storage: &Storage,
    last: SuggestionId,
    selection: &Selection,
) -> Result<Option<(Candidate, Suggestion)>, StorageError> {
    for serial in (0..=last.serial).rev() {
        let id = SuggestionId { serial, ..last.clone() };
        let Some(suggestion) = storage.choreo.suggestion(&id).await? else { continue };
        let shown = |c: &&Candidate| c.step == selection.step && c.mirrored == selection.mirrored;
        if let Some(candidate) = suggestion.candidates.iter().find(shown) {
            return Ok(Some((candidate.clone(), suggestion)));
        }
    }
    Ok(None)
}

async fn report_of(
    storage: &Storage,
    k: u32,
    eight: &EightState,
    selection: &Selection,
    offered: Option<(Candidate, Suggestion)>,
    language: Language,
) -> Result<ReportEight, StorageError> {
    let performance = storage.choreo.performance(&selection.step.performance).await?;
    let (performance_title, performance_credit) =
        performance.map(|performance| (performance.title, performance.credit)).unwrap_or_default();
    let score = offered.as_ref().map(|(candidate, _)| candidate.score);
    let (terms, reasons, filtered_text) = offered.map_or_else(Default::default, |(candidate, suggestion)| {
        let (reasons, filtered) = match language {
            Language::English => (candidate.reasons_en, suggestion.filtered_en),
            Language::Korean => (candidate.reasons_ko, suggestion.filtered_ko),
        };
        (candidate.terms, reasons, Some(filtered))
    });
    Ok(ReportEight {
        eight: k,
        section: eight.section,
        cluster: eight.cluster.map(|cluster| cluster.to_string()),
        step: selection.step.to_string(),
        mirrored: selection.mirrored,
        performance_title,
        performance_credit,
        score,
        terms,
        reasons,
        filtered_text,
    })
}
