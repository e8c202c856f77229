//! Performances, and where the rest of the choreo context's records hang.

use super::{
    database::{Database, Migrations, Row, Sql},
    library::BUMP_IF_IN_LIBRARY,
    values::{failure, from_json, from_word, to_json, to_word},
};
use crate::{Cursor, Listed, Page, StorageError};
use eightcount_domain::{FailureCode, Millis, Performance, PerformanceId, PerformanceStatus};
use std::time::Duration;

const INSERT: Sql = Sql::same(
    "inserting a performance",
    "INSERT INTO performances \
     (performance_id, title, credit, uploaded_at_ms, status, failure, conformed_json) \
     VALUES (?, ?, ?, ?, ?, ?, ?)",
);
const ONE: Sql = Sql::same(
    "reading a performance",
    "SELECT performance_id, title, credit, uploaded_at_ms, status, failure, conformed_json \
     FROM performances WHERE performance_id = ?",
);
const PAGE: Sql = Sql::same(
    "listing performances",
    "SELECT performance_id, title, credit, uploaded_at_ms, status, failure, conformed_json \
     FROM performances WHERE uploaded_at_ms < ? OR (uploaded_at_ms = ? AND performance_id < ?) \
     ORDER BY uploaded_at_ms DESC, performance_id DESC LIMIT ?",
);
const SET_STATUS: Sql = Sql::same(
    "setting a performance's status",
    "UPDATE performances SET status = ?, failure = ? WHERE performance_id = ?",
);
const DELETE: Sql = Sql::same("deleting a performance", "DELETE FROM performances WHERE performance_id = ?");

/// The records of the choreo context: performances and their steps, suggestions, choreographies.
#[derive(Clone, Debug)]
pub struct ChoreoRecords(pub(super) Database);

impl ChoreoRecords {
    /// Opens `sqlite:///path` (created when missing) or `mysql://…`. The tables come with [`Self::migrate`].
    pub async fn connect(address: &str) -> Result<Self, StorageError> {
        Database::connect("choreo", address).await.map(Self)
    }

    /// Brings the tables up to date. Any number of processes may do so at once.
    pub async fn migrate(&self) -> Result<(), StorageError> {
        let migrations = Migrations {
            sqlite: sqlx::migrate!("migrations/choreo/sqlite"),
            mysql: sqlx::migrate!("migrations/choreo/mysql"),
        };
        self.0.migrate(&migrations).await
    }

    /// Name and version of the database, and how long it took to answer.
    pub async fn version(&self) -> Result<(String, Duration), StorageError> {
        self.0.version().await
    }

    /// Inserts a performance; false when its id is there already: the first one stays as it is.
    /// It is not in the library before [`Self::publish_performance`].
    pub async fn insert_performance(&self, performance: &Performance) -> Result<bool, StorageError> {
        let status = to_word("performance status", &performance.status)?;
        let conformed = performance.conformed.as_ref().map(|c| to_json("performance", c)).transpose()?;
        let args = [
            performance.id.as_str().into(),
            performance.title.as_str().into(),
            performance.credit.as_str().into(),
            performance.uploaded_at_ms.0.into(),
            status.as_str().into(),
            performance.failure.map(FailureCode::as_str).into(),
            conformed.as_deref().into(),
        ];
        self.0.insert_new(INSERT, &args).await
    }

    /// A performance.
    pub async fn performance(&self, id: &PerformanceId) -> Result<Option<Performance>, StorageError> {
        self.0.row(ONE, &[id.as_str().into()]).await?.as_ref().map(performance_of).transpose()
    }

    /// Performances by the time of their upload, whatever their status.
    pub async fn performances(&self, page: &Page) -> Result<Listed<Performance>, StorageError> {
        let (at, id) = page.start();
        let rows = self.0.rows(PAGE, &[at.into(), at.into(), id.into(), (page.size() + 1).into()]).await?;
        let performances = rows.iter().map(performance_of).collect::<Result<_, _>>()?;
        let place = |p: &Performance| Cursor::new(p.uploaded_at_ms, p.id.as_str());
        Ok(Listed::of(performances, page, place))
    }

    /// Sets how far the ingest has come; false when there is no such performance. One that was published
    /// leaves the library with any other status.
    pub async fn set_performance_status(
        &self,
        id: &PerformanceId,
        status: PerformanceStatus,
        failure: Option<FailureCode>,
    ) -> Result<bool, StorageError> {
        let status = to_word("performance status", &status)?;
        let mut transaction = self.0.begin().await?;
        transaction.execute(BUMP_IF_IN_LIBRARY, &[id.as_str().into()]).await?;
        let args = [status.as_str().into(), failure.map(FailureCode::as_str).into(), id.as_str().into()];
        let found = transaction.execute(SET_STATUS, &args).await? > 0;
        transaction.commit().await?;
        Ok(found)
    }

    /// Deletes a performance with its steps; false when there is none. Its blobs are the caller's to delete.
    pub async fn delete_performance(&self, id: &PerformanceId) -> Result<bool, StorageError> {
        let mut transaction = self.0.begin().await?;
        transaction.execute(BUMP_IF_IN_LIBRARY, &[id.as_str().into()]).await?;
        let found = transaction.execute(DELETE, &[id.as_str().into()]).await? > 0;
        transaction.commit().await?;
        Ok(found)
    }
}

pub(super) fn performance_id(text: &str) -> Result<PerformanceId, StorageError> {
    text.parse().map_err(|e| StorageError::damaged("performance id", e))
}

fn performance_of(row: &Row) -> Result<Performance, StorageError> {
    Ok(Performance {
        id: performance_id(&row.text(0)?)?,
        title: row.text(1)?,
        credit: row.text(2)?,
        uploaded_at_ms: Millis(row.count(3)?),
        status: from_word("performance status", &row.text(4)?)?,
        failure: failure(row.optional_text(5)?.as_deref())?,
        conformed: row.optional_text(6)?.map(|json| from_json("performance", &json)).transpose()?,
    })
}
