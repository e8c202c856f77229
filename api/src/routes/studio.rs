//! The studio's addresses. Each view has one, so that it can be reloaded, kept and sent; any other is not found.

use crate::{app::App, html, studio};
use axum::{
    Router,
    extract::{Path, State},
    http::HeaderMap,
    response::{Html, IntoResponse, Response},
    routing::get,
};

/// Addresses at which the page shows a view: `api/web/src/lib/router.svelte.ts` has the same.
const VIEWS: [&str; 6] = [
    "/songs/{song}",
    "/dances",
    "/dances/{choreography}",
    "/dances/{choreography}/result",
    "/library",
    "/library/{performance}",
];

/// All of them. Pages for people are not part of the description.
pub fn routes() -> Router<App> {
    let views = VIEWS.into_iter().fold(Router::new(), |router, view| router.route(view, get(page)));
    views.route("/", get(start)).route("/icon.svg", get(icon)).route("/assets/{file}", get(asset))
}

/// The studio, or where to go without one.
async fn start(State(app): State<App>, asked: HeaderMap) -> Response {
    if studio::is_built() {
        studio::page(&asked)
    } else {
        Html(html::start(app.config().temporal_ui.as_ref(), false)).into_response()
    }
}

async fn page(asked: HeaderMap) -> Response {
    studio::page(&asked)
}

async fn icon(asked: HeaderMap) -> Response {
    studio::file("icon.svg", &asked)
}

async fn asset(Path(file): Path<String>, asked: HeaderMap) -> Response {
    studio::file(&format!("assets/{file}"), &asked)
}
