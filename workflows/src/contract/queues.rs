//! The three task queues, named like the three servers of the original.

use std::str::FromStr;

/// Hearing: everything that reads sound.
pub const AUDIO: &str = "audio";
/// Knowing and suggesting steps; also carries the workflows themselves.
pub const CHOREO: &str = "choreo";
/// Cutting: takes and cross-edits.
pub const PRODUCT: &str = "product";

/// A task queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Queue {
    /// [`AUDIO`].
    Audio,
    /// [`CHOREO`].
    Choreo,
    /// [`PRODUCT`].
    Product,
}

impl Queue {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Audio, Self::Choreo, Self::Product];

    /// Its name on the server.
    pub fn name(self) -> &'static str {
        match self {
            Self::Audio => AUDIO,
            Self::Choreo => CHOREO,
            Self::Product => PRODUCT,
        }
    }
}

impl FromStr for Queue {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|q| q.name() == text);
        known.ok_or_else(|| format!("no queue is called {text:?}: use audio, choreo or product"))
    }
}
