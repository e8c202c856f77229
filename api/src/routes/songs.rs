//! `/api/songs`

mod audio;
mod get;
mod list;
pub mod upload;

use crate::app::App;
use utoipa_axum::{router::OpenApiRouter, routes};

/// All but the upload.
pub fn timed() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::handle))
        .routes(routes!(get::handle))
        .routes(routes!(audio::handle))
}
