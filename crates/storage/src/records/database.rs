//! One database of one context, SQLite or MySQL, spoken to natively. The two differ in a few statements and
//! in how they are opened; everything above this file is written once.
//!
//! Invariant: every statement is a constant. Values travel as arguments, never in the text.

use super::{mysql, sqlite};
use crate::StorageError;
use futures::TryStreamExt;
use sqlx::{
    ColumnIndex, Decode, Encode, IntoArguments, MySql, MySqlPool, Sqlite, SqlitePool, Type,
    migrate::Migrator, mysql::MySqlRow, query::Query, sqlite::SqliteRow,
};
use std::time::{Duration, Instant};

/// Connections that one process keeps to one database.
pub(super) const POOL_CONNECTIONS: u32 = 8;
/// How long a call waits for a free connection.
pub(super) const POOL_WAIT: Duration = Duration::from_secs(10);

/// A statement: what it does (for errors and logs) and its text in both dialects.
#[derive(Clone, Copy)]
pub(crate) struct Sql {
    doing: &'static str,
    sqlite: &'static str,
    mysql: &'static str,
}

impl Sql {
    /// A text that both dialects understand alike.
    pub(crate) const fn same(doing: &'static str, text: &'static str) -> Self {
        Self { doing, sqlite: text, mysql: text }
    }

    /// A text for each dialect, with the same arguments in the same order.
    pub(crate) const fn each(doing: &'static str, sqlite: &'static str, mysql: &'static str) -> Self {
        Self { doing, sqlite, mysql }
    }
}

/// An argument of a statement.
#[derive(Clone, Copy)]
pub(crate) enum Arg<'a> {
    Text(&'a str),
    OptionalText(Option<&'a str>),
    Number(i64),
}

impl<'a> From<&'a str> for Arg<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<Option<&'a str>> for Arg<'a> {
    fn from(text: Option<&'a str>) -> Self {
        Self::OptionalText(text)
    }
}

macro_rules! arg_from_number {
    ($($number:ty),*) => {
        $(impl From<$number> for Arg<'_> {
            fn from(number: $number) -> Self {
                Self::Number(i64::from(number))
            }
        })*
    };
}
arg_from_number!(i64, u32, i16, i8, bool);

impl From<u64> for Arg<'_> {
    /// SQL integers are signed: what does not fit (no time, length or count does not) becomes the largest.
    fn from(number: u64) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

/// A context's database.
#[derive(Clone, Debug)]
pub(crate) struct Database {
    context: &'static str,
    pool: Pool,
}

#[derive(Clone, Debug)]
enum Pool {
    Sqlite(SqlitePool),
    MySql(MySqlPool),
}

/// The migrations of a context, for both backends.
pub(crate) struct Migrations {
    pub(crate) sqlite: Migrator,
    pub(crate) mysql: Migrator,
}

impl Database {
    /// Opens `sqlite:///absolute/path` (created when missing) or `mysql://user:password@host/name`.
    pub(crate) async fn connect(context: &'static str, address: &str) -> Result<Self, StorageError> {
        let bad = |reason: String| StorageError::BadAddress { what: context, reason };
        let failed = |source| StorageError::Database { context, doing: "connecting", source };
        let pool = match address.split_once(':').map(|(scheme, _)| scheme) {
            Some("sqlite") => {
                let options = sqlite::options(address).map_err(|e| bad(e.to_string()))?;
                Pool::Sqlite(sqlite::connect(options).await.map_err(failed)?)
            }
            Some("mysql" | "mariadb") => {
                let options = mysql::options(address).map_err(|e| bad(e.to_string()))?;
                Pool::MySql(mysql::connect(options).await.map_err(failed)?)
            }
            _ => return Err(bad("it must start with sqlite:// or mysql://".to_owned())),
        };
        Ok(Self { context, pool })
    }

    /// Brings the tables up to date. Any number of processes may do so at once.
    pub(crate) async fn migrate(&self, migrations: &Migrations) -> Result<(), StorageError> {
        match &self.pool {
            Pool::Sqlite(pool) => sqlite::migrate(self.context, pool, &migrations.sqlite).await,
            Pool::MySql(pool) => mysql::migrate(self.context, pool, &migrations.mysql).await,
        }
    }

