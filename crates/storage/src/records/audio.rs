//! Songs and what was heard in them.

use super::{
    database::{Arg, Database, Migrations, Row, Sql},
    values::{blob, failure, from_word, to_word},
};
use crate::{Cursor, Listed, Page, StorageError};
use eightcount_domain::{BlobHash, FailureCode, GridCorrection, Millis, Song, SongId, SongStatus};
use std::time::Duration;

const INSERT_SONG: Sql = Sql::same(
    "inserting a song",
    "INSERT INTO songs (song_id, title, duration_ms, uploaded_at_ms, status, failure) \
     VALUES (?, ?, ?, ?, ?, ?)",
);
const SONG: Sql = Sql::same(
    "reading a song",
    "SELECT song_id, title, duration_ms, uploaded_at_ms, status, failure FROM songs WHERE song_id = ?",
);
const SONGS: Sql = Sql::same(
    "listing songs",
    "SELECT song_id, title, duration_ms, uploaded_at_ms, status, failure FROM songs \
     WHERE uploaded_at_ms < ? OR (uploaded_at_ms = ? AND song_id < ?) \
     ORDER BY uploaded_at_ms DESC, song_id DESC LIMIT ?",
);
const SET_STATUS: Sql =
    Sql::same("setting a song's status", "UPDATE songs SET status = ?, failure = ? WHERE song_id = ?");
const PUT_HEARING: Sql = Sql::each(
    "storing a hearing",
    "INSERT INTO hearings (song_id, octave, shift_beats, nudge_ms, blob_hash) VALUES (?, ?, ?, ?, ?) \
     ON CONFLICT (song_id, octave, shift_beats, nudge_ms) DO UPDATE SET blob_hash = excluded.blob_hash",
    "INSERT INTO hearings (song_id, octave, shift_beats, nudge_ms, blob_hash) VALUES (?, ?, ?, ?, ?) \
     ON DUPLICATE KEY UPDATE blob_hash = VALUES(blob_hash)",
);
const HEARING: Sql = Sql::same(
    "reading a hearing",
    "SELECT blob_hash FROM hearings WHERE song_id = ? AND octave = ? AND shift_beats = ? AND nudge_ms = ?",
);
const PUT_ANALYSIS: Sql = Sql::each(
    "storing a section's analysis",
    "INSERT INTO section_analyses (analysis_key, blob_hash) VALUES (?, ?) \
     ON CONFLICT (analysis_key) DO UPDATE SET blob_hash = excluded.blob_hash",
    "INSERT INTO section_analyses (analysis_key, blob_hash) VALUES (?, ?) \
     ON DUPLICATE KEY UPDATE blob_hash = VALUES(blob_hash)",
);
const ANALYSIS: Sql = Sql::same(
    "reading a section's analysis",
    "SELECT blob_hash FROM section_analyses WHERE analysis_key = ?",
);

/// The records of the audio context.
#[derive(Clone, Debug)]
pub struct AudioRecords(Database);

impl AudioRecords {
    /// Opens `sqlite:///path` (created when missing) or `mysql://…`. The tables come with [`Self::migrate`].
    pub async fn connect(address: &str) -> Result<Self, StorageError> {
        Database::connect("audio", address).await.map(Self)
    }

    /// Brings the tables up to date. Any number of processes may do so at once.
    pub async fn migrate(&self) -> Result<(), StorageError> {
        let migrations = Migrations {
            sqlite: sqlx::migrate!("migrations/audio/sqlite"),
            mysql: sqlx::migrate!("migrations/audio/mysql"),
        };
        self.0.migrate(&migrations).await
    }

    /// Name and version of the database, and how long it took to answer.
    pub async fn version(&self) -> Result<(String, Duration), StorageError> {
        self.0.version().await
    }

