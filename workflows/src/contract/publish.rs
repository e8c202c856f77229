//! Choreographies: how one starts. Its published state is [`eightcount_domain::ChoreographyState`].

use crate::state::Carried;
use eightcount_domain::{ChoreographyId, ChoreographyOptions, Section, SongId};
use serde::{Deserialize, Serialize};

/// Input of the choreography workflow.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChoreographyInput {
    /// Its id; the workflow's id is derived from it.
    pub id: ChoreographyId,
    /// The song.
    pub song: SongId,
    /// The section the user asked for.
    pub section: Section,
    /// What the user chose about the product.
    pub options: ChoreographyOptions,
    /// Whose work it is.
    pub owner: String,
    /// The state so far, when this run continues another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carried: Option<Box<Carried>>,
}
