//! Everything that Eightcount keeps: records (SQLite, MySQL), blobs (folder, S3), shared view (Redis).
//!
//! Records are the truth, in three databases that know nothing of each other. Blobs are files named by their
//! content. The shared view is a copy that anyone can rebuild. Every operation may run twice, twice at once,
//! and be killed anywhere.

mod blobs;
mod error;
mod page;
mod records;
mod shared;
mod storage;
mod tls;

pub use blobs::{
    Blobs, BlobsConfig, ByteStream, CACHE_BYTES, INCOMING_KEPT, LocalBlob, NoResumableId, RESUMABLE_KEPT,
    ResumableId, ResumableState, ResumableWriter, S3Access, StagedUpload,
};
pub use error::StorageError;
pub use page::{BadCursor, Cursor, Listed, PAGE_LIMIT_ITEMS, Page};
pub use records::{AudioRecords, ChoreoRecords, CrossEdit, DroppableTake, Library, ProductRecords};
pub use shared::{
    AMPL_TTL, ChoreographyChanges, EightKey, Likeness, PREPRO_TTL, Preparation, SELECTION_TTL, SMLR_TTL,
    SectionKey, Selections, SharedView, USER_TTL, Whereabouts,
};
pub use storage::{Health, PartHealth, Storage, StorageConfig};
