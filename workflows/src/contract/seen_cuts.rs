//! The cuts of a product as its own frames show them.

use eightcount_domain::{BlobHash, SubjectBox, TakeKey};
use serde::{Deserialize, Serialize};

/// Counts the ways of looking: raise it with every change that finds other places in the same product. What was found by
/// an earlier one is not taken for an answer then.
pub const LOOKING: u32 = 1;

/// Which cuts of which product to look at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeeCutsInput {
    /// The product.
    pub product: BlobHash,
    /// Its cuts, in order.
    pub cuts: Vec<CutFrame>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CutFrame {
    /// The take that begins with it.
    pub take: TakeKey,
    /// The first frame after the cut, from the product's first.
    pub frame: u64,
}

/// Where the dancers are seen at a cut; none where nobody is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeenCut {
    /// By what both were found.
    pub by: SeenBy,
    /// The outgoing one.
    pub before: Option<SubjectBox>,
    /// The incoming one.
    pub after: Option<SubjectBox>,
}

/// By what a dancer was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SeenBy {
    /// By what differs from the stage.
    Shape,
    /// By the joints, where the shape was not found on both sides.
    Joints,
}
