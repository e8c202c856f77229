//! All routes, one endpoint a file: why it refuses, what is written about it, what it does.

mod choreographies;
mod performances;
mod service;
mod songs;
mod steps;
mod studio;
mod takes;
mod uploads;

use crate::app::App;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Routes whose answer begins within the time limit.
pub fn timed() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(songs::timed())
        .merge(performances::timed())
        .merge(choreographies::routes())
        .routes(routes!(steps::thumbnail::handle))
        .routes(routes!(steps::preview::handle))
        .routes(routes!(steps::skeleton::handle))
        .routes(routes!(steps::hidden::handle))
        .routes(routes!(steps::on_screen_text::handle))
        .routes(routes!(takes::get::handle))
        .routes(routes!(takes::init::handle))
        .routes(routes!(takes::fragment::handle))
        .merge(service::routes())
        .merge(studio::routes().into())
}

/// Uploads take as long as they take, as long as bytes come; a tapped song is heard anew, within a limit of its own.
pub fn unhurried() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(uploads::routes())
        .routes(routes!(songs::upload::handle))
        .routes(routes!(songs::grid::handle))
        .routes(routes!(songs::clusters::handle))
        .routes(routes!(performances::upload::handle))
}
