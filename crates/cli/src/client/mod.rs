//! What the client commands share: they speak to an instance through its REST API only, like any other client.

mod http;
mod progress;
mod session;
mod uploads;
pub mod wire;
mod work;

pub use http::Api;
pub use progress::Progress;
pub use session::with_instance;
pub use uploads::{heard_song, ingest, library, patient};
pub use work::Work;
