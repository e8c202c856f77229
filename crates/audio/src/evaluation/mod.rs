//! Measuring the hearing: music made to measure, whose beats and sections are known exactly, and the field's
//! metrics. Nothing here takes part in hearing a song.

pub mod instruments;
pub mod metrics;
pub mod songs;
pub mod synth;
