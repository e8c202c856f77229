//! `GET /service`: where operators go from here.

use crate::{app::App, html, studio};
use axum::{extract::State, response::Html};

/// The page.
pub async fn handle(State(app): State<App>) -> Html<String> {
    Html(html::start(app.config().temporal_ui.as_ref(), studio::is_built()))
}
