//! How MySQL (or MariaDB) is opened and migrated.

use super::database::{POOL_CONNECTIONS, POOL_WAIT};
use crate::StorageError;
use sqlx::{
    MySqlConnection, MySqlPool, SqlSafeStr,
    migrate::Migrator,
    mysql::{MySqlConnectOptions, MySqlPoolOptions},
};
use std::{str::FromStr, time::Duration};

/// How long a process waits for another one's migrations.
const MIGRATION_LOCK_WAIT: Duration = Duration::from_mins(2);

pub(super) fn options(address: &str) -> Result<MySqlConnectOptions, sqlx::Error> {
    Ok(MySqlConnectOptions::from_str(address)?.charset("utf8mb4"))
}

pub(super) async fn connect(options: MySqlConnectOptions) -> Result<MySqlPool, sqlx::Error> {
    MySqlPoolOptions::new()
        .max_connections(POOL_CONNECTIONS)
        .acquire_timeout(POOL_WAIT)
        .connect_with(options)
        .await
}

/// Migrations run under a named lock of the server, which it releases when the connection goes away.
///
/// MySQL commits every table change at once, so a killed process leaves a migration marked as unfinished.
/// Each of ours may be run again over its own leftovers (`IF NOT EXISTS`): the mark is removed and it is.
pub(super) async fn migrate(
    context: &'static str,
    pool: &MySqlPool,
    migrator: &Migrator,
) -> Result<(), StorageError> {
    let failed = |source| StorageError::Database { context, doing: "migrating", source };
    let connection = pool.acquire().await.map_err(failed)?;
    // Detached from the pool: closing it releases the lock whatever happens in between.
    let mut connection = connection.detach();
    let locked: Option<i64> =
        sqlx::query_scalar("SELECT GET_LOCK(CONCAT('eightcount migration ', LEFT(DATABASE(), 40)), ?)")
            .bind(MIGRATION_LOCK_WAIT.as_secs())
            .fetch_one(&mut connection)
            .await
            .map_err(failed)?;
    if locked != Some(1) {
        return Err(StorageError::MigrationLocked { context });
    }
    forget_unfinished(&mut connection).await.map_err(failed)?;
    let migrator =
        Migrator { locking: false, ..Migrator::with_migrations(migrator.iter().cloned().collect()) };
    migrator
        .run_direct(None, &mut connection, false)
        .await
        .map_err(|source| StorageError::Migration { context, source })?;
    sqlx::Connection::close(connection).await.map_err(failed)
}

async fn forget_unfinished(connection: &mut MySqlConnection) -> Result<(), sqlx::Error> {
    let tables: i64 = sqlx::query_scalar(
        "SELECT COUNT(*) FROM information_schema.tables \
         WHERE table_schema = DATABASE() AND table_name = '_sqlx_migrations'",
    )
    .fetch_one(&mut *connection)
    .await?;
    if tables > 0 {
        let delete = "DELETE FROM _sqlx_migrations WHERE success = FALSE".into_sql_str();
        sqlx::query(delete).execute(connection).await?;
    }
    Ok(())
}
