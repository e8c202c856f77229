//! What can go wrong with a store, and whether trying again may help.

use eightcount_domain::BlobHash;
use std::{io, ops::Range};

/// A failed operation on records or blobs. The shared view has no errors: it misses instead.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StorageError {
    /// A statement failed.
    #[error("{doing} in the {context} database")]
    Database {
        /// The context that owns the database: audio, choreo or product.
        context: &'static str,
        /// What was being done.
        doing: &'static str,
        /// What the database said.
        #[source]
        source: sqlx::Error,
    },
    /// The tables could not be brought up to date.
    #[error("migrating the {context} database")]
    Migration {
        /// The context that owns the database.
        context: &'static str,
        /// What the migrator said.
        #[source]
        source: sqlx::migrate::MigrateError,
    },
    /// Another process has been migrating the same database for longer than anyone waits.
    #[error("another process holds the migration lock of the {context} database")]
    MigrationLocked {
        /// The context that owns the database.
        context: &'static str,
    },
    /// A stored value cannot be read: written by a newer version, or damaged.
    #[error("a stored {what} cannot be read")]
    Damaged {
        /// What the value should have been.
        what: &'static str,
        /// Why it is not.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A value cannot be written as JSON (a number that is not finite, for one).
    #[error("a {what} cannot be stored")]
    Unstorable {
        /// What the value is.
        what: &'static str,
        /// Why it cannot.
        #[source]
        source: serde_json::Error,
    },
    /// There is no such blob.
    #[error("no blob {0}")]
    NoBlob(BlobHash),
    /// The bytes under a blob's name are not its bytes.
    #[error("blob {0} is damaged")]
    DamagedBlob(BlobHash),
    /// A range that is not inside the blob.
    #[error("bytes {}..{} of a blob of {length_bytes} bytes", range.start, range.end)]
    BadRange {
        /// The range that was asked for.
        range: Range<u64>,
        /// Length of the blob.
        length_bytes: u64,
    },
    /// A file of the blob store could not be read or written.
    #[error("{doing}")]
    File {
        /// What was being done.
        doing: &'static str,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// An object of the blob store could not be read or written.
    #[error("{doing} in the object store")]
    Object {
        /// What was being done.
        doing: &'static str,
        /// What the object store said.
        #[source]
        source: object_store::Error,
    },
    /// An address that names no store. The address itself is left out: it may hold a password.
    #[error("the {what} address is not usable: {reason}")]
    BadAddress {
        /// Which address.
        what: &'static str,
        /// What is wrong with it.
        reason: String,
    },
}

impl StorageError {
    /// Trying the same again later may succeed: the store was busy, full or away.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Database { source, .. } => database_is_away(source),
            Self::Migration { source, .. } => match source {
                sqlx::migrate::MigrateError::Execute(source)
                | sqlx::migrate::MigrateError::ExecuteMigration(source, _) => database_is_away(source),
                _ => false,
            },
            Self::File { source, .. } => io_may_pass(source),
            Self::Object { source, .. } => object_store_is_away(source),
            Self::MigrationLocked { .. } => true,
            Self::Damaged { .. }
            | Self::Unstorable { .. }
            | Self::NoBlob(_)
            | Self::DamagedBlob(_)
            | Self::BadRange { .. }
            | Self::BadAddress { .. } => false,
        }
    }

    pub(crate) fn damaged(
        what: &'static str,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::Damaged { what, source: source.into() }
    }

    pub(crate) fn file(doing: &'static str) -> impl Fn(io::Error) -> Self {
        move |source| Self::File { doing, source }
    }

    pub(crate) fn object(doing: &'static str) -> impl Fn(object_store::Error) -> Self {
        move |source| Self::Object { doing, source }
    }
}

/// SQLite primary result codes that mean "someone else is at it": BUSY, LOCKED. FULL and IOERR may pass too.
const SQLITE_PASSING: [u32; 4] = [5, 6, 10, 13];
/// MySQL: too many connections, lock wait timeout, deadlock, shutdown, read-only replica during a failover.
const MYSQL_PASSING: [u16; 5] = [1040, 1205, 1213, 1053, 1290];

fn database_is_away(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => true,
        sqlx::Error::Database(source) => {
            if let Some(mysql) = source.try_downcast_ref::<sqlx::mysql::MySqlDatabaseError>() {
                return MYSQL_PASSING.contains(&mysql.number());
            }
            // SQLite gives extended codes; the primary one is the low byte.
            let code = source.code().and_then(|code| code.parse::<u32>().ok());
            code.is_some_and(|code| SQLITE_PASSING.contains(&(code & 0xff)))
        }
        _ => false,
    }
}

fn io_may_pass(error: &io::Error) -> bool {
    use io::ErrorKind as Kind;
    !matches!(
        error.kind(),
        Kind::NotFound
            | Kind::PermissionDenied
            | Kind::InvalidInput
            | Kind::NotADirectory
            | Kind::IsADirectory
    )
}

fn object_store_is_away(error: &object_store::Error) -> bool {
    matches!(error, object_store::Error::Generic { .. } | object_store::Error::JoinError { .. })
}
