//! How SQLite is opened and migrated: for several processes on one file, any of which may be killed.

use super::database::{POOL_CONNECTIONS, POOL_WAIT};
use crate::StorageError;
use sqlx::{
    Connection, SqlitePool,
    migrate::Migrator,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{str::FromStr, time::Duration};

/// How long a statement waits for another process that is writing.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// Tries at opening a new file that other processes open at the same moment: the switch to the write-ahead
/// log does not wait for them.
const OPEN_TRIES: u32 = 50;
/// Pause between those tries.
const OPEN_PAUSE: Duration = Duration::from_millis(40);

pub(super) fn options(address: &str) -> Result<SqliteConnectOptions, sqlx::Error> {
    Ok(SqliteConnectOptions::from_str(address)?
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // Full: what an activity reported as recorded must survive a power cut, for its workflow goes on.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT))
}

pub(super) async fn connect(options: SqliteConnectOptions) -> Result<SqlitePool, sqlx::Error> {
    let mut tries = 0;
    loop {
        let pool = SqlitePoolOptions::new().max_connections(POOL_CONNECTIONS).acquire_timeout(POOL_WAIT);
        match pool.connect_with(options.clone()).await {
            Err(sqlx::Error::Database(error)) if tries < OPEN_TRIES && error.message().contains("locked") => {
                tries += 1;
                tokio::time::sleep(OPEN_PAUSE).await;
            }
            opened => return opened,
        }
    }
}

/// All migrations run inside one transaction that holds the write lock from its start: a second process
/// waits and then finds nothing to do; a killed one leaves nothing.
pub(super) async fn migrate(
    context: &'static str,
    pool: &SqlitePool,
    migrator: &Migrator,
) -> Result<(), StorageError> {
    let failed = |source| StorageError::Database { context, doing: "migrating", source };
    let mut connection = pool.acquire().await.map_err(failed)?;
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await.map_err(failed)?;
    migrator
        .run_direct(None, &mut *transaction, false)
        .await
        .map_err(|source| StorageError::Migration { context, source })?;
    transaction.commit().await.map_err(failed)
}
