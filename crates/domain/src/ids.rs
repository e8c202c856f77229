//! Typed ids. Songs, performances, takes and blobs are named by their content; works by a UUID.

use crate::ContentHash;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A text that is not an id of the wanted kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadId {
    /// Which kind of id was wanted.
    pub what: &'static str,
}

impl fmt::Display for BadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a valid {} id", self.what)
    }
}

impl std::error::Error for BadId {}

macro_rules! content_id {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String))]
        pub struct $name(pub ContentHash);

        impl $name {
            /// The 64 hexadecimal digits.
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = BadId;

            fn from_str(text: &str) -> Result<Self, BadId> {
                ContentHash::try_from(text.to_owned()).map(Self).map_err(|_| BadId { what: $what })
            }
        }
    };
}

content_id!(
    /// Bytes in the blob store: SHA-256 of the bytes.
    BlobHash,
    "blob"
);
content_id!(
    /// A song: SHA-256 of the uploaded file.
    SongId,
    "song"
);
content_id!(
    /// A performance: SHA-256 of the uploaded file.
    PerformanceId,
    "performance"
);
content_id!(
    /// A take: SHA-256 of its plan, and the name of both the plan and the rendered file.
    TakeKey,
    "take"
);

/// A choreography: a UUID in lower-case hyphenated form, made by the API.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String))]
pub struct ChoreographyId(String);

impl ChoreographyId {
    /// The hyphenated form.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id of the workflow that carries this choreography.
    pub fn workflow_id(&self) -> String {
        format!("choreography:{}", self.0)
    }
}

impl TryFrom<String> for ChoreographyId {
    type Error = BadId;

    fn try_from(text: String) -> Result<Self, BadId> {
        let shape = |(i, b): (usize, u8)| match i {
            8 | 13 | 18 | 23 => b == b'-',
            _ => b.is_ascii_digit() || (b'a'..=b'f').contains(&b),
        };
        let fits = text.len() == 36 && text.bytes().enumerate().all(shape);
        if fits { Ok(Self(text)) } else { Err(BadId { what: "choreography" }) }
    }
}

impl FromStr for ChoreographyId {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Self, BadId> {
        Self::try_from(text.to_owned())
    }
}

impl From<ChoreographyId> for String {
    fn from(id: ChoreographyId) -> Self {
        id.0
    }
}

impl fmt::Display for ChoreographyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A step: its performance and the index of its eight there, written `{performance}.{index}`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct StepId {
    /// The performance the step is cut from.
    pub performance: PerformanceId,
    /// Which eight of the performance, from 0.
    pub index: u32,
}

impl FromStr for StepId {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Self, BadId> {
        let bad = BadId { what: "step" };
        let (performance, index) = text.split_once('.').ok_or_else(|| bad.clone())?;
        let canonical = !index.is_empty()
            && index.bytes().all(|b| b.is_ascii_digit())
            && (index == "0" || !index.starts_with('0'));
        if !canonical {
            return Err(bad);
        }
        Ok(Self {
            performance: performance.parse().map_err(|_| bad.clone())?,
            index: index.parse().map_err(|_| bad)?,
        })
    }
}

impl TryFrom<String> for StepId {
    type Error = BadId;

    fn try_from(text: String) -> Result<Self, BadId> {
        text.parse()
    }
}

impl From<StepId> for String {
    fn from(id: StepId) -> Self {
        id.to_string()
    }
}

impl fmt::Display for StepId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.performance, self.index)
    }
}

/// One answer of the suggestion: the choreography, the eight, and the how-manieth answer for it,
/// written `{choreography}.{eight}.{serial}`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SuggestionId {
    /// The choreography that asked.
    pub choreography: ChoreographyId,
    /// The eight it asked for.
    pub eight: u32,
    /// Counts every question of the choreography, from 0.
    pub serial: u32,
}

impl FromStr for SuggestionId {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Self, BadId> {
        let bad = BadId { what: "suggestion" };
        let mut parts = text.split('.');
        let mut next = || parts.next().ok_or_else(|| bad.clone());
        let id = Self {
            choreography: next()?.parse()?,
            eight: next()?.parse().map_err(|_| bad.clone())?,
            serial: next()?.parse().map_err(|_| bad.clone())?,
        };
        if parts.next().is_some() { Err(bad) } else { Ok(id) }
    }
}

impl TryFrom<String> for SuggestionId {
    type Error = BadId;

    fn try_from(text: String) -> Result<Self, BadId> {
        text.parse()
    }
}

impl From<SuggestionId> for String {
    fn from(id: SuggestionId) -> Self {
        id.to_string()
    }
}

impl fmt::Display for SuggestionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.choreography, self.eight, self.serial)
    }
}
