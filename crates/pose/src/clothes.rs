//! What somebody wears, as a sign of who they are.

use crate::landmarks::Body;
use crate::picture::Picture;

/// Red, green and blue of chest, belly and thighs, each 0 to 1.
pub(crate) type Colours = [f32; 9];

/// Mean difference of two people's colours, 0 to 1.
pub(crate) fn unlike(a: &Colours, b: &Colours) -> f32 {
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).sum::<f32>() / a.len() as f32
}

/// Of a body in a picture.
pub(crate) fn colours(picture: &Picture<'_>, body: &Body) -> Colours {
    let joint = |i: usize| (body.joints[i].x, body.joints[i].y);
    let between = |a: (f32, f32), b: (f32, f32), t: f32| (a.0 + t * (b.0 - a.0), a.1 + t * (b.1 - a.1));
    let torso = |across: f32, down: f32| {
        let (top, bottom) = (between(joint(11), joint(12), across), between(joint(23), joint(24), across));
        between(top, bottom, down)
    };
    let thigh = |along: f32| [between(joint(23), joint(25), along), between(joint(24), joint(26), along)];
    let across = [0.25, 0.5, 0.75];
    let chest: Vec<_> = across.iter().flat_map(|&a| [0.15, 0.3, 0.45].map(|d| torso(a, d))).collect();
    let belly: Vec<_> = across.iter().flat_map(|&a| [0.6, 0.75, 0.9].map(|d| torso(a, d))).collect();
    let thighs: Vec<_> = [0.3, 0.5, 0.7].into_iter().flat_map(thigh).collect();
    let mean = |points: &[(f32, f32)]| {
        let mut sum = [0.0; 3];
        for &(x, y) in points {
            let colour = picture.at(x - 0.5, y - 0.5);
            sum.iter_mut().zip(colour).for_each(|(sum, c)| *sum += c);
        }
        sum.map(|sum| sum / (255.0 * points.len() as f32))
    };
    let parts = [mean(&chest), mean(&belly), mean(&thighs)];
    std::array::from_fn(|i| parts[i / 3][i % 3])
}
