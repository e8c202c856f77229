//! `/api/performances`

mod analysis;
mod cancel;
mod get;
mod list;
pub mod upload;
mod video;

use crate::app::App;
use utoipa_axum::{router::OpenApiRouter, routes};

/// All but the upload.
pub fn timed() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::handle))
        .routes(routes!(get::handle))
        .routes(routes!(video::handle))
        .routes(routes!(cancel::handle))
        .routes(routes!(analysis::start, analysis::show))
}
