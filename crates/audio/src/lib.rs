//! Hearing: PCM in; level, onsets, beat grid, features and clusters out.
//!
//! Everything here is a pure function of samples: this crate never opens a file, never starts a process and knows
//! no clock. PCM is mono `f32` at [`SAMPLE_RATE`], full scale 1. No input makes it panic: [`hear`] refuses what is
//! no music by name, and the functions on given eights treat what lies outside the audio as silence.
//!
//! [`hear`] finds the beat grid; [`changed`] and [`correct`] apply what the user changes about it, and
//! [`hear_tapped`] hears it anew at a tempo that the user tapped; [`snap_section`] and
//! [`all_eights`] cut it into eights; [`amplitude`], [`features`] and [`cluster`] describe them.

mod amplitude;
mod aubio;
mod bar_signs;
mod clusters;
mod correction;
mod downbeats;
mod eights;
mod error;
pub mod evaluation;
mod evidence;
mod features;
mod flux;
mod hearing;
mod levels;
mod movement;
mod pulse;
mod spectrum;
pub mod stages;
mod steady;
mod tapping;
mod timing;
mod vector;
mod waveform;

pub use amplitude::amplitude;
pub use aubio::{aubio_onsets, aubio_tempo_bpm};
pub use clusters::cluster;
pub use correction::{ChangeError, MAX_NUDGE_MS, changed, correct};
pub use eights::{MAX_EIGHTS, MIN_EIGHTS, SectionError, all_eights, snap_section};
pub use error::AudioError;
pub use features::{COEFFICIENTS, EightFeatures, features};
pub use hearing::{MIN_SECONDS, hear, hear_tapped};
pub use movement::{clarity, danced, movement_beats};
pub use tapping::{TAPS, TapError, tapped};
pub use waveform::{outlined, waveform};

/// Samples per second of all PCM.
pub const SAMPLE_RATE: u32 = 44_100;
