//! What the client commands share: they speak to an instance through its REST API only, like any other client.

mod http;
mod progress;
mod session;
mod uploads;
mod wire;
mod work;

pub use http::{Api, ApiError};
pub use progress::{Line, Progress};
pub use session::with_instance;
pub use uploads::{Uploaded, heard_song, ingest, library};
pub use wire::{HeardSong, PerformanceItem, Report, ReportEight, SongDetail};
pub use work::Work;
