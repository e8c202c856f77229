//! Finding people in a whole picture.
//!
//! The detector (`BlazePose`, Bazarevsky et al. 2020, arXiv:2006.10204) offers a box for each of 2254 places, and
//! with it the hip centre and a point on the circle around the whole body. Boxes that overlap are one person.

use crate::landmarks::Region;
use crate::model::{Memory, ModelError, Network, logistic};
use crate::picture::{Picture, Square};

/// Side of the detector's picture in pixels.
const SIDE: usize = 224;
/// Values for each place: a box and four points.
const VALUES: usize = 12;
/// Cells a side of each layer, and boxes a cell.
const LAYERS: [(usize, usize); 3] = [(28, 2), (14, 2), (7, 6)];
/// Overlap from which on two boxes are one person.
const SAME: f32 = 0.3;

/// A person found in a picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Detection {
    /// How sure the detector is, 0 to 1.
    pub score: f32,
    /// Where to look for the joints.
    pub region: Region,
    /// Face and shoulders, pixels: left, top, right, bottom.
    bust: [f32; 4],
}

/// People in a part of a picture whose score is at least `least`, best first, at most `most`.
pub(crate) fn detect(
    network: &Network,
    memory: &mut Memory,
    (picture, square): (&Picture<'_>, &Square),
    (least, most): (f32, usize),
    input: &mut Vec<f32>,
) -> Result<Vec<Detection>, ModelError> {
    picture.part(square, SIDE, |v| v / 127.5 - 1.0, input);
    let outputs = network.run(memory, input)?;
    let [values, scores] = &outputs[..] else { return Ok(Vec::new()) };
    let mut found: Vec<Detection> = values
        .chunks_exact(VALUES)
        .zip(scores)
        .zip(places())
        .filter(|((_, score), _)| logistic(**score) >= least)
        .filter_map(|((values, &score), place)| {
            let point = |at: usize| {
                let unit = |v: f32, offset: f32| v + offset * SIDE as f32;
                square.outward((unit(values[at], place.0), unit(values[at + 1], place.1)), SIDE)
            };
            let (centre, scale) = (point(0), square.side / SIDE as f32);
            let half = (values[2] * scale / 2.0, values[3] * scale / 2.0);
            let bust = [centre.0 - half.0, centre.1 - half.1, centre.0 + half.0, centre.1 + half.1];
            let region = Region::around(point(4), point(6))?;
            Some(Detection { score: logistic(score), region, bust })
        })
        .collect();
    found.sort_by(|a, b| b.score.total_cmp(&a.score));
    let mut people: Vec<Detection> = Vec::new();
    for one in found {
        if people.len() < most && people.iter().all(|other| overlap(&one.bust, &other.bust) < SAME) {
            people.push(one);
        }
    }
    Ok(people)
}

/// Centres of the places that the detector looks at, in the order of its outputs, 0 to 1.
fn places() -> impl Iterator<Item = (f32, f32)> {
    LAYERS.into_iter().flat_map(|(cells, boxes)| {
        (0..cells * cells * boxes).map(move |i| {
            let (cell, cells_f) = (i / boxes, cells as f32);
            (((cell % cells) as f32 + 0.5) / cells_f, ((cell / cells) as f32 + 0.5) / cells_f)
        })
    })
}

/// Share of two boxes' union that both cover.
fn overlap(a: &[f32; 4], b: &[f32; 4]) -> f32 {
    let side = |low: usize| (a[low + 2].min(b[low + 2]) - a[low].max(b[low])).max(0.0);
    let area = |r: &[f32; 4]| (r[2] - r[0]).max(0.0) * (r[3] - r[1]).max(0.0);
    let both = side(0) * side(1);
    let union = area(a) + area(b) - both;
    if union > 0.0 { both / union } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_places_are_those_of_the_model() {
        assert_eq!(places().count(), 2254);
        assert_eq!(places().next(), Some((0.5 / 28.0, 0.5 / 28.0)));
    }

    #[test]
    fn overlap_is_a_share() {
        let unit = [0.0, 0.0, 1.0, 1.0];
        assert!((overlap(&unit, &unit) - 1.0).abs() < 1e-6);
        assert!(overlap(&unit, &[1.0, 0.0, 2.0, 1.0]).abs() < 1e-6);
    }
}
