//! Who dances where: each dancer's song, stage, place and size. This table is what makes the library diverse.

use crate::Song;
use std::fmt;

/// One of the twelve dancers of the dance-party package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Dancer {
    Alien,
    Bear,
    Cat,
    Dog,
    Duck,
    Frog,
    Moose,
    Pineapple,
    Robot,
    Shark,
    Sloth,
    Unicorn,
}

/// The brightness and hue of a stage, as the code values of BT.709 video.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StageColour {
    /// Brightness of the wall; floor, light and shadow differ from it.
    pub(crate) y: u8,
    /// Blueness, 128 is neutral: the same all over the stage.
    pub(crate) u: u8,
    /// Redness, 128 is neutral: the same all over the stage.
    pub(crate) v: u8,
}

/// How a dancer is filmed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Casting {
    /// To which song.
    pub(crate) song: Song,
    /// From which eight of it (eights counted from its first beat).
    pub(crate) first_eight: u32,
    /// For how many eights.
    pub(crate) eights: u32,
    /// On which stage.
    pub(crate) stage: StageColour,
    /// Where the dancer stands: pixels from the left edge, even.
    pub(crate) centre_x: i32,
    /// Where the feet are: pixels from the upper edge, even.
    pub(crate) feet_y: i32,
    /// Size: quarters of a picture pixel for each pixel of the sprite.
    pub(crate) size_quarters: u32,
}

impl Dancer {
    /// All twelve, in the order of their names.
    pub const ALL: [Self; 12] = [
        Self::Alien,
        Self::Bear,
        Self::Cat,
        Self::Dog,
        Self::Duck,
        Self::Frog,
        Self::Moose,
        Self::Pineapple,
        Self::Robot,
        Self::Shark,
        Self::Sloth,
        Self::Unicorn,
    ];

    /// Its name in the package.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Alien => "alien",
            Self::Bear => "bear",
            Self::Cat => "cat",
            Self::Dog => "dog",
            Self::Duck => "duck",
            Self::Frog => "frog",
            Self::Moose => "moose",
            Self::Pineapple => "pineapple",
            Self::Robot => "robot",
            Self::Shark => "shark",
            Self::Sloth => "sloth",
            Self::Unicorn => "unicorn",
        }
    }

    /// How it is filmed. The stages' hues stand around a circle of eight and a smaller one of four, each at least 30
    /// code values from every other, and far from the dancer's own colours. Feelings is slow: 17 eights of it take as
    /// long as 27 of the others.
    pub(crate) fn casting(self) -> Casting {
        use Song::{Feelings, MetalMadness, WarOfFreedom};
        let cast = |song, first_eight, eights, (y, u, v), (centre_x, feet_y, size_quarters)| Casting {
            song,
            first_eight,
            eights,
            stage: StageColour { y, u, v },
            centre_x,
            feet_y,
            size_quarters,
        };
        match self {
            Self::Alien => cast(MetalMadness, 18, 18, (124, 163, 93), (760, 632, 8)),
            Self::Bear => cast(WarOfFreedom, 15, 18, (126, 128, 78), (560, 640, 9)),
            Self::Cat => cast(WarOfFreedom, 8, 18, (122, 128, 178), (700, 624, 7)),
            Self::Dog => cast(MetalMadness, 25, 18, (104, 178, 128), (640, 644, 8)),
            Self::Duck => cast(WarOfFreedom, 23, 18, (150, 108, 120), (480, 628, 7)),
            Self::Frog => cast(WarOfFreedom, 1, 18, (108, 163, 163), (820, 636, 8)),
            Self::Moose => cast(Feelings, 38, 17, (128, 93, 93), (600, 648, 9)),
            Self::Pineapple => cast(WarOfFreedom, 31, 18, (146, 148, 136), (660, 616, 6)),
            Self::Robot => cast(MetalMadness, 1, 18, (134, 93, 163), (540, 640, 8)),
            Self::Shark => cast(MetalMadness, 10, 18, (138, 120, 148), (720, 644, 9)),
            Self::Sloth => cast(Feelings, 2, 17, (140, 78, 128), (620, 620, 7)),
            Self::Unicorn => cast(Feelings, 22, 17, (128, 136, 108), (680, 640, 8)),
        }
    }

    /// Whose stage has this colour (red, green, blue): tells who dances in a picture, from any bare spot of wall or
    /// floor. None for a colour of no stage: grey, a dancer's own, or two stages dissolving into each other.
    pub fn of_stage_colour(rgb: [u8; 3]) -> Option<Self> {
        let [u, v] = hue(rgb);
        let distance = |dancer: &Self| {
            let stage = dancer.casting().stage;
            (u - f64::from(stage.u)).hypot(v - f64::from(stage.v))
        };
        let nearest = Self::ALL.into_iter().min_by(|a, b| distance(a).total_cmp(&distance(b)))?;
        // Less than half the way to the next stage.
        (distance(&nearest) < 14.0).then_some(nearest)
    }
}

