//! Rendered takes and finished cross-edits.

use super::{
    database::{Database, Migrations, Sql},
    values::{blob, from_json, now, to_json},
};
use crate::StorageError;
use eightcount_domain::{BlobHash, ChoreographyId, StageName, StageState, TakeKey};
use std::time::Duration;

const PUT_TAKE: Sql = Sql::each(
    "storing a take",
    "INSERT INTO takes (take_key, blob_hash, frames, bytes, used_ms, kept) VALUES (?, ?, ?, ?, ?, 1) \
     ON CONFLICT (take_key) DO UPDATE SET blob_hash = excluded.blob_hash, frames = excluded.frames, \
     bytes = excluded.bytes, used_ms = excluded.used_ms, kept = 1",
    "INSERT INTO takes (take_key, blob_hash, frames, bytes, used_ms, kept) VALUES (?, ?, ?, ?, ?, 1) \
     ON DUPLICATE KEY UPDATE blob_hash = VALUES(blob_hash), frames = VALUES(frames), \
     bytes = VALUES(bytes), used_ms = VALUES(used_ms), kept = 1",
);
const TAKE: Sql =
    Sql::same("reading a take", "SELECT blob_hash, frames FROM takes WHERE take_key = ? AND kept = 1");
const WAS_DROPPED: Sql =
    Sql::same("looking for a dropped take", "SELECT 1 FROM takes WHERE take_key = ? AND kept = 0");
const USED: Sql = Sql::same("noting that a take is used", "UPDATE takes SET used_ms = ? WHERE take_key = ?");
const TAKE_BYTES: Sql = Sql::each(
    "measuring takes",
    "SELECT COALESCE(SUM(bytes), 0) FROM takes",
    "SELECT CAST(COALESCE(SUM(bytes), 0) AS SIGNED) FROM takes",
);
// First those that somebody began to drop and did not end.
const LEAST_USED: Sql = Sql::same(
    "looking for takes to drop",
    "SELECT take_key, blob_hash, bytes FROM takes WHERE bytes > 0 ORDER BY kept, used_ms, take_key LIMIT 64",
);
const LEAVE: Sql = Sql::same("dropping a take", "UPDATE takes SET kept = 0 WHERE take_key = ?");
const SHARED: Sql = Sql::same(
    "looking for takes of the same bytes",
    "SELECT 1 FROM takes WHERE blob_hash = ? AND kept = 1 LIMIT 1",
);
const GONE: Sql =
    Sql::same("ending to drop a take", "UPDATE takes SET bytes = 0 WHERE take_key = ? AND kept = 0");
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

/// A take that may be dropped.
#[derive(Clone, Debug, PartialEq)]
pub struct DroppableTake {
    /// Its key.
    pub key: TakeKey,
    /// Its file.
    pub blob: BlobHash,
    /// The bytes of that.
    pub bytes: u64,
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

    /// Records a rendered take, its number of frames and its bytes, in place of an earlier rendering of the same plan.
    pub async fn put_take(
        &self,
        key: &TakeKey,
        take: &BlobHash,
        (frames, bytes): (u64, u64),
    ) -> Result<(), StorageError> {
        let args = [key.as_str().into(), take.as_str().into(), frames.into(), bytes.into(), now().0.into()];
        self.0.execute(PUT_TAKE, &args).await?;
        Ok(())
    }

    /// Notes that these takes were used just now.
    pub async fn use_takes(&self, keys: &[TakeKey]) -> Result<(), StorageError> {
        let mut transaction = self.0.begin().await?;
        for key in keys {
            transaction.execute(USED, &[now().0.into(), key.as_str().into()]).await?;
        }
        transaction.commit().await
    }

    /// Whether a take has been rendered and was dropped since.
    pub async fn was_take_dropped(&self, key: &TakeKey) -> Result<bool, StorageError> {
        Ok(self.0.row(WAS_DROPPED, &[key.as_str().into()]).await?.is_some())
    }

    /// The bytes of all takes.
    pub async fn take_bytes(&self) -> Result<u64, StorageError> {
        self.0.row(TAKE_BYTES, &[]).await?.map_or(Ok(0), |row| row.count(0))
    }

    /// Some takes whose files are there, those used longest ago first.
    pub async fn least_used_takes(&self) -> Result<Vec<DroppableTake>, StorageError> {
        let rows = self.0.rows(LEAST_USED, &[]).await?;
        let take = |row: &super::database::Row| {
            Ok(DroppableTake {
                key: TakeKey(blob(&row.text(0)?)?.0),
                blob: blob(&row.text(1)?)?,
                bytes: row.count(2)?,
            })
        };
        rows.iter().map(take).collect()
    }

    /// Begins to drop a take: from now on it is not rendered. Its file may be deleted if the answer is yes: no other take
    /// has the same. Then [`Self::end_dropping`].
    pub async fn begin_dropping(&self, take: &DroppableTake) -> Result<bool, StorageError> {
        self.0.execute(LEAVE, &[take.key.as_str().into()]).await?;
        Ok(self.0.row(SHARED, &[take.blob.as_str().into()]).await?.is_none())
    }

    /// The file of a dropped take is deleted.
    pub async fn end_dropping(&self, key: &TakeKey) -> Result<(), StorageError> {
        self.0.execute(GONE, &[key.as_str().into()]).await?;
        Ok(())
    }

    /// The file and the number of frames of a take that has been rendered; none of one that was dropped since.
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
