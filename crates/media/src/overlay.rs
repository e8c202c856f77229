//! Drawing over a video: lines, boxes and labels that come and go.
//!
//! What is drawn is written as a subtitle file of vector drawings (ASS), which ffmpeg burns in: one
//! pass, any number of marks, no font needed.

use crate::files::{Attempt, absolute};
use crate::glyphs::dots;
use crate::guard::INPUT_GUARD;
use crate::process::{Output, Run, Watch, access};
use crate::{Media, MediaError};
use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

/// Something drawn for some time. Places are pixels of the video from its upper left corner.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// From when, seconds.
    pub from_s: f64,
    /// Until when, seconds.
    pub to_s: f64,
    /// Red, green and blue.
    pub colour: [u8; 3],
    /// What.
    pub shapes: Vec<Shape>,
}

/// A shape in one colour.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// A straight line.
    Line {
        /// One end.
        from: (f32, f32),
        /// The other.
        to: (f32, f32),
        /// How thick it is.
        width: f32,
    },
    /// A filled rectangle.
    Bar {
        /// Left, top, right and bottom.
        edges: [f32; 4],
    },
    /// The outline of a rectangle.
    Frame {
        /// Left, top, right and bottom.
        edges: [f32; 4],
        /// How thick it is.
        width: f32,
    },
    /// Letters, digits and simple signs in one line; what else there is becomes a space.
    Text {
        /// The upper left corner.
        at: (f32, f32),
        /// Height of the letters.
        height: f32,
        /// The words.
        text: String,
    },
}

impl Media {
    /// Writes a copy of a mezzanine with marks drawn over it, and its sound.
    pub async fn draw_over(
        &self,
        video: &Path,
        (width, height): (u32, u32),
        marks: &[Mark],
        out: &Path,
        watch: &mut Watch<'_>,
    ) -> Result<(), MediaError> {
        let (video, attempt, script) = (absolute(video)?, Attempt::at(out)?, Attempt::at(out)?);
        std::fs::write(script.path(), subtitles((width, height), marks))
            .map_err(MediaError::file("writing", script.path()))?;
        let mut arguments: Vec<OsString> =
            ["-hide_banner", "-nostdin", "-y", "-stats"].map(Into::into).into();
        arguments.extend(INPUT_GUARD.iter().map(Into::into));
        arguments.extend(["-i".into(), video.clone().into(), "-map".into(), "0".into(), "-vf".into()]);
        arguments.push(format!("ass=filename={}", escaped(&script.path().to_string_lossy())).into());
        arguments.extend(["-c:a", "copy", "-c:v", "libx264", "-preset", "veryfast", "-crf"].map(Into::into));
        arguments
            .extend(["23", "-pix_fmt", "yuv420p", "-movflags", "+faststart", "-f", "mp4"].map(Into::into));
        arguments.push(attempt.path().into());
        let run = Run {
            tool: &self.tools.ffmpeg,
            doing: "drawing over a video",
            arguments,
            files: access(&[&video, script.path()], &[attempt.path()]),
            wall: self.limits.tool_wall + Duration::from_secs_f64(10.0 * self.limits.performance_max_s),
        };
        self.run(run, Output::None, watch).await?;
        let measured = self.measure(attempt.path()).await?;
        if measured.video.is_none_or(|video| video.pictures == 0) {
            return Err(MediaError::WrongOutput {
                doing: "drawing over a video",
                what: "no pictures".to_owned(),
            });
        }
        attempt.keep()
    }
}

/// A file name inside a filter's option inside a filter graph: escaped for both.
fn escaped(name: &str) -> String {
    let escape = |text: &str, signs: &str| {
        text.chars()
            .flat_map(|c| signs.contains(c).then_some('\\').into_iter().chain([c]))
            .collect::<String>()
    };
    escape(&escape(name, "\\':"), "\\'[],;")
}

/// The marks as a subtitle file.
fn subtitles((width, height): (u32, u32), marks: &[Mark]) -> String {
    let mut script = format!(
        "[Script Info]\nScriptType: v4.00+\nPlayResX: {width}\nPlayResY: {height}\n\n[V4+ Styles]\nFormat: Name, \
         Fontname, Fontsize, PrimaryColour, OutlineColour, BackColour, BorderStyle, Outline, Shadow, Alignment, MarginL, \
         MarginR, MarginV, Encoding\nStyle: d,Sans,20,&H00FFFFFF,&H00000000,&H00000000,1,1,0,7,0,0,0,1\n\n[Events]\n\
         Format: Layer, Start, End, Style, Text\n"
    );
    for mark in marks.iter().filter(|mark| mark.to_s > mark.from_s) {
        let [red, green, blue] = mark.colour;
        let drawing: String = mark.shapes.iter().map(Shape::drawing).collect();
        // Writing to a string cannot fail.
        let _ = writeln!(
            script,
            "Dialogue: 0,{},{},d,{{\\an7\\pos(0,0)\\1c&H{blue:02X}{green:02X}{red:02X}&\\p1}}{drawing}",
            clock(mark.from_s),
            clock(mark.to_s),
        );
    }
    script
}

