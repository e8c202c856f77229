//! The stores against the real things: SQLite files, a MariaDB server, a Redis server, folders, an S3 server.
#![allow(clippy::unwrap_used)]

mod blobs;
mod records;
mod samples;
mod servers;
mod shared;
mod whole;
