//! One command a file.

pub mod analyse;
pub mod api;
pub mod dance;
pub mod demo;
pub mod doctor;
pub mod ingest;
pub mod inspect;
pub mod library;
pub mod migrate;
pub mod reanalyse;
pub mod up;
pub mod worker;