    /// Inserts a song; false when its id is there already: the first one stays as it is.
    pub async fn insert_song(&self, song: &Song) -> Result<bool, StorageError> {
        let status = to_word("song status", &song.status)?;
        let args = [
            song.id.as_str().into(),
            song.title.as_str().into(),
            song.duration_ms.0.into(),
            song.uploaded_at_ms.0.into(),
            status.as_str().into(),
            song.failure.map(FailureCode::as_str).into(),
        ];
        self.0.insert_new(INSERT_SONG, &args).await
    }

    /// A song.
    pub async fn song(&self, id: &SongId) -> Result<Option<Song>, StorageError> {
        self.0.row(SONG, &[id.as_str().into()]).await?.as_ref().map(song_of).transpose()
    }

    /// Songs by the time of their upload.
    pub async fn songs(&self, page: &Page) -> Result<Listed<Song>, StorageError> {
        let (at, id) = page.start();
        let rows = self.0.rows(SONGS, &[at.into(), at.into(), id.into(), (page.size() + 1).into()]).await?;
        let songs = rows.iter().map(song_of).collect::<Result<_, _>>()?;
        Ok(Listed::of(songs, page, |song: &Song| Cursor::new(song.uploaded_at_ms, song.id.as_str())))
    }

    /// Sets how far the hearing has come; false when there is no such song.
    pub async fn set_song_status(
        &self,
        id: &SongId,
        status: SongStatus,
        failure: Option<FailureCode>,
    ) -> Result<bool, StorageError> {
        let status = to_word("song status", &status)?;
        let args = [status.as_str().into(), failure.map(FailureCode::as_str).into(), id.as_str().into()];
        Ok(self.0.execute(SET_STATUS, &args).await? > 0)
    }

    /// Records the blob that holds the hearing of a song under a grid correction, in place of an earlier one.
    pub async fn put_hearing(
        &self,
        song: &SongId,
        grid: GridCorrection,
        hearing: &BlobHash,
    ) -> Result<(), StorageError> {
        let [id, octave, shift, nudge] = hearing_key(song, grid);
        self.0.execute(PUT_HEARING, &[id, octave, shift, nudge, hearing.as_str().into()]).await?;
        Ok(())
    }

    /// The blob that holds the hearing of a song under a grid correction.
    pub async fn hearing(
        &self,
        song: &SongId,
        grid: GridCorrection,
    ) -> Result<Option<BlobHash>, StorageError> {
        self.blob(HEARING, &hearing_key(song, grid)).await
    }

    /// Records the blob that holds amplitude or clusters of a section. The key (at most 255 characters) names
    /// everything the result depends on; a result under the same key is replaced.
    pub async fn put_section_analysis(&self, key: &str, analysis: &BlobHash) -> Result<(), StorageError> {
        self.0.execute(PUT_ANALYSIS, &[key.into(), analysis.as_str().into()]).await?;
        Ok(())
    }

    /// The blob that holds amplitude or clusters of a section.
    pub async fn section_analysis(&self, key: &str) -> Result<Option<BlobHash>, StorageError> {
        self.blob(ANALYSIS, &[key.into()]).await
    }

    async fn blob(&self, sql: Sql, key: &[Arg<'_>]) -> Result<Option<BlobHash>, StorageError> {
        self.0.row(sql, key).await?.map(|row| blob(&row.text(0)?)).transpose()
    }
}

fn hearing_key(song: &SongId, grid: GridCorrection) -> [Arg<'_>; 4] {
    [song.as_str().into(), grid.octave.into(), grid.shift_beats.into(), grid.nudge_ms.into()]
}

fn song_of(row: &Row) -> Result<Song, StorageError> {
    Ok(Song {
        id: row.text(0)?.parse().map_err(|e| StorageError::damaged("song id", e))?,
        title: row.text(1)?,
        duration_ms: Millis(row.count(2)?),
        uploaded_at_ms: Millis(row.count(3)?),
        status: from_word("song status", &row.text(4)?)?,
        failure: failure(row.optional_text(5)?.as_deref())?,
    })
}
