//! The library: steps of published performances.
//!
//! Whoever changes the library first raises its version, in the same transaction. That row is the lock that
//! puts changes in order, and the sign by which workers see that their copy is old.

use super::{
    choreo::{ChoreoRecords, performance_id},
    database::{Row, Sql, Transaction},
    values::{from_json, to_json, to_word},
};
use crate::StorageError;
use eightcount_domain::{Performance, PerformanceId, PerformanceStatus, Step, StepId};
use std::collections::BTreeMap;

pub(super) const BUMP_IF_IN_LIBRARY: Sql = Sql::same(
    "raising the library's version",
    "UPDATE library SET version = version + 1 \
     WHERE EXISTS (SELECT 1 FROM steps WHERE performance_id = ?)",
);
const BUMP: Sql = Sql::same("raising the library's version", "UPDATE library SET version = version + 1");
const VERSION: Sql = Sql::same("reading the library's version", "SELECT version FROM library");
const PUBLISH: Sql = Sql::each(
    "publishing a performance",
    "INSERT INTO performances (performance_id, title, credit, uploaded_at_ms, status, conformed_json) \
     VALUES (?, ?, ?, ?, ?, ?) \
     ON CONFLICT (performance_id) DO UPDATE SET title = excluded.title, credit = excluded.credit, \
     status = excluded.status, failure = NULL, conformed_json = excluded.conformed_json",
    "INSERT INTO performances (performance_id, title, credit, uploaded_at_ms, status, conformed_json) \
     VALUES (?, ?, ?, ?, ?, ?) \
     ON DUPLICATE KEY UPDATE title = VALUES(title), credit = VALUES(credit), \
     status = VALUES(status), failure = NULL, conformed_json = VALUES(conformed_json)",
);
const SET_JSON: Sql = Sql::same(
    "changing a step",
    "UPDATE steps SET step_json = ? WHERE performance_id = ? AND step_index = ?",
);
const DELETE_STEPS: Sql =
    Sql::same("replacing a performance's steps", "DELETE FROM steps WHERE performance_id = ?");
const INSERT_STEP: Sql = Sql::same(
    "inserting a step",
    "INSERT INTO steps (performance_id, step_index, hidden, step_json) VALUES (?, ?, ?, ?)",
);
const SET_HIDDEN: Sql = Sql::same(
    "hiding or showing a step",
    "UPDATE steps SET hidden = ? WHERE performance_id = ? AND step_index = ?",
);
const STEP: Sql = Sql::same(
    "reading a step",
    "SELECT step_json, hidden FROM steps WHERE performance_id = ? AND step_index = ?",
);
const STEPS: Sql = Sql::same(
    "reading a performance's steps",
    "SELECT step_json, hidden FROM steps WHERE performance_id = ? ORDER BY step_index",
);
const LIBRARY_TITLES: Sql = Sql::same(
    "reading the library's titles",
    "SELECT performance_id, title FROM performances WHERE status = 'published'",
);
const LIBRARY_STEPS: Sql = Sql::same(
    "reading the library",
    "SELECT s.step_json, s.hidden FROM steps s \
     JOIN performances p ON p.performance_id = s.performance_id \
     WHERE p.status = 'published' ORDER BY s.performance_id, s.step_index",
);

/// All steps of all published performances, as they were at one moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Library {
    /// The version that this is; see [`ChoreoRecords::library_version`].
    pub version: u64,
    /// Titles of the published performances.
    pub titles: BTreeMap<PerformanceId, String>,
    /// Their steps, hidden ones too, in order of performance and index.
    pub steps: Vec<Step>,
}

impl ChoreoRecords {
    /// Puts a performance and its steps into the library, all at once. Its status becomes published whatever
    /// the given one says; a performance that was not inserted before is. Publishing again replaces title,
    /// credit, facts and steps, and keeps what a curator said of steps.
    pub async fn publish_performance(
        &self,
        performance: &Performance,
        steps: &[Step],
    ) -> Result<(), StorageError> {
        let id = performance.id.as_str();
        let status = to_word("performance status", &PerformanceStatus::Published)?;
        let conformed = performance.conformed.as_ref().map(|c| to_json("performance", c)).transpose()?;
        let mut transaction = self.0.begin().await?;
        transaction.execute(BUMP, &[]).await?;
        let args = [
            id.into(),
            performance.title.as_str().into(),
            performance.credit.as_str().into(),
            performance.uploaded_at_ms.0.into(),
            status.as_str().into(),
            conformed.as_deref().into(),
        ];
        transaction.execute(PUBLISH, &args).await?;
        let known = known_steps(&mut transaction, id).await?;
        transaction.execute(DELETE_STEPS, &[id.into()]).await?;
        for step in steps {
            let curated = known.get(&step.id.index).unwrap_or(step);
            let step = Step { on_screen_text: curated.on_screen_text, ..step.clone() };
            let json = to_json("step", &step)?;
            let args = [id.into(), step.id.index.into(), curated.hidden.into(), json.as_str().into()];
            transaction.execute(INSERT_STEP, &args).await?;
        }
        transaction.commit().await
    }

