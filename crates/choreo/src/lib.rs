//! Knowing dance: what a performance shows, and which steps suit an eight.
//!
//! - [`watch`]: small grey frames in; per step where the subject is and how much it moves out.
//!
//! Pure: no files, clock, randomness or threads. Equal input gives equal output.

pub mod watch;
