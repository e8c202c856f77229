//! Frames of the product.

use crate::{Eight, FrameIndex, FrameRate};
use serde::{Deserialize, Serialize};

/// The shape of the product's picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Aspect {
    /// 16:9.
    #[default]
    Landscape,
    /// 9:16.
    Portrait,
    /// 1:1.
    Square,
}

/// How a take is entered from the previous selection. Whatever it is, the change of picture is centred on the beat and
/// lies inside the transition's frames, so that takes tile the section alike.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Transition {
    /// One picture fades into the other.
    #[default]
    Dissolve,
    /// From one frame to the next, on the beat.
    Cut,
    /// The camera seems to whip aside from one dancer to the other.
    Whip,
    /// A cut in a flash of light.
    Flash,
    /// By how far apart the two dancers are at the cut: together a cut, close a dissolve, apart a whip.
    Auto,
}

/// What is shown between two frames of a performance that is danced at about half of its speed or slower: in half time,
/// or in a product of twice its frame rate. At other speeds its own frames are shown, which measured better.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum InBetweens {
    /// The frame before once more.
    Repeated,
    /// Half of each.
    #[default]
    Blended,
    /// What a moving camera would have seen: by motion estimation, at some six processor seconds for each second.
    Motion,
}

/// How takes are rendered. Part of every take's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RenderProfile {
    /// Width in pixels, even.
    pub width: u32,
    /// Height in pixels, even.
    pub height: u32,
    /// Frames per second.
    pub fps: FrameRate,
    /// Frames of a transition, even, 0 (always a hard cut) to 20, centred on the beat.
    pub transition_frames: u32,
    /// What happens in them.
    #[serde(default)]
    pub transition: Transition,
    /// What is shown between the frames of a slow step.
    #[serde(default)]
    pub in_betweens: InBetweens,
    /// x264 constant rate factor.
    pub crf: u32,
}

impl Default for RenderProfile {
    fn default() -> Self {
        Self {
            width: 1280,
            height: 720,
            fps: FrameRate::Fps30,
            transition_frames: 12,
            transition: Transition::Dissolve,
            in_betweens: InBetweens::default(),
            crf: 21,
        }
    }
}

impl RenderProfile {
    /// Half of a transition: the frames before the beat, and the frames after it.
    pub fn half_transition(&self) -> u64 {
        u64::from(self.transition_frames / 2)
    }
}

/// The boundaries of the eights in frames: `F_k = round((T_k - T_0) · fps)`, each rounded on its own so that
/// nothing accumulates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrameGrid {
    /// `F_0` to `F_n`: one more than there are eights. `F_0` is 0.
    pub boundaries: Vec<FrameIndex>,
}

impl FrameGrid {
    /// The grid of consecutive eights at a frame rate. Empty for no eights.
    pub fn of(eights: &[Eight], fps: FrameRate) -> Self {
        let Some(first) = eights.first() else { return Self { boundaries: Vec::new() } };
        let frame = |t: f64| Self::frame(t - first.start(), fps);
        let mut boundaries: Vec<_> = eights.iter().map(|e| frame(e.start())).collect();
        boundaries.extend(eights.last().map(|e| frame(e.end())));
        Self { boundaries }
    }

    /// The frame boundary nearest to a time, seconds from the section's start.
    pub fn frame(time_s: f64, fps: FrameRate) -> FrameIndex {
        // By whole microseconds: the last bit of a float, which a trip through JSON may change, decides no frame.
        let micros = (time_s * 1.0e6).round().max(0.0) as u64;
        FrameIndex(micros.saturating_mul(u64::from(fps.get())).saturating_add(500_000) / 1_000_000)
    }

    /// Number of eights.
    pub fn eights(&self) -> usize {
        self.boundaries.len().saturating_sub(1)
    }

    /// Frames of the whole section.
    pub fn total(&self) -> u64 {
        self.boundaries.last().map_or(0, |f| f.0)
    }

    /// First frame (inclusive) and last frame (exclusive) of the take for eight `k`: `F_k - h .. F_{k+1} - h`,
    /// but from `F_0` and to `F_n` at the ends. None when there is no such eight.
    pub fn take_range(&self, k: usize, half_transition: u64) -> Option<(u64, u64)> {
        let n = self.eights();
        if k >= n {
            return None;
        }
        let start = if k == 0 { 0 } else { self.boundaries[k].0.saturating_sub(half_transition) };
        let end = self.boundaries[k + 1].0;
        Some((start, if k + 1 == n { end } else { end.saturating_sub(half_transition) }))
    }
}
