//! `/api/songs`

mod audio;
pub mod clusters;
mod get;
pub mod grid;
mod list;
pub mod upload;
mod waveform;

use crate::app::App;
use utoipa_axum::{router::OpenApiRouter, routes};

/// All but those that take as long as they take: the upload, and the grid, for which a song may be heard anew.
pub fn timed() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::handle))
        .routes(routes!(get::handle))
        .routes(routes!(audio::handle))
        .routes(routes!(waveform::handle))
}
