//! Choreographies as their workflows last showed them, and the suggestions made for them.

use super::{
    choreo::ChoreoRecords,
    database::{Row, Sql},
    values::{from_json, now, to_json, to_word},
};
use crate::{Cursor, Listed, Page, StorageError};
use eightcount_domain::{
    ChoreographyId, ChoreographyState, ChoreographyStatus, Millis, Suggestion, SuggestionId,
};

// In the MySQL text the version is assigned last: assignments see those before them.
const PUT: Sql = Sql::each(
    "storing a choreography",
    "INSERT INTO choreographies (choreography_id, status, version, created_at_ms, state_json) \
     VALUES (?, ?, ?, ?, ?) \
     ON CONFLICT (choreography_id) DO UPDATE SET status = excluded.status, version = excluded.version, \
     state_json = excluded.state_json WHERE excluded.version >= choreographies.version",
    "INSERT INTO choreographies (choreography_id, status, version, created_at_ms, state_json) \
     VALUES (?, ?, ?, ?, ?) \
     ON DUPLICATE KEY UPDATE status = IF(VALUES(version) >= version, VALUES(status), status), \
     state_json = IF(VALUES(version) >= version, VALUES(state_json), state_json), \
     version = GREATEST(version, VALUES(version))",
);
const ONE: Sql = Sql::same(
    "reading a choreography",
    "SELECT state_json, created_at_ms FROM choreographies WHERE choreography_id = ?",
);
const PAGE: Sql = Sql::same(
    "listing choreographies",
    "SELECT state_json, created_at_ms FROM choreographies \
     WHERE created_at_ms < ? OR (created_at_ms = ? AND choreography_id < ?) \
     ORDER BY created_at_ms DESC, choreography_id DESC LIMIT ?",
);
const PAGE_OF_STATUS: Sql = Sql::same(
    "listing choreographies of one status",
    "SELECT state_json, created_at_ms FROM choreographies \
     WHERE status = ? AND (created_at_ms < ? OR (created_at_ms = ? AND choreography_id < ?)) \
     ORDER BY created_at_ms DESC, choreography_id DESC LIMIT ?",
);
const INSERT_SUGGESTION: Sql = Sql::same(
    "storing a suggestion",
    "INSERT INTO suggestions (choreography_id, eight, serial, suggestion_json) VALUES (?, ?, ?, ?)",
);
const SUGGESTION: Sql = Sql::same(
    "reading a suggestion",
    "SELECT suggestion_json FROM suggestions WHERE choreography_id = ? AND eight = ? AND serial = ?",
);

impl ChoreoRecords {
    /// Stores a choreography unless a newer version is stored already. The first call sets its place in
    /// [`Self::choreographies`].
    pub async fn put_choreography(&self, state: &ChoreographyState) -> Result<(), StorageError> {
        let status = to_word("choreography status", &state.status)?;
        let json = to_json("choreography", state)?;
        let args = [
            state.id.as_str().into(),
            status.as_str().into(),
            state.version.into(),
            now().0.into(),
            json.as_str().into(),
        ];
        self.0.execute(PUT, &args).await?;
        Ok(())
    }

    /// A choreography as last stored.
    pub async fn choreography(&self, id: &ChoreographyId) -> Result<Option<ChoreographyState>, StorageError> {
        let row = self.0.row(ONE, &[id.as_str().into()]).await?;
        Ok(row.as_ref().map(choreography_of).transpose()?.map(|(state, _)| state))
    }

    /// Choreographies by the time at which they were first stored, all or those of one status.
    pub async fn choreographies(
        &self,
        page: &Page,
        status: Option<ChoreographyStatus>,
    ) -> Result<Listed<ChoreographyState>, StorageError> {
        let (at, id) = page.start();
        let size = (page.size() + 1).into();
        let rows = match status {
            None => self.0.rows(PAGE, &[at.into(), at.into(), id.into(), size]).await?,
            Some(status) => {
                let status = to_word("choreography status", &status)?;
                let args = [status.as_str().into(), at.into(), at.into(), id.into(), size];
                self.0.rows(PAGE_OF_STATUS, &args).await?
            }
        };
        let found = rows.iter().map(choreography_of).collect::<Result<Vec<_>, _>>()?;
        let listed = Listed::of(found, page, |(state, at)| Cursor::new(*at, state.id.as_str()));
        let items = listed.items.into_iter().map(|(state, _)| state).collect();
        Ok(Listed { items, next: listed.next })
    }

    /// Stores a suggestion and gives the one that is now stored under its id: of two attempts the first wins,
    /// so that what the user saw stays true. Report the result, not the argument.
    pub async fn put_suggestion(&self, suggestion: &Suggestion) -> Result<Suggestion, StorageError> {
        let id = &suggestion.id;
        let json = to_json("suggestion", suggestion)?;
        let args = [id.choreography.as_str().into(), id.eight.into(), id.serial.into(), json.as_str().into()];
        if self.0.insert_new(INSERT_SUGGESTION, &args).await? {
            return Ok(suggestion.clone());
        }
        Ok(self.suggestion(id).await?.unwrap_or_else(|| suggestion.clone()))
    }

    /// A suggestion.
    pub async fn suggestion(&self, id: &SuggestionId) -> Result<Option<Suggestion>, StorageError> {
        let args = [id.choreography.as_str().into(), id.eight.into(), id.serial.into()];
        let row = self.0.row(SUGGESTION, &args).await?;
        row.map(|row| from_json("suggestion", &row.text(0)?)).transpose()
    }
}

fn choreography_of(row: &Row) -> Result<(ChoreographyState, Millis), StorageError> {
    Ok((from_json("choreography", &row.text(0)?)?, Millis(row.count(1)?)))
}
