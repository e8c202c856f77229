//! `/api/choreographies`

mod auto;
mod cancel;
mod candidates;
mod clusters;
mod create;
mod edit_list;
mod eight;
mod events;
mod extras;
mod finish;
mod get;
mod list;
mod live;
mod live_sound;
mod preview;
mod product;
mod report;
mod reroll;
mod select;
mod selections;
mod stage;
mod stages;
mod unselect;

use crate::{app::App, gateway::GatewayError, problem::Problem};
use eightcount_domain::{ChoreographyId, FailureCode};
use utoipa_axum::{router::OpenApiRouter, routes};

/// All of them.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(create::handle))
        .routes(routes!(list::handle))
        .routes(routes!(get::handle))
        .routes(routes!(selections::handle))
        .routes(routes!(clusters::handle))
        .routes(routes!(eight::handle))
        .routes(routes!(candidates::handle))
        .routes(routes!(select::handle, unselect::handle))
        .routes(routes!(reroll::handle))
        .routes(routes!(auto::handle))
        .routes(routes!(finish::handle))
        .routes(routes!(cancel::handle))
        .routes(routes!(stages::handle))
        .routes(routes!(stage::handle))
        .routes(routes!(product::handle))
        .routes(routes!(preview::handle))
        .routes(routes!(edit_list::handle))
        .routes(routes!(extras::get::handle, extras::make::handle))
        .routes(routes!(extras::video::handle))
        .routes(routes!(live::handle))
        .routes(routes!(live_sound::handle))
        .routes(routes!(report::handle))
        .routes(routes!(events::handle))
}

/// Why a message was not taken. A workflow that runs no more is told apart from one that never was.
async fn not_taken(app: &App, id: &ChoreographyId, error: GatewayError) -> Problem {
    match error {
        GatewayError::NotRunning => match app.state_of(id).await {
            Ok(_) => Problem::new(FailureCode::ChoreographyFinished),
            Err(error) => error.into(),
        },
        other => other.into(),
    }
}
