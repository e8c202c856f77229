//! Why something was refused or failed: stable codes that cross Temporal, SQL and HTTP.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A text that is no failure code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownCode;

impl fmt::Display for UnknownCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a failure code")
    }
}

impl std::error::Error for UnknownCode {}

macro_rules! failure_codes {
    ($($(#[$doc:meta])* $variant:ident = $code:literal,)*) => {
        /// A stable failure code. The API adds a sentence in the reader's language.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum FailureCode {
            $($(#[$doc])* #[serde(rename = $code)] $variant,)*
        }

        impl FailureCode {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The code as it is written everywhere.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }
        }

        impl FromStr for FailureCode {
            type Err = UnknownCode;

            fn from_str(text: &str) -> Result<Self, UnknownCode> {
                match text { $($code => Ok(Self::$variant),)* _ => Err(UnknownCode) }
            }
        }
    };
}

failure_codes! {
    /// The file has no bytes.
    EmptyFile = "empty_file",
    /// No known audio or video format.
    UnrecognisedFormat = "unrecognised_format",
    /// A playlist or other file that points to files.
    PlaylistRefused = "playlist_refused",
    /// A known format, but its contents cannot be decoded.
    DamagedMedia = "damaged_media",
    /// No audio in the file.
    NoAudioStream = "no_audio_stream",
    /// No video in the file.
    NoVideoStream = "no_video_stream",
    /// Shorter than can be danced.
    TooShort = "too_short",
    /// Longer than the limit.
    TooLong = "too_long",
    /// More bytes than the limit.
    TooLarge = "too_large",
    /// More pixels or streams than the limit.
    TooComplex = "too_complex",
    /// No steady beat was found.
    NoBeats = "no_beats",
    /// The beat grid cannot be changed so.
    GridChangeRefused = "grid_change_refused",
    /// The beat grid was changed since the client looked.
    StaleGrid = "stale_grid",
    /// The section reaches outside the song.
    SectionOutsideSong = "section_outside_song",
    /// The section is shorter than two eights.
    SectionTooShort = "section_too_short",
    /// The section has more eights than the limit.
    SectionTooLong = "section_too_long",
    /// No such song.
    UnknownSong = "unknown_song",
    /// No such performance.
    UnknownPerformance = "unknown_performance",
    /// No such step.
    UnknownStep = "unknown_step",
    /// No such choreography.
    UnknownChoreography = "unknown_choreography",
    /// No such eight in the choreography.
    UnknownEight = "unknown_eight",
    /// No such take.
    UnknownTake = "unknown_take",
    /// No such upload to go on with: it never was, or has expired.
    UnknownUpload = "unknown_upload",
    /// Bytes of the upload are missing.
    UploadIncomplete = "upload_incomplete",
    /// No such address.
    NotFound = "not_found",
    /// The song is still being heard.
    SongNotReady = "song_not_ready",
    /// The song could not be heard.
    SongFailed = "song_failed",
    /// Not made yet: ask again.
    NotReadyYet = "not_ready_yet",
    /// The step was not offered for that eight.
    StepNotOffered = "step_not_offered",
    /// An earlier eight has no selection yet.
    EightNotOpen = "eight_not_open",
    /// The choreography changed since the client looked.
    StaleRevision = "stale_revision",
    /// The step would not cut: the neighbouring eight shows the same performance.
    SamePerformance = "same_performance",
    /// The choreography is finished, cancelled or failed.
    ChoreographyFinished = "choreography_finished",
    /// Not every eight has a selection yet.
    ChoreographyIncomplete = "choreography_incomplete",
    /// The library has no steps that could be offered.
    EmptyLibrary = "empty_library",
    /// The request cannot be understood.
    BadRequest = "bad_request",
    /// Too much at once: try again shortly.
    Busy = "busy",
    /// Something the service stands on does not answer: try again.
    Unavailable = "unavailable",
    /// Cancelled on request.
    Cancelled = "cancelled",
    /// A fault of the service.
    Internal = "internal",
}

// By hand: inside the macro the derived schema does not see how the codes are written.
#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for FailureCode {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::Type::String)
            .description(Some("A stable failure code. The API adds a sentence in the reader's language."))
            .enum_values(Some(Self::ALL.iter().map(|code| code.as_str())))
            .into()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for FailureCode {
    fn name() -> std::borrow::Cow<'static, str> {
        "FailureCode".into()
    }
}

impl fmt::Display for FailureCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
