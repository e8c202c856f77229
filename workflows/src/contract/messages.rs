//! Messages to a running choreography.

use eightcount_domain::{StepId, Transition};
use serde::{Deserialize, Serialize};

/// Choose a step for an eight. Reachable as an update (answered) and as a signal (fire and forget).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SelectStep {
    /// For which eight.
    pub eight: u32,
    /// One of its candidates.
    pub step: StepId,
    /// Which way round; without it the way that is offered first.
    #[serde(default)]
    pub mirrored: Option<bool>,
    /// How it is entered; none: as the selection of this step is entered now, else as the options say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transition: Option<Transition>,
    /// The revision the client saw.
    pub revision: u32,
}

/// Take a choice back: the eight has none then.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Unselect {
    /// For which eight.
    pub eight: u32,
    /// The revision the client saw.
    pub revision: u32,
}

/// Ask for six other candidates.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reroll {
    /// For which eight.
    pub eight: u32,
    /// The revision the client saw.
    pub revision: u32,
}

/// Choose the steps of all eights that have none: the best way through all of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Auto {
    /// The revision the client saw.
    pub revision: u32,
}

/// The answer to an accepted update.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The user's accepted changes so far.
    pub revision: u32,
    /// The visible changes so far.
    pub version: u64,
}
