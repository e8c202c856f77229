//! Units with checked construction. Half-open ranges; seconds on the song's own clock from its first sample.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A number outside its unit's range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadUnit {
    /// What the number should have been.
    pub wanted: &'static str,
}

impl fmt::Display for BadUnit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not {}", self.wanted)
    }
}

impl std::error::Error for BadUnit {}

/// Tempo in beats per minute, 20 to 400.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Bpm(f64);

impl Bpm {
    /// The beats per minute.
    pub fn get(self) -> f64 {
        self.0
    }

    /// Length of one beat in seconds.
    pub fn beat_seconds(self) -> f64 {
        60.0 / self.0
    }
}

impl TryFrom<f64> for Bpm {
    type Error = BadUnit;

    fn try_from(bpm: f64) -> Result<Self, BadUnit> {
        if (20.0..=400.0).contains(&bpm) {
            Ok(Self(bpm))
        } else {
            Err(BadUnit { wanted: "a tempo of 20 to 400 BPM" })
        }
    }
}

impl From<Bpm> for f64 {
    fn from(bpm: Bpm) -> Self {
        bpm.0
    }
}

/// A finite time in seconds; may be negative where it is a difference.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Seconds(f64);

impl Seconds {
    /// The seconds.
    pub fn get(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for Seconds {
    type Error = BadUnit;

    fn try_from(seconds: f64) -> Result<Self, BadUnit> {
        if seconds.is_finite() { Ok(Self(seconds)) } else { Err(BadUnit { wanted: "a finite time" }) }
    }
}

impl From<Seconds> for f64 {
    fn from(seconds: Seconds) -> Self {
        seconds.0
    }
}

impl From<Millis> for Seconds {
    fn from(millis: Millis) -> Self {
        Self(millis.0 as f64 / 1000.0)
    }
}

/// Whole milliseconds, not negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Millis(pub u64);

impl Millis {
    /// The whole millisecond nearest to `seconds`; 0 for what is before it or no number.
    pub fn rounded(seconds: f64) -> Self {
        Self((seconds.max(0.0) * 1000.0).round() as u64)
    }
}

/// A frame of the product, counted from the first frame of the section.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FrameIndex(pub u64);

/// Frames per second of a product or mezzanine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub enum FrameRate {
    /// 30 frames per second.
    #[default]
    Fps30,
    /// 60 frames per second.
    Fps60,
}

impl FrameRate {
    /// Frames per second.
    pub fn get(self) -> u32 {
        match self {
            Self::Fps30 => 30,
            Self::Fps60 => 60,
        }
    }
}

impl TryFrom<u32> for FrameRate {
    type Error = BadUnit;

    fn try_from(fps: u32) -> Result<Self, BadUnit> {
        match fps {
            30 => Ok(Self::Fps30),
            60 => Ok(Self::Fps60),
            _ => Err(BadUnit { wanted: "30 or 60 frames per second" }),
        }
    }
}

impl From<FrameRate> for u32 {
    fn from(rate: FrameRate) -> Self {
        rate.get()
    }
}
