//! Seeing a performance in small grey frames.
//!
//! A [`Background`] is learnt from a handful of frames sampled over the whole performance. A [`Watcher`] is
//! then shown every frame once, in order, and keeps a few numbers of each. The result, [`Watched`], tells
//! for any eight where the subject stands at its start and end, and how much it moves in each beat.
//!
//! Frames some 160 to 320 pixels wide are enough; larger ones cost time and add noise. All geometry is in
//! fractions of the picture, so any size gives comparable numbers. No frame is kept: a frame leaves 28 bytes.
//!
//! Invariant: every number that leaves this module is finite and inside its documented range, whatever the
//! pixels are.

mod background;
mod frame;
mod subject;
mod watched;
mod watcher;

#[cfg(test)]
mod tests;

pub use background::Background;
pub use frame::{GrayFrame, WatchError};
pub use watched::{CUT_QUALITY, FrameFact, StepSight, Watched};
pub use watcher::Watcher;
