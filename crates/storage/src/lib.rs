//! Records (SQLite, MySQL), shared view (Redis) and blobs (folder, S3).
