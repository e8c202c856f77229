//! Songs and what was heard in them.

use super::{
    database::{Arg, Database, Migrations, Row, Sql},
    values::{blob, failure, from_json, from_word, to_json, to_word},
};
use crate::{Cursor, Listed, Page, StorageError};
use eightcount_domain::{BlobHash, FailureCode, GridCorrection, Millis, Song, SongGrid, SongId, SongStatus};
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
    "INSERT INTO hearings (song_id, correction, blob_hash) VALUES (?, ?, ?) \
     ON CONFLICT (song_id, correction) DO UPDATE SET blob_hash = excluded.blob_hash",
    "INSERT INTO hearings (song_id, correction, blob_hash) VALUES (?, ?, ?) \
     ON DUPLICATE KEY UPDATE blob_hash = VALUES(blob_hash)",
);
const HEARING: Sql =
    Sql::same("reading a hearing", "SELECT blob_hash FROM hearings WHERE song_id = ? AND correction = ?");
const INSERT_GRID: Sql = Sql::same(
    "recording a song's grid",
    "INSERT INTO grids (song_id, revision, correction) VALUES (?, ?, ?)",
);
const GRID: Sql = Sql::same(
    "reading a song's grid",
    "SELECT revision, correction FROM grids WHERE song_id = ? ORDER BY revision DESC LIMIT 1",
);
const GRID_AT: Sql = Sql::same(
    "reading an earlier grid of a song",
    "SELECT correction FROM grids WHERE song_id = ? AND revision = ?",
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
        let correction = to_json("grid correction", &grid)?;
        let args = [song.as_str().into(), correction.as_str().into(), hearing.as_str().into()];
        self.0.execute(PUT_HEARING, &args).await?;
        Ok(())
    }

    /// The blob that holds the hearing of a song under a grid correction.
    pub async fn hearing(
        &self,
        song: &SongId,
        grid: GridCorrection,
    ) -> Result<Option<BlobHash>, StorageError> {
        let correction = to_json("grid correction", &grid)?;
        self.blob(HEARING, &[song.as_str().into(), correction.as_str().into()]).await
    }

    /// The grid that a song has now. As it was heard is revision 0.
    pub async fn grid(&self, song: &SongId) -> Result<SongGrid, StorageError> {
        let Some(row) = self.0.row(GRID, &[song.as_str().into()]).await? else {
            return Ok(SongGrid::default());
        };
        let revision: u32 = row.count(0)?;
        Ok(SongGrid { revision, correction: from_json("grid correction", &row.text(1)?)? })
    }

    /// The grid that a song had at a revision; none where it never had so many.
    pub async fn grid_at(&self, song: &SongId, revision: u32) -> Result<Option<SongGrid>, StorageError> {
        if revision == 0 {
            return Ok(Some(SongGrid::default()));
        }
        let row = self.0.row(GRID_AT, &[song.as_str().into(), u64::from(revision).into()]).await?;
        let grid =
            |row: Row| Ok(SongGrid { revision, correction: from_json("grid correction", &row.text(0)?)? });
        row.map(grid).transpose()
    }

    /// Records the next revision of a song's grid; false when that revision is there already: it stays as it is.
    pub async fn insert_grid(&self, song: &SongId, grid: SongGrid) -> Result<bool, StorageError> {
        let correction = to_json("grid correction", &grid.correction)?;
        let args = [song.as_str().into(), u64::from(grid.revision).into(), correction.as_str().into()];
        self.0.insert_new(INSERT_GRID, &args).await
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

    /// Records the blob that holds the waveform of a song, in place of an earlier one.
    pub async fn put_waveform(&self, song: &SongId, waveform: &BlobHash) -> Result<(), StorageError> {
        self.put_section_analysis(&waveform_key(song), waveform).await
    }

    /// The blob that holds the waveform of a song.
    pub async fn waveform(&self, song: &SongId) -> Result<Option<BlobHash>, StorageError> {
        self.section_analysis(&waveform_key(song)).await
    }

    /// Records the blob that tells how sure it is that a song has no beats, in place of an earlier one.
    pub async fn put_no_beats(&self, song: &SongId, answer: &BlobHash) -> Result<(), StorageError> {
        self.put_section_analysis(&no_beats_key(song), answer).await
    }

    /// The blob that tells how sure it is that a song has no beats; none where some were found.
    pub async fn no_beats(&self, song: &SongId) -> Result<Option<BlobHash>, StorageError> {
        self.section_analysis(&no_beats_key(song)).await
    }

    async fn blob(&self, sql: Sql, key: &[Arg<'_>]) -> Result<Option<BlobHash>, StorageError> {
        self.0.row(sql, key).await?.map(|row| blob(&row.text(0)?)).transpose()
    }
}

/// The whole song is a section like another.
fn waveform_key(song: &SongId) -> String {
    format!("waveform:{song}")
}

fn no_beats_key(song: &SongId) -> String {
    format!("no-beats:{song}")
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
