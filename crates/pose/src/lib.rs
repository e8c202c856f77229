//! Seeing people: where they are in a picture ([`Seer::detect`]), where their joints are
//! ([`Seer::landmarks`]), and who is who from one picture to the next.
//!
//! The models are the pose detector and the lite landmark model of `MediaPipe` (Apache-2.0), brought by
//! `scripts/setup` and read as they come. They run in plain Rust, on one thread, on any machine.
//!
//! Invariant: every number that leaves this crate is finite, whatever the pixels are.

mod clothes;
mod dance;
mod detector;
mod landmarks;
pub mod model;
mod models;
mod picture;
mod rivals;
mod stance;
mod tracker;

pub use dance::{Dance, Look, Person, Shift, StepDance};
pub use detector::Detection;
pub use landmarks::{Body, JOINTS, Joint, Region};
pub use models::{Models, ModelsError, Seer};
pub use picture::{Picture, PictureError};
pub use tracker::{Followed, Sighting, Tracker};
