//! Takes: rendering what a plan says. The plan is the blob that the take's key names.

use eightcount_domain::TakeKey;
use serde::{Deserialize, Serialize};

/// A take to render, unless it is there already.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RenderTakeInput {
    /// Names the plan and the take.
    pub take: TakeKey,
}

/// A take that is there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rendered {
    /// Its frames.
    pub frames: u64,
}

/// Takes to render ahead of the choice, best first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RenderPreviewsInput {
    /// Their keys.
    pub takes: Vec<TakeKey>,
}
