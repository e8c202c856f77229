//! What is drawn over a performance so that a curator can see what was seen in it: skeletons, boxes, who is who, beats,
//! eights and movement.

use crate::client::wire::{InspectedStep, Video};
use eightcount_domain::{BEATS_PER_EIGHT, MovementTier, Skeleton, SkeletonLook, SubjectBox};
use eightcount_media::{Mark, Shape};

/// Joints that are joined by a line.
const BONES: [(usize, usize); 18] = [
    (11, 12),
    (11, 13),
    (13, 15),
    (15, 19),
    (12, 14),
    (14, 16),
    (16, 20),
    (11, 23),
    (12, 24),
    (23, 24),
    (23, 25),
    (25, 27),
    (27, 31),
    (24, 26),
    (26, 28),
    (28, 32),
    (0, 7),
    (0, 8),
];
/// Confidence below which a joint is not drawn.
const DRAWN: f32 = 0.3;
/// Longest time between two looks over which joints are drawn, seconds.
const BETWEEN_S: f64 = 0.35;
const SKELETON: [u8; 3] = [64, 255, 96];
const OTHERS: [u8; 3] = [255, 176, 32];
const SUBJECT: [u8; 3] = [64, 160, 255];
const WORDS: [u8; 3] = [255, 255, 255];
const GROUND: [u8; 3] = [16, 16, 24];
const BEAT: [u8; 3] = [255, 64, 96];

/// The picture that is drawn on, and its frames.
#[derive(Clone, Copy, Debug)]
struct Page {
    width: f32,
    height: f32,
    fps: f64,
    /// Height of letters.
    letter: f32,
}

/// All marks of a performance: its steps, each with its skeleton where there is one.
pub fn marks(video: &Video, steps: &[(InspectedStep, Option<Skeleton>)]) -> Vec<Mark> {
    let (width, height) = (video.width as f32, video.height as f32);
    let page = Page { width, height, fps: f64::from(video.fps), letter: (width.min(height) / 26.0).round() };
    let mut marks = Vec::new();
    for (step, skeleton) in steps {
        page.step(step, &mut marks);
        if let Some(skeleton) = skeleton {
            page.skeleton(step, skeleton, &mut marks);
        }
    }
    marks
}

impl Page {
    fn step(self, step: &InspectedStep, marks: &mut Vec<Mark>) {
        let (Some(&start), Some(&end)) = (step.beats_s.first(), step.beats_s.last()) else { return };
        let mark = |from_s, to_s, colour, shapes| Mark { from_s, to_s, colour, shapes };
        let (line, gap) = (1.4 * self.letter, self.letter * 0.5);
        let text =
            |row: f32, text: String| Shape::Text { at: (gap, gap + row * line), height: self.letter, text };
        let tier = match step.movement_tier {
            MovementTier::Joints => "joints",
            MovementTier::Visual => "visual",
        };
        let cut = if step.native_cut { " cut" } else { "" };
        let words = vec![
            text(0.0, format!("#{} {}", step.index, tier)),
            text(1.0, format!("{} dancers  {:?}{cut}", step.dancers, step.camera)),
            text(2.0, format!("quality {:.2}  sharp {:.2}", step.quality, step.sharp)),
        ];
        let ground = Shape::Bar { edges: [0.0, 0.0, 13.0 * self.letter, gap + 3.0 * line] };
        marks.push(mark(start, end, GROUND, vec![ground]));
        marks.push(mark(start, end, WORDS, words));
        self.beats(step, marks);
        for (place, (from, to)) in [(step.start_box, (start, start + 0.4)), (step.end_box, (end - 0.4, end))]
        {
            if let Some(place) = place {
                let frame = Shape::Frame { edges: self.edges(&place), width: self.letter * 0.12 };
                marks.push(mark(from, to, SUBJECT, vec![frame]));
            }
        }
    }