    /// The steps of a performance in order; none for one that was never published.
    pub async fn steps(&self, performance: &PerformanceId) -> Result<Vec<Step>, StorageError> {
        self.0.rows(STEPS, &[performance.as_str().into()]).await?.iter().map(step_of).collect()
    }

    /// A step.
    pub async fn step(&self, id: &StepId) -> Result<Option<Step>, StorageError> {
        let args = [id.performance.as_str().into(), id.index.into()];
        self.0.row(STEP, &args).await?.as_ref().map(step_of).transpose()
    }

    /// Hides a step from suggestions or shows it again; false when there is no such step.
    pub async fn set_step_hidden(&self, id: &StepId, hidden: bool) -> Result<bool, StorageError> {
        let performance = id.performance.as_str();
        let mut transaction = self.0.begin().await?;
        transaction.execute(BUMP_IF_IN_LIBRARY, &[performance.into()]).await?;
        let args = [hidden.into(), performance.into(), id.index.into()];
        let found = transaction.execute(SET_HIDDEN, &args).await? > 0;
        transaction.commit().await?;
        Ok(found)
    }

    /// Says whether a step shows text; false when there is no such step.
    pub async fn set_step_on_screen_text(&self, id: &StepId, shows: bool) -> Result<bool, StorageError> {
        let performance = id.performance.as_str();
        let mut transaction = self.0.begin().await?;
        // The library's row is the lock: nobody changes the step between reading and writing it.
        transaction.execute(BUMP_IF_IN_LIBRARY, &[performance.into()]).await?;
        let known = known_steps(&mut transaction, performance).await?;
        let Some(step) = known.get(&id.index) else { return Ok(false) };
        let json = to_json("step", &Step { on_screen_text: shows, ..step.clone() })?;
        let args = [json.as_str().into(), performance.into(), id.index.into()];
        transaction.execute(SET_JSON, &args).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Grows with every change of the library, so that a copy with another version is old.
    pub async fn library_version(&self) -> Result<u64, StorageError> {
        self.0.row(VERSION, &[]).await?.map_or(Ok(0), |row| row.count(0))
    }

    /// The whole library with its version.
    pub async fn library(&self) -> Result<Library, StorageError> {
        let mut library = Library::default();
        let mut transaction = self.0.begin_reading().await?;
        transaction
            .for_each(VERSION, &[], |row| {
                library.version = row.count(0)?;
                Ok(())
            })
            .await?;
        transaction
            .for_each(LIBRARY_TITLES, &[], |row| {
                library.titles.insert(performance_id(&row.text(0)?)?, row.text(1)?);
                Ok(())
            })
            .await?;
        transaction
            .for_each(LIBRARY_STEPS, &[], |row| {
                library.steps.push(step_of(&row)?);
                Ok(())
            })
            .await?;
        transaction.commit().await?;
        Ok(library)
    }
}

/// The steps of a performance by index, as they are before a change.
async fn known_steps(
    transaction: &mut Transaction,
    performance: &str,
) -> Result<BTreeMap<u32, Step>, StorageError> {
    let mut steps = BTreeMap::new();
    transaction
        .for_each(STEPS, &[performance.into()], |row| {
            let step = step_of(&row)?;
            steps.insert(step.id.index, step);
            Ok(())
        })
        .await?;
    Ok(steps)
}

/// The column decides whether a step is hidden; what its JSON says is how it came from the ingest.
fn step_of(row: &Row) -> Result<Step, StorageError> {
    let mut step: Step = from_json("step", &row.text(0)?)?;
    step.hidden = row.flag(1)?;
    Ok(step)
}
