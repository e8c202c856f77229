//! Why demo content could not be made.

use std::{io, path::PathBuf};

/// Why demo content could not be made. The fault is in the machine or the downloaded packages, never in a user.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// A file of the downloaded packages is not where `scripts/setup` puts it.
    #[error("demo content is missing: {path}; run scripts/setup")]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// A file of the downloaded packages is not what it should be.
    #[error("demo content is damaged: {path}: {what}; remove its folder and run scripts/setup")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// A file could not be written or read.
    #[error("cannot {doing} {path}")]
    Io {
        /// What was being done.
        doing: &'static str,
        /// To which file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// ffmpeg could not be started.
    #[error("cannot start {ffmpeg}")]
    StartFfmpeg {
        /// The program.
        ffmpeg: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// ffmpeg gave up.
    #[error("ffmpeg could not {doing}: {detail}")]
    Ffmpeg {
        /// What was being done.
        doing: &'static str,
        /// The last line it wrote.
        detail: String,
    },
    /// ffmpeg said it was done, but the result is not what was asked for.
    #[error("ffmpeg left {found} where {wanted} was asked for: {path}")]
    WrongResult {
        /// The file.
        path: PathBuf,
        /// What is in it.
        found: String,
        /// What should be.
        wanted: String,
    },
}

impl DemoError {
    /// For `map_err` on file operations.
    pub(crate) fn io(doing: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { doing, path, source }
    }
}