    /// A bar for each beat as high as its movement, the present one lit, and its number on the beat.
    fn beats(self, step: &InspectedStep, marks: &mut Vec<Mark>) {
        let most = step.movement.iter().copied().fold(1e-6, f32::max);
        let (side, floor) = (self.letter * 1.2, self.height - self.letter * 0.5);
        let bar = |i: usize| {
            let left = self.letter * 0.5 + i as f32 * side * 1.15;
            let movement = step.movement.get(i).copied().unwrap_or_default();
            let high = self.letter * (0.2 + 3.0 * movement / most);
            Shape::Bar { edges: [left, floor - high, left + side, floor] }
        };
        let (Some(&start), Some(&end)) = (step.beats_s.first(), step.beats_s.last()) else { return };
        let bars = (0..BEATS_PER_EIGHT).map(bar).collect();
        marks.push(Mark { from_s: start, to_s: end, colour: WORDS, shapes: bars });
        for (i, beat) in step.beats_s.windows(2).enumerate() {
            let number = Shape::Text {
                at: (self.width - 5.0 * self.letter, self.letter),
                height: 4.0 * self.letter,
                text: (i + 1).to_string(),
            };
            let lit = Mark { from_s: beat[0], to_s: beat[1], colour: BEAT, shapes: vec![bar(i), number] };
            marks.push(lit);
        }
    }

    /// The dancer's bones frame by frame, the others' boxes look by look.
    fn skeleton(self, step: &InspectedStep, skeleton: &Skeleton, marks: &mut Vec<Mark>) {
        let looks = &skeleton.looks;
        for (i, look) in looks.iter().enumerate() {
            let end = step.beats_s.last().copied().unwrap_or(look.at_s);
            let next = looks.get(i + 1);
            let to_s = next.map_or(end, |next| next.at_s).min(look.at_s + BETWEEN_S);
            self.others(look, to_s, marks);
            let frames = ((to_s - look.at_s) * self.fps).round().max(1.0) as u32;
            for frame in 0..frames {
                let from_s = look.at_s + f64::from(frame) / self.fps;
                let shapes = self.bones(look, next, frame as f32 / frames as f32, skeleton.person);
                if !shapes.is_empty() {
                    marks.push(Mark { from_s, to_s: from_s + 1.0 / self.fps, colour: SKELETON, shapes });
                }
            }
        }
    }

    fn bones(self, look: &SkeletonLook, next: Option<&SkeletonLook>, t: f32, person: u32) -> Vec<Shape> {
        let joint = |index: usize| {
            let here = look.joints.get(index).filter(|j| j[2] >= DRAWN)?;
            let there =
                next.and_then(|next| next.joints.get(index)).filter(|j| j[2] >= DRAWN).unwrap_or(here);
            let mix = |c: usize| here[c] + t * (there[c] - here[c]);
            Some((mix(0) * self.width, mix(1) * self.height))
        };
        let width = self.letter * 0.16;
        let bone = |&(a, b): &(usize, usize)| Some(Shape::Line { from: joint(a)?, to: joint(b)?, width });
        let mut shapes: Vec<Shape> = BONES.iter().filter_map(bone).collect();
        if let Some((x, y)) = joint(0) {
            let at = (x - self.letter * 0.5, y - 2.5 * self.letter);
            shapes.push(Shape::Text { at, height: self.letter, text: format!("#{person}") });
        }
        shapes
    }

    fn others(self, look: &SkeletonLook, to_s: f64, marks: &mut Vec<Mark>) {
        for other in &look.others {
            let edges = self.edges(&other.place);
            let at = (edges[0], (edges[1] - 1.3 * self.letter).max(0.0));
            let shapes = vec![
                Shape::Frame { edges, width: self.letter * 0.12 },
                Shape::Text { at, height: self.letter, text: format!("#{}", other.person) },
            ];
            marks.push(Mark { from_s: look.at_s, to_s, colour: OTHERS, shapes });
        }
    }

    fn edges(self, place: &SubjectBox) -> [f32; 4] {
        let half = place.width / 2.0;
        let (left, right) = (place.centre_x - half, place.centre_x + half);
        [left * self.width, place.top * self.height, right * self.width, place.bottom * self.height]
    }
}
