//! Activities: each loads what its input names, calls one pure function, stores the result and returns a
//! reference to it.
//!
//! Every activity is idempotent: it may run twice at once, be killed anywhere, and find half of its world gone.
//! Results are named by their content, written under temporary names, and become visible whole or not at all.
//! No error leaves an activity but through [`failure`](crate::failure).

mod alive;
mod amplitude;
mod clustering;
mod cross_edit;
mod desk;
mod extra;
mod failure;
mod grid;
mod ingest;
mod keeping;
mod library;
mod preprocess;
mod publish;
mod queues;
mod scratch;
mod screen;
mod seen_cuts;
mod suggestion;
mod take;
mod worker;

pub use worker::{WorkersConfig, WorkersError, run_workers};
