//! `GET /docs`: the description for people. Rendered here, so that no script and no other host is needed.

use crate::{app::App, html};
use axum::{
    extract::State,
    http::{HeaderName, header},
    response::Html,
};

const STYLE: &str = include_str!("docs.css");

/// The page.
pub async fn handle(State(app): State<App>) -> Html<String> {
    Html(html::docs(app.openapi()))
}

/// Its style.
pub async fn style() -> ([(HeaderName, &'static str); 1], &'static str) {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE)
}
