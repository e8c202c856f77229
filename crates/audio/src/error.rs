//! Why audio could not be heard.

use thiserror::Error;

/// Why [`hear`](crate::hear) gave no answer.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
pub enum AudioError {
    /// Less audio than a pulse needs.
    #[error("{seconds:.2} s of audio is too short, at least {minimum} s are needed")]
    TooShort {
        /// What there was, seconds.
        seconds: f64,
        /// What is needed, seconds.
        minimum: f64,
    },
    /// A sample is NaN or infinite.
    #[error("sample {index} is not a finite number")]
    NotFinite {
        /// The first such sample.
        index: usize,
    },
    /// Silence, noise, or nothing that repeats in time.
    #[error("no steady beat was found")]
    NoBeats {
        /// How sure that is: 0 (too little was heard to tell, or a beat nearly stands out) to 1 (nothing repeats).
        confidence: f32,
    },
}
