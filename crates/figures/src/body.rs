//! A body: its joints by its angles, and how it is painted.

use crate::canvas::{Canvas, Colour};

/// Joints of a body in the order of the pose model: nose, eyes, ears, mouth, then pairs of left and right.
pub const JOINTS: usize = 33;

/// Places of all joints, pixels.
pub type Joints = [(f32, f32); JOINTS];

/// Colours of a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clothes {
    /// Face and hands.
    pub skin: Colour,
    /// Hair.
    pub hair: Colour,
    /// Torso and upper arms.
    pub shirt: Colour,
    /// Legs.
    pub trousers: Colour,
    /// Feet.
    pub shoes: Colour,
}

impl Clothes {
    /// One of eight that are easily told apart.
    pub fn number(index: usize) -> Self {
        const SHIRTS: [Colour; 8] = [
            [196, 40, 44],
            [40, 92, 190],
            [232, 200, 60],
            [44, 140, 70],
            [240, 240, 236],
            [140, 60, 150],
            [28, 28, 32],
            [240, 130, 40],
        ];
        const TROUSERS: [Colour; 8] = [
            [40, 44, 60],
            [190, 180, 160],
            [60, 40, 36],
            [30, 30, 34],
            [60, 90, 150],
            [90, 90, 96],
            [170, 60, 60],
            [36, 60, 50],
        ];
        const SKINS: [Colour; 4] = [[236, 190, 160], [150, 100, 72], [214, 164, 128], [100, 66, 48]];
        Self {
            skin: SKINS[index % 4],
            hair: [44, 30, 24],
            shirt: SHIRTS[index % 8],
            trousers: TROUSERS[index % 8],
            shoes: [230, 230, 230],
        }
    }
}

/// Angles of a body that faces us, radians; limbs from straight down, outwards positive.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Angles {
    /// Of the torso, to the right of the picture.
    pub lean: f32,
    /// Upper arm and bend of the elbow: left and right.
    pub arms: [[f32; 2]; 2],
    /// Thigh and bend of the knee: left and right.
    pub legs: [[f32; 2]; 2],
}

impl Angles {
    /// Between two poses.
    pub(crate) fn mix(&self, to: &Self, t: f32) -> Self {
        let mix = |a: f32, b: f32| a + t * (b - a);
        let limbs = |a: [[f32; 2]; 2], b: [[f32; 2]; 2]| {
            std::array::from_fn(|side| std::array::from_fn(|part| mix(a[side][part], b[side][part])))
        };
        Self {
            lean: mix(self.lean, to.lean),
            arms: limbs(self.arms, to.arms),
            legs: limbs(self.legs, to.legs),
        }
    }

    /// Joints of a body whose lower foot is at `ground`, with a torso of `torso` pixels.
    pub(crate) fn joints(&self, ground: (f32, f32), torso: f32) -> Joints {
        let (sin, cos) = self.lean.sin_cos();
        let (up, across) = ((sin, -cos), (cos, sin));
        let go = |from: (f32, f32), along: (f32, f32), by: f32| {
            (from.0 + by * torso * along.0, from.1 + by * torso * along.1)
        };
        let down = |side: usize, angle: f32| {
            let out = if side == 0 { 1.0 } else { -1.0 };
            (out * angle.sin(), angle.cos())
        };
        let out = |side: usize| if side == 0 { 1.0 } else { -1.0_f32 };
        let mut joints: Joints = [(0.0, 0.0); JOINTS];
        let hips = (0.0, 0.0);
        let neck = go(hips, up, 1.0);
        let head = go(neck, up, 0.48);
        joints[0] = go(head, up, -0.02);
        for (i, (aside, above)) in [(0.05, 0.07), (0.09, 0.07), (0.12, 0.07)].into_iter().enumerate() {
            joints[1 + i] = go(go(head, across, aside), up, above);
            joints[4 + i] = go(go(head, across, -aside), up, above);
        }
        for side in 0..2 {
            let o = out(side);
            joints[7 + side] = go(go(head, across, 0.2 * o), up, 0.03);
            joints[9 + side] = go(go(head, across, 0.06 * o), up, -0.11);
            let shoulder = go(neck, across, 0.36 * o);
            let [upper, bend] = self.arms[side];
            let elbow = go(shoulder, down(side, upper), 0.6);
            let hand = down(side, upper + bend);
            let wrist = go(elbow, hand, 0.52);
            (joints[11 + side], joints[13 + side], joints[15 + side]) = (shoulder, elbow, wrist);
            for (joint, reach) in [(17, 0.2), (19, 0.22), (21, 0.12)] {
                joints[joint + side] = go(wrist, hand, reach);
            }
            let hip = go(hips, across, 0.19 * o);
            let [thigh, bend] = self.legs[side];
            let knee = go(hip, down(side, thigh), 0.82);
            let ankle = go(knee, down(side, thigh - bend), 0.8);
            (joints[23 + side], joints[25 + side], joints[27 + side]) = (hip, knee, ankle);
            joints[29 + side] = (ankle.0, ankle.1 + 0.08 * torso);
            joints[31 + side] = (ankle.0 + 0.12 * o * torso, ankle.1 + 0.14 * torso);
        }
        let lowest = joints[31].1.max(joints[32].1);
        let (dx, dy) = (ground.0, ground.1 - lowest);
        joints.map(|(x, y)| (x + dx, y + dy))
    }
}

