//! `GET /api/choreographies/{choreography}/eights/{eight}/candidates`

use crate::{
    app::App,
    extract::{EightIndex, Id},
    problem::{Language, Problem, ProblemBody},
    reading::ReadError,
    takes,
    views::{CandidateView, CandidatesView},
};
use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use eightcount_domain::{
    Candidate, ChoreographyId, ChoreographyState, EightState, FailureCode, Selection, SuggestionId,
};
use eightcount_storage::StorageError;

/// Why there are no candidates.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// There is no such eight.
    #[error("no such eight")]
    UnknownEight,
    /// An earlier one comes first.
    #[error("the eight is not open")]
    NotOpen,
    /// They are being found.
    #[error("no candidates yet")]
    NotYet,
    /// None will be found any more.
    #[error("the choreography is closed")]
    Closed,
    /// The state cannot be shown.
    #[error("reading the state")]
    Read(#[from] ReadError),
    /// The suggestion cannot be read.
    #[error("reading a suggestion")]
    Storage(#[from] StorageError),
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let problem = match self {
            Self::UnknownEight => Problem::new(FailureCode::UnknownEight),
            Self::NotOpen => Problem::new(FailureCode::EightNotOpen),
            Self::NotYet => Problem::new(FailureCode::NotReadyYet),
            Self::Closed => Problem::new(FailureCode::ChoreographyFinished),
            Self::Read(error) => error.into(),
            Self::Storage(error) => error.into(),
        };
        problem.into_response()
    }
}

/// Show the candidates of an eight
///
/// Each with its score, the reasons in the reader's language, and a preview, which is rendered a moment later.
#[utoipa::path(
    get,
    path = "/api/choreographies/{choreography}/eights/{eight}/candidates",
    operation_id = "get_candidates",
    tag = "choreographies",
    params(("choreography" = ChoreographyId, Path), ("eight" = u32, Path, description = "From 0")),
    responses(
        (status = 200, description = "The candidates, best first", body = CandidatesView),
        (status = 404, description = "`unknown_choreography`, `unknown_eight`", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 409, description = "`not_ready_yet` (see `Retry-After`), `eight_not_open`, \
            `choreography_finished`", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
#[tracing::instrument(name = "choreographies.candidates", skip_all, fields(choreography = %id, eight = k))]
pub async fn handle(
    State(app): State<App>,
    Id(id): Id<ChoreographyId>,
    Id(EightIndex(k)): Id<EightIndex>,
    language: Language,
) -> Result<Json<CandidatesView>, Refused> {
    let state = app.state_of(&id).await?;
    let (eight, asked) = suggestion_of(&state, k, app.config().limits.section_max_eights)?;
    let suggestion = app.storage().choreo.suggestion(&asked).await?.ok_or(Refused::NotYet)?;
    let mut candidates = Vec::with_capacity(suggestion.candidates.len());
    for candidate in suggestion.candidates {
        let preview_with_sound_url =
            format!("/api/choreographies/{id}/eights/{k}/previews/{}", candidate.take);
        let view = view(&app, candidate, eight, language).await?;
        candidates.push(CandidateView { preview_with_sound_url, ..view });
    }
    Ok(Json(CandidatesView {
        choreography: id,
        eight: k,
        revision: state.revision,
        candidates,
        filtered: suggestion.filtered,
        filtered_text: match language {
            Language::English => suggestion.filtered_en,
            Language::Korean => suggestion.filtered_ko,
        },
        relaxed: suggestion.relaxed,
        flavour: state.options.flavour,
        exhausted: suggestion.exhausted,
    }))
}

fn suggestion_of(
    state: &ChoreographyState,
    k: u32,
    max_eights: u32,
) -> Result<(&EightState, SuggestionId), Refused> {
    let Some(eight) = state.eights.get(k as usize) else {
        // Before the section is cut nobody knows how many there are.
        let unknown = !state.eights.is_empty() || k >= max_eights;
        return Err(if unknown {
            Refused::UnknownEight
        } else if state.status.is_closed() {
            Refused::Closed
        } else {
            Refused::NotYet
        });
    };
    match &eight.suggestion {
        Some(id) => Ok((eight, id.clone())),
        None if state.status.is_closed() => Err(Refused::Closed),
        None if state.open_eight.is_some_and(|open| k > open) => Err(Refused::NotOpen),
        None => Err(Refused::NotYet),
    }
}

async fn view(
    app: &App,
    candidate: Candidate,
    eight: &EightState,
    language: Language,
) -> Result<CandidateView, StorageError> {
    let performance = app.storage().choreo.performance(&candidate.step.performance).await?;
    let (title, credit) = performance.map(|p| (p.title, p.credit)).unwrap_or_default();
    let ready = takes::is_ready(app, &candidate.take).await?;
    let shown =
        |selection: &Selection| selection.step == candidate.step && selection.mirrored == candidate.mirrored;
    let selected = eight.selection.as_ref().is_some_and(shown);
    Ok(CandidateView {
        performance_title: title,
        performance_credit: credit,
        preview_ready: ready,
        selected,
        ..CandidateView::of(candidate, language)
    })
}
