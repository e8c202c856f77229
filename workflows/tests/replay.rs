//! Replays committed histories: a change of a workflow that would break a running choreography fails here.
//!
//! The histories in `histories/` are of real runs. They are kept by the whole-system tests, for a release that changes
//! what workflows do, with
//!
//! ```sh
//! EIGHTCOUNT_KEEP_HISTORIES=$PWD/workflows/tests/histories cargo test --workspace --test system
//! ```
//!
//! Give a history that is to stay a name of its own first: those of earlier releases must go on replaying.

#![allow(clippy::unwrap_used)]

use eightcount_workflows::{ChoreographyWorkflow, HearingWorkflow, IngestWorkflow};
use std::{fs, path::Path};
use temporalio_client::WorkflowHistory;
use temporalio_sdk::workflow_replayer::{WorkflowReplayer, WorkflowReplayerOptions};

/// What must be among them.
const KEPT: [&str; 6] = ["auto", "cancelled", "changed-and-rerolled", "happy", "hearing", "ingest"];

fn replayer() -> WorkflowReplayer {
    let options = WorkflowReplayerOptions::new();
    let options = options.register_workflow::<ChoreographyWorkflow>().unwrap();
    let options = options.register_workflow::<HearingWorkflow>().unwrap();
    let options = options.register_workflow::<IngestWorkflow>().unwrap();
    WorkflowReplayer::new(options.build()).unwrap()
}

#[tokio::test]
async fn every_kept_history_replays() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/histories");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let names: Vec<_> = files.iter().map(|file| file.file_stem().unwrap().to_str().unwrap()).collect();
    assert!(KEPT.iter().all(|kept| names.contains(kept)), "{names:?}");
    let replayer = replayer();
    for file in &files {
        let history = WorkflowHistory::from_json(&fs::read(file).unwrap()).unwrap();
        let replayed = replayer.replay_workflow(history).await;
        assert!(replayed.is_ok(), "{}: {}", file.display(), replayed.unwrap_err());
    }
}
