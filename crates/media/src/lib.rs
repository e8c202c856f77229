//! ffmpeg and ffprobe: finding them, running them confined, and believing nothing they say.
//!
//! Input is hostile and tools fail in silence: an exit status of zero proves nothing, so whatever a tool wrote
//! is measured before anyone may see it. Tools run through a [`Launcher`] that gives them limits, a sandbox
//! without network, and an end no later than our own. Files appear under their names whole or not at all.
//! What tools print goes to the log, never to a user.

mod audio;
mod channels;
mod confinement;
mod conform;
mod decode;
mod error;
mod files;
mod frames;
mod glimpse;
mod glyphs;
mod guard;
mod hashed;
mod launch;
mod limits;
mod measure;
mod overlay;
mod probe;
mod process;
mod render;
mod screen;
mod sheet;
mod small;
mod tools;
mod wave;

pub use confinement::{Confinement, FileAccess, Launcher, ParentDeath};
pub use conform::{ConformOptions, Mezzanine, Shown};
pub use decode::Decoded;
pub use eightcount_edit::JoinPart;
pub use error::{MediaError, Refusal};
pub use files::sweep_leftovers;
pub use frames::ColourFrames;
pub use glimpse::Glimpse;
pub use launch::launch;
pub use limits::Limits;
pub use overlay::{Mark, Shape};
pub use probe::{AudioFacts, Probe, Transfer, VideoFacts};
pub use process::{Progress, Watch};
pub use render::{Joined, Rendered};
pub use screen::{PerformanceFacts, SongFacts};
pub use sheet::SheetPicture;
pub use tokio_util::sync::CancellationToken;
pub use tools::{MissingTool, Tool, Tools};

/// The tools of one machine, ready to work. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Media {
    tools: Tools,
    launcher: Launcher,
    limits: Limits,
}

impl Media {
    /// With these tools, started this way, under these limits.
    pub fn new(tools: Tools, launcher: Launcher, limits: Limits) -> Self {
        Self { tools, launcher, limits }
    }

    /// The tools in use.
    pub fn tools(&self) -> &Tools {
        &self.tools
    }

    /// The limits in force.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }
}
