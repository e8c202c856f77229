//! A neural network out of a TensorFlow Lite file: read, constants folded, what the wanted outputs do not need left
//! out, and run in plain Rust on one thread.
//!
//! Only what the pose models use is here: their thirteen operators on 32-bit floats with one picture at a time. A file
//! that needs anything else is refused when it is loaded. Docs: decision "our own pose runtime".

mod densify;
mod flat;
mod network;
mod operators;
mod tflite;

pub use network::{Memory, Network};
pub(crate) use operators::logistic;

use thiserror::Error;

/// Why a model cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ModelError {
    /// The file is not what it claims to be.
    #[error("the model file is damaged: {0}")]
    Damaged(&'static str),
    /// It is a sound file of a kind that is not read here.
    #[error("the model needs {0}, which is not supported")]
    Unsupported(String),
    /// The picture does not fit.
    #[error("the model takes {expected} values, not {actual}")]
    Input {
        /// Values that the model takes.
        expected: usize,
        /// Values given.
        actual: usize,
    },
}
