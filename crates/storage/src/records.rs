//! The records: three databases, each owned by one context and known to no other.
//!
//! Every operation may run twice, twice at once, and be killed anywhere: the second run finds the first
//! one's row, or replaces it with the same.

mod audio;
mod choreo;
mod choreographies;
mod database;
mod library;
mod mysql;
mod product;
mod sqlite;
mod values;

pub use audio::AudioRecords;
pub use choreo::ChoreoRecords;
pub use library::Library;
pub use product::{CrossEdit, DroppableTake, ProductRecords};
