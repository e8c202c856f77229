//! Extras: the product shown in ways that help to learn the dance.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// How an extra differs from the product; the ways combine.
///
/// Written as the ways that it takes, joined by dots: `mirrored`, `mirrored.half-speed`, `counted.loop-3`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Extra {
    /// Left and right exchanged, as in a dance studio's mirror.
    pub mirrored: bool,
    /// Every frame shown twice as long, the song at half speed and its own pitch.
    pub half_speed: bool,
    /// The counts one to eight lie over the picture.
    pub counted: bool,
    /// This eight alone (from 0), again and again, instead of the whole.
    pub looped: Option<u32>,
}

/// A text that names no extra.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoExtra;

impl fmt::Display for NoExtra {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an extra is mirrored, half-speed, counted, loop-N, or several of them joined by dots")
    }
}

impl std::error::Error for NoExtra {}

impl fmt::Display for Extra {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut ways = Vec::new();
        ways.extend(self.mirrored.then(|| "mirrored".to_owned()));
        ways.extend(self.half_speed.then(|| "half-speed".to_owned()));
        ways.extend(self.counted.then(|| "counted".to_owned()));
        ways.extend(self.looped.map(|eight| format!("loop-{eight}")));
        f.write_str(&ways.join("."))
    }
}

impl FromStr for Extra {
    type Err = NoExtra;

    fn from_str(text: &str) -> Result<Self, NoExtra> {
        let mut extra = Self::default();
        for way in text.split('.') {
            let known = match way {
                "mirrored" => !std::mem::replace(&mut extra.mirrored, true),
                "half-speed" => !std::mem::replace(&mut extra.half_speed, true),
                "counted" => !std::mem::replace(&mut extra.counted, true),
                _ => {
                    let eight = way.strip_prefix("loop-").and_then(|eight| eight.parse().ok());
                    extra.looped.is_none() && eight.is_some_and(|eight| extra.looped.replace(eight).is_none())
                }
            };
            if !known {
                return Err(NoExtra);
            }
        }
        Ok(extra)
    }
}

impl TryFrom<String> for Extra {
    type Error = NoExtra;

    fn try_from(text: String) -> Result<Self, NoExtra> {
        text.parse()
    }
}

impl From<Extra> for String {
    fn from(extra: Extra) -> Self {
        extra.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_combine_in_any_order_and_are_written_in_one() {
        let all = Extra { mirrored: true, half_speed: true, counted: true, looped: Some(12) };
        assert_eq!("loop-12.counted.mirrored.half-speed".parse(), Ok(all));
        assert_eq!(all.to_string(), "mirrored.half-speed.counted.loop-12");
        assert_eq!("counted".parse(), Ok(Extra { counted: true, ..Extra::default() }));
    }

    #[test]
    fn other_texts_are_refused() {
        for text in
            ["", "product", "mirrored.", "mirrored.mirrored", "loop-", "loop-1.loop-2", "loop--1", "Counted"]
        {
            assert_eq!(text.parse::<Extra>(), Err(NoExtra), "{text:?}");
        }
    }
}
