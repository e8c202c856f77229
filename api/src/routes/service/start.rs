//! `GET /`: where to go from here.

use crate::{app::App, html};
use axum::{extract::State, response::Html};

/// The page.
pub async fn handle(State(app): State<App>) -> Html<String> {
    Html(html::start(app.config().temporal_ui.as_ref()))
}