/// Hours, minutes, seconds and hundredths, rounded down: a mark that starts with a frame is there in that frame.
fn clock(seconds: f64) -> String {
    let hundredths = (seconds.max(0.0) * 100.0 + 1e-6).floor() as u64;
    let (whole, part) = (hundredths / 100, hundredths % 100);
    format!("{}:{:02}:{:02}.{part:02}", whole / 3600, whole / 60 % 60, whole % 60)
}

impl Shape {
    fn drawing(&self) -> String {
        match self {
            Self::Line { from, to, width } => line(*from, *to, *width),
            Self::Bar { edges: [left, top, right, bottom] } => {
                polygon(&[(*left, *top), (*right, *top), (*right, *bottom), (*left, *bottom)])
            }
            Self::Frame { edges: [left, top, right, bottom], width } => {
                let corners = [(*left, *top), (*right, *top), (*right, *bottom), (*left, *bottom)];
                (0..4).map(|i| line(corners[i], corners[(i + 1) % 4], *width)).collect()
            }
            Self::Text { at, height, text } => letters(*at, *height, text),
        }
    }
}

/// A straight line; a dot where it has no length.
fn line(from: (f32, f32), to: (f32, f32), width: f32) -> String {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length = dx.hypot(dy);
    let half = width / 2.0;
    let (ux, uy) = if length > 0.0 { (dx / length * half, dy / length * half) } else { (half, 0.0) };
    polygon(&[
        (from.0 - ux - uy, from.1 - uy + ux),
        (to.0 + ux - uy, to.1 + uy + ux),
        (to.0 + ux + uy, to.1 + uy - ux),
        (from.0 - ux + uy, from.1 - uy - ux),
    ])
}

/// All in one direction, so that shapes that overlap fill each other.
fn polygon(corners: &[(f32, f32); 4]) -> String {
    let turn: f32 =
        (0..4).map(|i| (corners[i], corners[(i + 1) % 4])).map(|(a, b)| a.0 * b.1 - b.0 * a.1).sum();
    let order = if turn < 0.0 { [3, 2, 1, 0] } else { [0, 1, 2, 3] };
    let point = |i: usize| format!("{:.1} {:.1} ", corners[i].0, corners[i].1);
    format!("m {}l {}{}{}", point(order[0]), point(order[1]), point(order[2]), point(order[3]))
}

fn letters((x, y): (f32, f32), height: f32, text: &str) -> String {
    let dot = height / 7.0;
    let square = |(column, row, length): (u32, u32, u32)| {
        let (left, top) = (x + column as f32 * dot, y + row as f32 * dot);
        Shape::Bar { edges: [left, top, left + length as f32 * dot, top + dot] }.drawing()
    };
    dots(text).into_iter().map(square).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_become_drawings() {
        let mark = |shape: Shape| Mark {
            from_s: 1.0 / 30.0,
            to_s: 61.5,
            colour: [255, 128, 0],
            shapes: vec![shape],
        };
        let marks = [
            mark(Shape::Line { from: (0.0, 0.0), to: (10.0, 0.0), width: 2.0 }),
            mark(Shape::Bar { edges: [1.0, 2.0, 3.0, 4.0] }),
            mark(Shape::Text { at: (0.0, 0.0), height: 7.0, text: "1-".into() }),
        ];
        let script = subtitles((1280, 720), &marks);
        let drawn: Vec<_> = script.lines().filter(|line| line.starts_with("Dialogue")).collect();
        let head = "Dialogue: 0,0:00:00.03,0:01:01.50,d,{\\an7\\pos(0,0)\\1c&H0080FF&\\p1}";
        assert_eq!(drawn[0], format!("{head}m -1.0 -1.0 l 11.0 -1.0 11.0 1.0 -1.0 1.0 "));
        assert_eq!(drawn[1], format!("{head}m 1.0 2.0 l 3.0 2.0 3.0 4.0 1.0 4.0 "));
        // The digit's seven rows, and the dash, which is one run of five dots.
        assert!(drawn[2].ends_with("m 6.0 3.0 l 11.0 3.0 11.0 4.0 6.0 4.0 "));
        assert_eq!(drawn[2].matches("m ").count(), 8);
    }

    #[test]
    fn names_are_escaped_for_option_and_graph() {
        assert_eq!(escaped("/a b/c.ass"), "/a b/c.ass");
        assert_eq!(escaped("it's:[1],2"), r"it\\\'s\\:\[1\]\,2");
    }
}
