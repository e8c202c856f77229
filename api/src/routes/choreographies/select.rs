//! `PUT /api/choreographies/{choreography}/eights/{eight}/selection`

use super::not_taken;
use crate::{
    app::App,
    extract::{Body, EightIndex, Id},
    problem::{Problem, ProblemBody},
    views::ReceiptView,
};
use axum::{Json, extract::State};
use eightcount_domain::{ChoreographyId, FailureCode, StepId, Transition};
use eightcount_workflows::contract::SelectStep;
use serde::Deserialize;
use utoipa::ToSchema;

/// A choice.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Select {
    /// One of the candidates' steps.
    pub step: String,
    /// Which way round; without it the way that is offered, or the better one of both. A step that shows text cannot
    /// be mirrored.
    #[serde(default)]
    pub mirrored: Option<bool>,
    /// The revision of the choreography that you saw.
    pub revision: u32,
    /// How it is entered from the selection before; missing: as this step's selection is entered now, else as the
    /// options say. Sent with the step that is selected already, it changes the transition alone.
    #[serde(default)]
    pub transition: Option<Transition>,
}

/// Select a step for an eight
///
/// Or another one than before: what follows is kept where it still cuts. The same selection again changes nothing.
#[utoipa::path(
    put,
    path = "/api/choreographies/{choreography}/eights/{eight}/selection",
    operation_id = "select_step",
    tag = "choreographies",
    params(("choreography" = ChoreographyId, Path), ("eight" = u32, Path, description = "From 0")),
    request_body = Select,
    responses(
        (status = 200, description = "Selected", body = ReceiptView),
        (status = 404, description = "`unknown_choreography`, `unknown_eight`, `unknown_step`", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 409, description = "`step_not_offered`, `eight_not_open`, `stale_revision`, `same_performance`, \
            `choreography_finished`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 429, description = "`busy`", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
#[tracing::instrument(name = "choreographies.select", skip_all, fields(choreography = %id, eight = k))]
pub async fn handle(
    State(app): State<App>,
    Id(id): Id<ChoreographyId>,
    Id(EightIndex(k)): Id<EightIndex>,
    Body(choice): Body<Select>,
) -> Result<Json<ReceiptView>, Problem> {
    let step: StepId = choice.step.parse().map_err(|_| Problem::new(FailureCode::UnknownStep))?;
    if choice.mirrored == Some(true) && shows_text(&app, &step).await? {
        let problem = Problem::new(FailureCode::StepNotOffered);
        return Err(problem.with_hint("it shows text, which cannot be read mirrored"));
    }
    let Select { mirrored, revision, transition, .. } = choice;
    let wish = SelectStep { eight: k, step, mirrored, transition, revision };
    match app.gateway().select(&id, wish).await {
        Ok(receipt) => {
            app.reader().acknowledge(&id, receipt.version);
            Ok(Json(receipt.into()))
        }
        Err(error) => Err(not_taken(&app, &id, error).await),
    }
}

async fn shows_text(app: &App, step: &StepId) -> Result<bool, Problem> {
    Ok(app.storage().choreo.step(step).await?.is_some_and(|step| step.on_screen_text))
}
