//! Films of figures that dance: what is in every picture is known to the pixel, so that what is seen in it can be
//! measured.
//!
//! A [`Film`] has a cast of [`Dancer`]s who move on its beats, and [`Shot`]s, each with a stage and a camera of its own
//! and a transition from the one before. Everything is computed from the number of the frame: the same film is the same
//! on every machine.
//!
//! Used by tests and benches alone.

mod body;
mod canvas;
mod dancer;
mod film;
mod stage;

pub use body::{Clothes, JOINTS, Joints};
pub use canvas::Canvas;
pub use dancer::Dancer;
pub use film::{Camera, Entry, Film, Shot, Truth};
