//! Rendered takes and finished cross-edits.

use super::{
    database::{Database, Migrations, Sql},
    values::{blob, from_json, to_json},
};
use crate::StorageError;
use eightcount_domain::{BlobHash, ChoreographyId, StageName, StageState, TakeKey};
use std::time::Duration;

const PUT_TAKE: Sql = Sql::each(
    "storing a take",
    "INSERT INTO takes (take_key, blob_hash, frames) VALUES (?, ?, ?) \
     ON CONFLICT (take_key) DO UPDATE SET blob_hash = excluded.blob_hash, frames = excluded.frames",
    "INSERT INTO takes (take_key, blob_hash, frames) VALUES (?, ?, ?) \
     ON DUPLICATE KEY UPDATE blob_hash = VALUES(blob_hash), frames = VALUES(frames)",
);
const TAKE: Sql = Sql::same("reading a take", "SELECT blob_hash, frames FROM takes WHERE take_key = ?");
const PUT_CROSS_EDIT: Sql = Sql::each(
    "storing a cross-edit",
    "INSERT INTO cross_edits (choreography_id, stage, revision, state_json, report_json) \
     VALUES (?, ?, ?, ?, ?) ON CONFLICT (choreography_id, stage, revision) \
     DO UPDATE SET state_json = excluded.state_json, report_json = excluded.report_json",
    "INSERT INTO cross_edits (choreography_id, stage, revision, state_json, report_json) \
     VALUES (?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE \
     state_json = VALUES(state_json), report_json = VALUES(report_json)",
);
const CROSS_EDIT: Sql = Sql::same(
    "reading a cross-edit",
    "SELECT state_json, report_json FROM cross_edits WHERE choreography_id = ? AND stage = ? \
     ORDER BY revision DESC LIMIT 1",
);
const FORGET: Sql =
    Sql::same("forgetting a choreography", "DELETE FROM cross_edits WHERE choreography_id = ?");

/// A stored cross-edit.
#[derive(Clone, Debug, PartialEq)]
pub struct CrossEdit {
    /// The file and its facts.
    pub state: StageState,
    /// What it was made of (edit list, scores, reasons), in the form in which the maker reports it.
    pub report: serde_json::Value,
}

/// The records of the product context.
#[derive(Clone, Debug)]
pub struct ProductRecords(Database);

impl ProductRecords {
    /// Opens `sqlite:///path` (created when missing) or `mysql://…`. The tables come with [`Self::migrate`].
    pub async fn connect(address: &str) -> Result<Self, StorageError> {
        Database::connect("product", address).await.map(Self)
    }

    /// Brings the tables up to date. Any number of processes may do so at once.
    pub async fn migrate(&self) -> Result<(), StorageError> {
        let migrations = Migrations {
            sqlite: sqlx::migrate!("migrations/product/sqlite"),
            mysql: sqlx::migrate!("migrations/product/mysql"),
        };
        self.0.migrate(&migrations).await
    }

    /// Name and version of the database, and how long it took to answer.
    pub async fn version(&self) -> Result<(String, Duration), StorageError> {
        self.0.version().await
    }

    /// Records a rendered take and its number of frames, in place of an earlier rendering of the same plan.
    pub async fn put_take(&self, key: &TakeKey, take: &BlobHash, frames: u64) -> Result<(), StorageError> {
        self.0.execute(PUT_TAKE, &[key.as_str().into(), take.as_str().into(), frames.into()]).await?;
        Ok(())
    }

    /// The file and the number of frames of a take that has been rendered.
    pub async fn take(&self, key: &TakeKey) -> Result<Option<(BlobHash, u64)>, StorageError> {
        let row = self.0.row(TAKE, &[key.as_str().into()]).await?;
        row.map(|row| Ok((blob(&row.text(0)?)?, row.count(1)?))).transpose()
    }

    /// Records a cross-edit with its report, in place of an earlier one of the same stage and revision.
    pub async fn put_cross_edit(
        &self,
        choreography: &ChoreographyId,
        state: &StageState,
        report: &serde_json::Value,
    ) -> Result<(), StorageError> {
        let state_json = to_json("cross-edit", state)?;
        let report_json = to_json("report", report)?;
        let args = [
            choreography.as_str().into(),
            state.stage.as_str().into(),
            state.revision.into(),
            state_json.as_str().into(),
            report_json.as_str().into(),
        ];
        self.0.execute(PUT_CROSS_EDIT, &args).await?;
        Ok(())
    }

    /// The newest revision of a stage.
    pub async fn cross_edit(
        &self,
        choreography: &ChoreographyId,
        stage: StageName,
    ) -> Result<Option<CrossEdit>, StorageError> {
        let row = self.0.row(CROSS_EDIT, &[choreography.as_str().into(), stage.as_str().into()]).await?;
        row.map(|row| {
            Ok(CrossEdit {
                state: from_json("cross-edit", &row.text(0)?)?,
                report: from_json("report", &row.text(1)?)?,
            })
        })
        .transpose()
    }

    /// Removes the cross-edits of a choreography; gives how many there were. Their blobs are the caller's to
    /// delete.
    pub async fn forget_choreography(&self, choreography: &ChoreographyId) -> Result<u64, StorageError> {
        self.0.execute(FORGET, &[choreography.as_str().into()]).await
    }
}
