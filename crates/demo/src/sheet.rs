//! A dancer's cels: the pictures of its moves, cut out of the package's sprite sheets.
//!
//! `characters.json` tells for every move of every dancer where each picture is on which sheet, and where it
//! belongs on a canvas of 300 x 300 pixels that is the same for all of a dancer's moves.

use crate::{Dancer, DemoError, content};
use image::{GenericImageView, RgbaImage, imageops};
use serde::Deserialize;
use std::{collections::BTreeMap, fmt, fs, path::Path};

/// Width and height of the canvas in sprite pixels.
pub(crate) const CANVAS: u32 = 300;
/// Cels start at, and extend over, multiples of this many sprite pixels, so that scaled by quarters they start at
/// even pixels of the picture.
const GRAIN: u32 = 8;

/// One of the package's 25 moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Move(&'static str);

/// What kind of move it is. The package's runtime plays it so (`src/constants.js`, `src/p5.dance.js`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MoveKind {
    /// 24 cels over two beats, again and again, from rest through its height at the second beat back to rest;
    /// mirrored every other time if so marked.
    Loop { mirrors: bool },
    /// 12 cels from its height back to rest: struck on a beat.
    Burst,
}

impl Move {
    /// Swaying at rest.
    pub(crate) const REST: Self = Self("rest");
    /// The moves that go on and on.
    pub(crate) const LOOPS: [Self; 11] = [
        Self("claphigh"),
        Self("clown"),
        Self("dab"),
        Self("doublejam"),
        Self("drop"),
        Self("floss"),
        Self("fresh"),
        Self("kick"),
        Self("roll"),
        Self("thisorthat"),
        Self("thriller"),
    ];
    /// The moves that strike once.
    pub(crate) const BURSTS: [Self; 13] = [
        Self("xarmsside"),
        Self("xarmsup"),
        Self("xbend"),
        Self("xclapside"),
        Self("xfever"),
        Self("xheadhips"),
        Self("xhighkick"),
        Self("xhop"),
        Self("xjump"),
        Self("xknee"),
        Self("xkneel"),
        Self("xole"),
        Self("xslide"),
    ];

    /// All 25.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        std::iter::once(Self::REST).chain(Self::LOOPS).chain(Self::BURSTS)
    }

    /// How it is played.
    pub(crate) fn kind(self) -> MoveKind {
        match self.0 {
            name if name.starts_with('x') => MoveKind::Burst,
            "clown" | "doublejam" | "thisorthat" => MoveKind::Loop { mirrors: false },
            _ => MoveKind::Loop { mirrors: true },
        }
    }

    /// How many cels it has.
    pub(crate) fn cels(self) -> usize {
        match self.kind() {
            MoveKind::Loop { .. } => 24,
            MoveKind::Burst => 12,
        }
    }
}

impl fmt::Display for Move {
    /// The name without the mark of a burst.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.strip_prefix('x').unwrap_or(self.0))
    }
}

/// One picture of a move.
#[derive(Clone, Debug)]
pub(crate) struct Cel {
    /// The picture, not premultiplied; its sides are multiples of eight.
    pub(crate) image: RgbaImage,
    /// Where it starts on the canvas: multiples of eight.
    pub(crate) x: u32,
    /// As `x`, downwards.
    pub(crate) y: u32,
    /// Where it touches, or is nearest to, the floor; none for an empty picture.
    pub(crate) feet: Option<Feet>,
}

/// The lowest part of a cel, in sprite pixels on the canvas.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Feet {
    /// Left end.
    pub(crate) left: u32,
    /// Right end, exclusive.
    pub(crate) right: u32,
    /// Lowest row, exclusive.
    pub(crate) bottom: u32,
}

/// All cels of one dancer.
pub(crate) struct Sheet {
    cels: BTreeMap<Move, Vec<Cel>>,
}

#[derive(Deserialize)]
struct MoveEntry {
    spritesheet: String,
    frames: Vec<FrameEntry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FrameEntry {
    frame: Rect,
    sprite_source_size: Rect,
}

#[derive(Clone, Copy, Deserialize)]
struct Rect {
    x: u32,
    y: u32,
    w: u32,
    h: u32,
}

impl Sheet {
    /// Reads a dancer's sheets.
    pub(crate) fn read(content: &Path, dancer: Dancer) -> Result<Self, DemoError> {
        let index = content::dancer_file(content, "characters.json")?;
        let damaged = |what: String| DemoError::Damaged { path: index.clone(), what };
        let text = fs::read(&index).map_err(DemoError::io("read", &index))?;
        let mut dancers: BTreeMap<String, BTreeMap<String, MoveEntry>> =
            serde_json::from_slice(&text).map_err(|e| damaged(e.to_string()))?;
        let moves = dancers.remove(dancer.key()).ok_or_else(|| damaged(format!("no dancer {dancer}")))?;
        let mut sheets = BTreeMap::new();
        let mut cels = BTreeMap::new();
        for mv in Move::all() {
            let entry = moves.get(mv.0).ok_or_else(|| damaged(format!("{dancer} has no move {mv}")))?;
            if entry.frames.len() != mv.cels() {
                return Err(damaged(format!("{dancer} has {} pictures of {mv}", entry.frames.len())));
            }
            if !sheets.contains_key(&entry.spritesheet) {
                sheets.insert(entry.spritesheet.clone(), read_image(content, &entry.spritesheet)?);
            }
            let sheet = &sheets[&entry.spritesheet];
            let cut =
                |frame: &FrameEntry| cut(sheet, frame).ok_or_else(|| damaged(format!("{mv} lies outside")));
            cels.insert(mv, entry.frames.iter().map(cut).collect::<Result<Vec<_>, _>>()?);
        }
        Ok(Self { cels })
    }