/// Paints a body; `torso` in pixels of the canvas.
pub(crate) fn paint(canvas: &mut Canvas, joints: &Joints, torso: f32, clothes: &Clothes) {
    let r = |share: f32| share * torso;
    let middle = |a: usize, b: usize| {
        (f32::midpoint(joints[a].0, joints[b].0), f32::midpoint(joints[a].1, joints[b].1))
    };
    let darker = |colour: Colour| colour.map(|c| (f32::from(c) * 0.82) as u8);
    for side in [1, 0] {
        let (hip, knee, ankle, toe) =
            (joints[23 + side], joints[25 + side], joints[27 + side], joints[31 + side]);
        canvas.limb(hip, knee, r(0.17), r(0.12), clothes.trousers);
        canvas.limb(knee, ankle, r(0.12), r(0.08), clothes.trousers);
        canvas.limb(ankle, toe, r(0.08), r(0.07), clothes.shoes);
    }
    let (neck, hips) = (middle(11, 12), middle(23, 24));
    for side in 0..2 {
        let inner = |from: (f32, f32), to: (f32, f32), t: f32| {
            (from.0 + t * (to.0 - from.0), from.1 + t * (to.1 - from.1))
        };
        let (top, bottom) = (inner(joints[11 + side], neck, 0.35), inner(joints[23 + side], hips, 0.2));
        canvas.limb(top, bottom, r(0.2), r(0.19), clothes.shirt);
    }
    canvas.limb(neck, hips, r(0.24), r(0.22), clothes.shirt);
    canvas.limb(joints[23], joints[24], r(0.14), r(0.14), clothes.trousers);
    let head = middle(7, 8);
    canvas.limb(neck, head, r(0.1), r(0.1), darker(clothes.skin));
    canvas.disc((head.0, head.1 - r(0.06)), r(0.27), clothes.hair);
    canvas.limb((head.0, head.1 + r(0.02)), (head.0, head.1 + r(0.09)), r(0.2), r(0.17), clothes.skin);
    for eye in [2, 5] {
        canvas.disc(joints[eye], r(0.035), [250, 250, 250]);
        canvas.disc(joints[eye], r(0.02), [30, 24, 20]);
        let brow = (joints[eye].0, joints[eye].1 - r(0.055));
        canvas.limb(
            (brow.0 - r(0.035), brow.1),
            (brow.0 + r(0.035), brow.1),
            r(0.012),
            r(0.012),
            clothes.hair,
        );
    }
    canvas.limb((joints[0].0, joints[0].1 - r(0.05)), joints[0], r(0.015), r(0.03), darker(clothes.skin));
    canvas.limb(joints[9], joints[10], r(0.018), r(0.018), [170, 70, 70]);
    for side in 0..2 {
        let (shoulder, elbow, wrist, hand) =
            (joints[11 + side], joints[13 + side], joints[15 + side], joints[19 + side]);
        canvas.limb(shoulder, elbow, r(0.13), r(0.1), darker(clothes.shirt));
        canvas.limb(elbow, wrist, r(0.085), r(0.065), clothes.skin);
        canvas.limb(wrist, hand, r(0.075), r(0.05), clothes.skin);
    }
}