    /// Name and version of the server, and how long it took to say so.
    pub(crate) async fn version(&self) -> Result<(String, Duration), StorageError> {
        const VERSION: Sql = Sql::each("asking the version", "SELECT sqlite_version()", "SELECT VERSION()");
        let asked = Instant::now();
        let row = self.row(VERSION, &[]).await?;
        let version = row.map(|row| row.text(0)).transpose()?.unwrap_or_default();
        let name = match self.pool {
            Pool::Sqlite(_) => "SQLite",
            Pool::MySql(_) => "MySQL",
        };
        Ok((format!("{name} {version}"), asked.elapsed()))
    }

    /// Runs one statement; gives the number of rows it matched.
    pub(crate) async fn execute(&self, sql: Sql, args: &[Arg<'_>]) -> Result<u64, StorageError> {
        let done = match &self.pool {
            Pool::Sqlite(pool) => {
                bound::<Sqlite>(sql.sqlite, args).execute(pool).await.map(|done| done.rows_affected())
            }
            Pool::MySql(pool) => {
                bound::<MySql>(sql.mysql, args).execute(pool).await.map(|done| done.rows_affected())
            }
        };
        done.map_err(self.failed(sql))
    }

    /// Runs an `INSERT`; false when a row with the same key is there already, which is then left as it is.
    pub(crate) async fn insert_new(&self, sql: Sql, args: &[Arg<'_>]) -> Result<bool, StorageError> {
        match self.execute(sql, args).await {
            Ok(_) => Ok(true),
            Err(StorageError::Database { source: sqlx::Error::Database(source), .. })
                if source.is_unique_violation() =>
            {
                Ok(false)
            }
            Err(other) => Err(other),
        }
    }

    /// The rows of a query.
    pub(crate) async fn rows(&self, sql: Sql, args: &[Arg<'_>]) -> Result<Vec<Row>, StorageError> {
        let rows = match &self.pool {
            Pool::Sqlite(pool) => {
                collect(bound::<Sqlite>(sql.sqlite, args).fetch(pool), AnyRow::Sqlite).await
            }
            Pool::MySql(pool) => collect(bound::<MySql>(sql.mysql, args).fetch(pool), AnyRow::MySql).await,
        };
        Ok(rows.map_err(self.failed(sql))?.into_iter().map(|row| self.row_of(sql, row)).collect())
    }

    /// The first row of a query.
    pub(crate) async fn row(&self, sql: Sql, args: &[Arg<'_>]) -> Result<Option<Row>, StorageError> {
        Ok(self.rows(sql, args).await?.into_iter().next())
    }

    /// Starts a transaction that will write. It is rolled back when dropped uncommitted.
    pub(crate) async fn begin(&self) -> Result<Transaction, StorageError> {
        // Immediate: a deferred one that read first could not become a writer beside another writer.
        self.begin_as(Sql::each("starting to write", "BEGIN IMMEDIATE", "START TRANSACTION")).await
    }

    /// Starts a transaction whose queries all see the database as it is at the first of them.
    pub(crate) async fn begin_reading(&self) -> Result<Transaction, StorageError> {
        let mysql = "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY";
        self.begin_as(Sql::each("starting to read", "BEGIN DEFERRED", mysql)).await
    }

    async fn begin_as(&self, sql: Sql) -> Result<Transaction, StorageError> {
        let inner = match &self.pool {
            Pool::Sqlite(pool) => pool.begin_with(sql.sqlite).await.map(AnyTransaction::Sqlite),
            Pool::MySql(pool) => pool.begin_with(sql.mysql).await.map(AnyTransaction::MySql),
        };
        Ok(Transaction { database: self.clone(), inner: inner.map_err(self.failed(sql))? })
    }

    fn failed(&self, sql: Sql) -> impl FnOnce(sqlx::Error) -> StorageError {
        let context = self.context;
        move |source| StorageError::Database { context, doing: sql.doing, source }
    }

    fn row_of(&self, sql: Sql, inner: AnyRow) -> Row {
        Row { context: self.context, doing: sql.doing, inner }
    }
}

/// Several statements that happen together or not at all.
pub(crate) struct Transaction {
    database: Database,
    inner: AnyTransaction,
}

enum AnyTransaction {
    Sqlite(sqlx::Transaction<'static, Sqlite>),
    MySql(sqlx::Transaction<'static, MySql>),
}

impl Transaction {
    /// Runs one statement; gives the number of rows it matched.
    pub(crate) async fn execute(&mut self, sql: Sql, args: &[Arg<'_>]) -> Result<u64, StorageError> {
        let done = match &mut self.inner {
            AnyTransaction::Sqlite(tx) => {
                bound::<Sqlite>(sql.sqlite, args).execute(&mut **tx).await.map(|done| done.rows_affected())
            }
            AnyTransaction::MySql(tx) => {
                bound::<MySql>(sql.mysql, args).execute(&mut **tx).await.map(|done| done.rows_affected())
            }
        };
        done.map_err(self.database.failed(sql))
    }

    /// Gives each row of a query to `each`, one at a time: for answers too large to hold twice.
    pub(crate) async fn for_each(
        &mut self,
        sql: Sql,
        args: &[Arg<'_>],
        mut each: impl FnMut(Row) -> Result<(), StorageError>,
    ) -> Result<(), StorageError> {
        let database = &self.database;
        match &mut self.inner {
            AnyTransaction::Sqlite(tx) => {
                let mut rows = bound::<Sqlite>(sql.sqlite, args).fetch(&mut **tx);
                while let Some(row) = rows.try_next().await.map_err(database.failed(sql))? {
                    each(database.row_of(sql, AnyRow::Sqlite(row)))?;
                }
            }
            AnyTransaction::MySql(tx) => {
                let mut rows = bound::<MySql>(sql.mysql, args).fetch(&mut **tx);
                while let Some(row) = rows.try_next().await.map_err(database.failed(sql))? {
                    each(database.row_of(sql, AnyRow::MySql(row)))?;
                }
            }
        }
        Ok(())
    }

    /// Makes it happen.
    pub(crate) async fn commit(self) -> Result<(), StorageError> {
        const COMMIT: Sql = Sql::same("committing a transaction", "COMMIT");
        let done = match self.inner {
            AnyTransaction::Sqlite(tx) => tx.commit().await,
            AnyTransaction::MySql(tx) => tx.commit().await,
        };
        done.map_err(self.database.failed(COMMIT))
    }
}

/// One row of an answer. Columns are read by their place in the `SELECT`.
pub(crate) struct Row {
    context: &'static str,
    doing: &'static str,
    inner: AnyRow,
}

enum AnyRow {
    Sqlite(SqliteRow),
    MySql(MySqlRow),
}

impl Row {
    pub(crate) fn text(&self, column: usize) -> Result<String, StorageError> {
        self.get(column)
    }

    pub(crate) fn optional_text(&self, column: usize) -> Result<Option<String>, StorageError> {
        self.get(column)
    }

    pub(crate) fn number(&self, column: usize) -> Result<i64, StorageError> {
        self.get(column)
    }

    pub(crate) fn flag(&self, column: usize) -> Result<bool, StorageError> {
        Ok(self.number(column)? != 0)
    }

    /// A number that was stored from an unsigned type.
    pub(crate) fn count<T: TryFrom<i64>>(&self, column: usize) -> Result<T, StorageError>
    where
        T::Error: std::error::Error + Send + Sync + 'static,
    {
        T::try_from(self.number(column)?).map_err(|e| StorageError::damaged("count", e))
    }

    fn get<T>(&self, column: usize) -> Result<T, StorageError>
    where
        T: for<'r> Decode<'r, Sqlite> + Type<Sqlite> + for<'r> Decode<'r, MySql> + Type<MySql>,
        usize: ColumnIndex<SqliteRow> + ColumnIndex<MySqlRow>,
    {
        let got = match &self.inner {
            AnyRow::Sqlite(row) => sqlx::Row::try_get(row, column),
            AnyRow::MySql(row) => sqlx::Row::try_get(row, column),
        };
        got.map_err(|source| StorageError::Database { context: self.context, doing: self.doing, source })
    }
}

fn bound<'q, DB>(text: &'static str, args: &[Arg<'q>]) -> Query<'q, DB, DB::Arguments>
where
    DB: sqlx::Database,
    DB::Arguments: IntoArguments<DB>,
    &'q str: Encode<'q, DB> + Type<DB>,
    Option<&'q str>: Encode<'q, DB> + Type<DB>,
    i64: Encode<'q, DB> + Type<DB>,
{
    args.iter().fold(sqlx::query(text), |query, arg| match *arg {
        Arg::Text(text) => query.bind(text),
        Arg::OptionalText(text) => query.bind(text),
        Arg::Number(number) => query.bind(number),
    })
}

async fn collect<R>(
    rows: impl futures::Stream<Item = Result<R, sqlx::Error>>,
    wrap: impl Fn(R) -> AnyRow,
) -> Result<Vec<AnyRow>, sqlx::Error> {
    rows.map_ok(wrap).try_collect().await
}