    /// The cels of a move: as many as it should have.
    pub(crate) fn cels(&self, mv: Move) -> &[Cel] {
        self.cels.get(&mv).map_or(&[], Vec::as_slice)
    }

    /// The row on which the dancer stands at rest, exclusive.
    pub(crate) fn floor(&self) -> u32 {
        let at_rest = self.cels(Move::REST).first().and_then(|cel| cel.feet);
        at_rest.map_or(CANVAS, |feet| feet.bottom)
    }
}

fn read_image(content: &Path, name: &str) -> Result<RgbaImage, DemoError> {
    // A name, not a path: the index must not lead elsewhere.
    let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'.');
    let path = content::dancer_file(content, if plain { name } else { "" })?;
    image::open(&path)
        .map(image::DynamicImage::into_rgba8)
        .map_err(|e| DemoError::Damaged { path, what: e.to_string() })
}

/// Cuts one cel out of its sheet. None if it reaches outside the sheet or the canvas.
fn cut(sheet: &RgbaImage, entry: &FrameEntry) -> Option<Cel> {
    let (from, to) = (entry.frame, entry.sprite_source_size);
    let inside = |r: &Rect, width, height| {
        r.x.checked_add(r.w).is_some_and(|end| end <= width)
            && r.y.checked_add(r.h).is_some_and(|end| end <= height)
    };
    if !inside(&from, sheet.width(), sheet.height())
        || !inside(&to, CANVAS, CANVAS)
        || (from.w, from.h) != (to.w, to.h)
    {
        return None;
    }
    // One transparent pixel all around lets the scaled edge fade out.
    let start = |at: u32| at.saturating_sub(1) / GRAIN * GRAIN;
    let (x, y) = (start(to.x), start(to.y));
    let (width, height) =
        ((to.x + to.w + 1 - x).next_multiple_of(GRAIN), (to.y + to.h + 1 - y).next_multiple_of(GRAIN));
    let mut image = RgbaImage::new(width, height);
    let picture = sheet.view(from.x, from.y, from.w, from.h).to_image();
    imageops::replace(&mut image, &picture, i64::from(to.x - x), i64::from(to.y - y));
    let feet = feet(&image).map(|f| Feet { left: f.left + x, right: f.right + x, bottom: f.bottom + y });
    Some(Cel { image, x, y, feet })
}

/// The lowest part of a picture: 20 rows up from its lowest opaque row.
fn feet(image: &RgbaImage) -> Option<Feet> {
    let opaque = |x, y| image.get_pixel(x, y).0[3] > 127;
    let row_used = |y: &u32| (0..image.width()).any(|x| opaque(x, *y));
    let lowest = (0..image.height()).rev().find(row_used)?;
    let column_used = |x: &u32| (lowest.saturating_sub(20)..=lowest).any(|y| opaque(*x, y));
    let left = (0..image.width()).find(column_used)?;
    let right = (0..image.width()).rev().find(column_used)? + 1;
    Some(Feet { left, right, bottom: lowest + 1 })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use image::Rgba;

    fn entry(frame: [u32; 4], at: [u32; 4]) -> FrameEntry {
        let rect = |[x, y, w, h]: [u32; 4]| Rect { x, y, w, h };
        FrameEntry { frame: rect(frame), sprite_source_size: rect(at) }
    }

    #[test]
    fn a_cel_keeps_its_place_on_the_canvas() {
        let sheet = RgbaImage::from_pixel(40, 40, Rgba([9, 9, 9, 255]));
        let cel = cut(&sheet, &entry([5, 5, 10, 20], [101, 51, 10, 20])).unwrap();
        assert_eq!((cel.x % 8, cel.y % 8, cel.image.width() % 8, cel.image.height() % 8), (0, 0, 0, 0));
        assert_eq!(cel.image.get_pixel(101 - cel.x, 51 - cel.y).0[3], 255);
        assert_eq!(cel.image.get_pixel(100 - cel.x, 51 - cel.y).0[3], 0);
        assert_eq!(cel.feet.unwrap(), Feet { left: 101, right: 111, bottom: 71 });
    }

    #[test]
    fn a_cel_outside_its_sheet_or_canvas_is_refused() {
        let sheet = RgbaImage::new(40, 40);
        assert!(cut(&sheet, &entry([35, 0, 10, 10], [0, 0, 10, 10])).is_none());
        assert!(cut(&sheet, &entry([0, 0, 10, 10], [295, 0, 10, 10])).is_none());
        assert!(cut(&sheet, &entry([u32::MAX, 0, 10, 10], [0, 0, 10, 10])).is_none());
        assert!(cut(&sheet, &entry([0, 0, 10, 10], [0, 0, 11, 10])).is_none());
    }

    #[test]
    fn an_empty_cel_has_no_feet() {
        assert_eq!(feet(&RgbaImage::new(8, 8)), None);
    }

    #[test]
    fn there_are_25_moves() {
        assert_eq!(Move::all().count(), 25);
        assert_eq!(Move::all().map(|m| m.to_string()).collect::<std::collections::BTreeSet<_>>().len(), 25);
    }
}
