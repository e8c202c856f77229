//! Deterministic workflows: a song becomes a dance, a performance becomes steps, a song is heard.
//!
//! This crate never does I/O and never asks for the time or for randomness; it knows no database, media tool or
//! runtime. What crosses Temporal is in [`contract`]; the worker crate implements the activities declared there.

pub mod contract;

mod choreography;
mod hearing;
mod ingest;
mod options;
mod state;
mod stop;

pub use choreography::ChoreographyWorkflow;
pub use hearing::HearingWorkflow;
pub use ingest::IngestWorkflow;
