//! The joints of one person.

use crate::model::{Memory, ModelError, Network, logistic};
use crate::picture::{Picture, Square};
use serde::{Deserialize, Serialize};

/// Joints of a body: nose, eyes, ears and mouth, then pairs of left and right from the shoulders down.
pub const JOINTS: usize = 33;
/// Side of the landmark model's picture in pixels.
const SIDE: usize = 256;
/// Points that the model gives: the joints, and six that say where to look next.
const POINTS: usize = 39;
/// Values of each point: x, y, depth, visibility, presence.
const VALUES: usize = 5;
/// How far the region reaches beyond the circle around the body.
const MARGIN: f32 = 1.25;

/// Where one person is: a square around the body, turned so that it stands upright.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Region(Square);

/// One joint of a body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Joint {
    /// Pixels from the left.
    pub x: f32,
    /// Pixels from the top.
    pub y: f32,
    /// 0 (hidden or outside) to 1 (seen).
    pub confidence: f32,
}

/// One person's joints in one picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Body {
    /// The joints.
    pub joints: [Joint; JOINTS],
    /// 0 (nobody there) to 1.
    pub presence: f32,
    /// Where this body is.
    pub region: Region,
}

impl Region {
    /// Around the body whose hip centre is `centre` and whose outermost point, straight up, is `rim`; pixels.
    /// None when the two are one, or not finite.
    pub fn around(centre: (f32, f32), rim: (f32, f32)) -> Option<Self> {
        let (dx, dy) = (rim.0 - centre.0, rim.1 - centre.1);
        let side = 2.0 * dx.hypot(dy) * MARGIN;
        let angle = dy.atan2(dx) + std::f32::consts::FRAC_PI_2;
        let finite = (side + centre.0 + centre.1).is_finite() && side >= 1.0;
        finite.then_some(Self(Square { centre, side, angle }))
    }

    /// The hip centre.
    pub fn centre(&self) -> (f32, f32) {
        self.0.centre
    }

    /// Length of a side in pixels.
    pub fn side(&self) -> f32 {
        self.0.side
    }

    /// The same, somewhere else.
    #[must_use]
    pub fn moved(self, (dx, dy): (f32, f32)) -> Self {
        let (x, y) = self.0.centre;
        Self(Square { centre: (x + dx, y + dy), ..self.0 })
    }
}

impl Body {
    fn mid(&self, a: usize, b: usize) -> (f32, f32) {
        let (a, b) = (self.joints[a], self.joints[b]);
        (f32::midpoint(a.x, b.x), f32::midpoint(a.y, b.y))
    }

    /// Between the hips.
    pub fn hips(&self) -> (f32, f32) {
        self.mid(23, 24)
    }

    /// Between the shoulders.
    pub fn shoulders(&self) -> (f32, f32) {
        self.mid(11, 12)
    }

    /// From hips to shoulders in pixels.
    pub fn torso(&self) -> f32 {
        let (hips, shoulders) = (self.hips(), self.shoulders());
        (hips.0 - shoulders.0).hypot(hips.1 - shoulders.1)
    }
}

/// The body in a region. None when what the model says is not finite.
pub(crate) fn landmarks(
    network: &Network,
    memory: &mut Memory,
    picture: &Picture<'_>,
    region: Region,
    input: &mut Vec<f32>,
) -> Result<Option<Body>, ModelError> {
    picture.part(&region.0, SIDE, |v| v / 255.0, input);
    let outputs = network.run(memory, input)?;
    let [values, presence] = &outputs[..] else { return Ok(None) };
    if values.len() != POINTS * VALUES || !values.iter().chain(presence).all(|v| v.is_finite()) {
        return Ok(None);
    }
    let point = |index: usize| {
        let values = &values[index * VALUES..];
        region.0.outward((values[0], values[1]), SIDE)
    };
    let joint = |index: usize| {
        let ((x, y), values) = (point(index), &values[index * VALUES..]);
        Joint { x, y, confidence: logistic(values[3]).min(logistic(values[4])) }
    };
    Ok(Region::around(point(JOINTS), point(JOINTS + 1)).map(|region| Body {
        joints: std::array::from_fn(joint),
        presence: presence.first().copied().unwrap_or(0.0),
        region,
    }))
}
