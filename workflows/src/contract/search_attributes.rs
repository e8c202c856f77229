//! Custom search attributes. They must exist on the server before a workflow starts:
//! `eightcount up` and `eightcount migrate` create them.

use temporalio_common::search_attributes::SearchAttributeKey;

/// What a choreography or ingest is doing.
pub const STAGE: SearchAttributeKey<String> = SearchAttributeKey::keyword("EightcountStage");
/// The song of a choreography.
pub const SONG: SearchAttributeKey<String> = SearchAttributeKey::keyword("EightcountSong");
/// Whose work it is.
pub const OWNER: SearchAttributeKey<String> = SearchAttributeKey::keyword("EightcountOwner");
/// Percent of the eights that have a selection, or of the ingest that is done.
pub const PROGRESS: SearchAttributeKey<i64> = SearchAttributeKey::int("EightcountProgress");

/// Name and type of each, as the server's command line wants them.
pub const KNOWN: [(&str, &str); 4] = [
    ("EightcountStage", "Keyword"),
    ("EightcountSong", "Keyword"),
    ("EightcountOwner", "Keyword"),
    ("EightcountProgress", "Int"),
];