impl fmt::Display for Dancer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut letters = self.key().chars();
        let first = letters.next().map(|c| c.to_ascii_uppercase());
        write!(f, "{}{}", first.unwrap_or_default(), letters.as_str())
    }
}

/// Blueness and redness of a colour, as code values of BT.709 video (16 to 240, 128 is neutral).
fn hue(rgb: [u8; 3]) -> [f64; 2] {
    let [r, g, b] = rgb.map(f64::from);
    let luma = 0.2126 * r + 0.7152 * g + 0.0722 * b;
    [128.0 + 224.0 / 255.0 * (b - luma) / 1.8556, 128.0 + 224.0 / 255.0 * (r - luma) / 1.5748]
}

impl StageColour {
    /// The wall's colour as red, green and blue.
    pub(crate) fn rgb(self) -> [u8; 3] {
        let luma = (f64::from(self.y) - 16.0) * 255.0 / 219.0;
        let [u, v] = [self.u, self.v].map(|c| (f64::from(c) - 128.0) * 255.0 / 224.0);
        [luma + 1.5748 * v, luma - 0.1873 * u - 0.4681 * v, luma + 1.8556 * u].map(|c| c.round() as u8)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_stage_is_told_from_every_other() {
        for a in Dancer::ALL {
            let mine = a.casting().stage;
            assert_eq!(Dancer::of_stage_colour(mine.rgb()), Some(a));
            for b in Dancer::ALL.into_iter().filter(|b| *b != a) {
                let other = b.casting().stage;
                let apart = f64::from(mine.u.abs_diff(other.u)).hypot(f64::from(mine.v.abs_diff(other.v)));
                assert!(apart >= 30.0, "{a} and {b} are {apart:.1} apart");
            }
        }
    }

    #[test]
    fn light_and_shadow_keep_the_mark() {
        for dancer in Dancer::ALL {
            for brighter in [-40_i16, -20, 20, 40] {
                let stage = dancer.casting().stage;
                let lit = StageColour { y: (i16::from(stage.y) + brighter) as u8, ..stage };
                assert_eq!(Dancer::of_stage_colour(lit.rgb()), Some(dancer), "{dancer} at {brighter}");
            }
        }
    }

    #[test]
    fn no_stage_is_grey() {
        assert_eq!(Dancer::of_stage_colour([128; 3]), None);
        assert_eq!(Dancer::of_stage_colour([0; 3]), None);
    }

    #[test]
    fn no_two_dancers_stand_alike_and_all_stay_inside_their_songs() {
        for a in Dancer::ALL {
            let mine = a.casting();
            assert!(mine.eights >= 16 && (95.0..=150.1).contains(&mine.song.tempo_bpm().round()), "{a}");
            let end = mine.song.beat_s(f64::from(8 * (mine.first_eight + mine.eights)));
            assert!(
                mine.first_eight > 0 && end + 2.0 * mine.song.beat_seconds() < mine.song.duration_s(),
                "{a}"
            );
            assert!(mine.centre_x % 2 == 0 && mine.feet_y % 2 == 0, "{a}");
            for b in Dancer::ALL.into_iter().filter(|b| *b > a) {
                let other = b.casting();
                let place = |c: &Casting| (c.centre_x, c.feet_y, c.size_quarters);
                assert_ne!(place(&mine), place(&other), "{a} and {b}");
                assert_ne!((mine.song, mine.first_eight), (other.song, other.first_eight), "{a} and {b}");
            }
        }
    }

    #[test]
    fn names_are_written_large() {
        assert_eq!(Dancer::Pineapple.to_string(), "Pineapple");
    }
}
