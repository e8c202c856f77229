//! Knowing dance: what a performance shows, and which steps suit an eight.
//!
//! - [`watch`]: small frames in; per step where the subject is and how much it moves out.
//! - [`suggest`]: the library's steps and a question in; scored candidates with their reasons out.
//!
//! Pure: no files, clock, randomness or threads. Equal input gives equal output.

pub mod suggest;
pub mod watch;
