//! Seeing a performance in small frames.
//!
//! A [`Scout`] is shown every frame once, in order, and finds the shots, the camera's moves and each shot's stage. A
//! [`Watcher`] is then shown every frame once more and keeps a few numbers of each. The result, [`Watched`], tells
//! for any eight where the subject stands at its start and end, and how much it moves in each beat.
//!
//! Frames some 160 to 320 pixels wide are enough; larger ones cost time and add noise. All geometry is in
//! fractions of the picture, so any size gives comparable numbers. Two frames a second are kept until the stages are known; the others
//! leave some 2,500 bytes until the shots are known, 50 after that.
//!
//! Invariant: every number that leaves this module is finite and inside its documented range, whatever the
//! pixels are.

mod background;
mod camera;
mod frame;
mod scout;
mod shots;
mod subject;
mod watched;
mod watcher;

#[cfg(test)]
mod tests;

pub use camera::CameraMove;
pub use frame::{Frame, WatchError};
pub use scout::{Scout, Survey};
pub use shots::{Shot, ShotEntry};
pub use watched::{CUT_QUALITY, FrameFact, StepSight, Watched};
pub use watcher::{Watcher, subject_on};
