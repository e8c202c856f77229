//! Letters on a drawing, as an element like any other. On pixels they come out of a font inside the program, so
//! that a picture needs no font on the machine; letters it lacks become question marks. In vectors the viewer's own
//! font is used.

use noto_sans_mono_bitmap::{FontWeight, RasterHeight, RasterizedChar, get_raster, get_raster_width};
use plotters::{
    element::{Drawable, PointCollection},
    prelude::{DrawingBackend, RGBColor},
    style::Color,
};
use plotters_backend::{
    BackendColor, BackendCoord, BackendTextStyle, DrawingErrorKind, FontFamily,
    text_anchor::{HPos, Pos, VPos},
};
use std::convert::Infallible;

/// Which point of the letters lies on the given place.
#[derive(Clone, Copy)]
pub(super) enum Align {
    Left,
    Centre,
    Right,
}

/// A line of letters. Their middle is as high as the given place.
pub(super) struct Letters<Place> {
    place: Place,
    text: String,
    colour: RGBColor,
    align: Align,
    height: RasterHeight,
}

impl<Place> Letters<Place> {
    /// Small letters.
    pub(super) fn new(place: Place, text: impl Into<String>, colour: RGBColor, align: Align) -> Self {
        Self { place, text: text.into(), colour, align, height: RasterHeight::Size16 }
    }

    /// Large letters.
    pub(super) fn large(self) -> Self {
        Self { height: RasterHeight::Size24, ..self }
    }
}

impl<'a, Place> PointCollection<'a, Place> for &'a Letters<Place> {
    type Point = &'a Place;
    type IntoIter = std::iter::Once<&'a Place>;

    fn point_iter(self) -> Self::IntoIter {
        std::iter::once(&self.place)
    }
}

impl<DB: DrawingBackend, Place> Drawable<DB> for Letters<Place> {
    fn draw<I: Iterator<Item = BackendCoord>>(
        &self,
        mut places: I,
        backend: &mut DB,
        _: (u32, u32),
    ) -> Result<(), DrawingErrorKind<DB::ErrorType>> {
        let Some(place) = places.next() else { return Ok(()) };
        let h_pos = match self.align {
            Align::Left => HPos::Left,
            Align::Centre => HPos::Center,
            Align::Right => HPos::Right,
        };
        let style = Style {
            colour: self.colour.to_backend_color(),
            anchor: Pos::new(h_pos, VPos::Center),
            height: self.height,
        };
        backend.draw_text(&self.text, &style, place)
    }
}

struct Style {
    colour: BackendColor,
    anchor: Pos,
    height: RasterHeight,
}

impl Style {
    fn raster(&self, letter: char) -> Option<RasterizedChar> {
        let raster = |letter| get_raster(letter, FontWeight::Regular, self.height);
        raster(letter).or_else(|| raster('?'))
    }

    fn advance(&self) -> i32 {
        dots(get_raster_width(FontWeight::Regular, self.height))
    }
}

fn dots(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

impl BackendTextStyle for Style {
    type FontError = Infallible;

    fn color(&self) -> BackendColor {
        self.colour
    }

    fn size(&self) -> f64 {
        self.height.val() as f64
    }

    fn anchor(&self) -> Pos {
        self.anchor
    }

    fn family(&self) -> FontFamily<'_> {
        FontFamily::Monospace
    }

    fn layout_box(&self, text: &str) -> Result<((i32, i32), (i32, i32)), Infallible> {
        let width = dots(text.chars().count()).saturating_mul(self.advance());
        Ok(((0, 0), (width, dots(self.height.val()))))
    }

    fn draw<E, F: FnMut(i32, i32, BackendColor) -> Result<(), E>>(
        &self,
        text: &str,
        (left, top): BackendCoord,
        mut dot: F,
    ) -> Result<Result<(), E>, Infallible> {
        for (place, letter) in (0..).zip(text.chars()) {
            let Some(raster) = self.raster(letter) else { continue };
            for (y, row) in (top..).zip(raster.rows()) {
                for (x, value) in (left + place * self.advance()..).zip(row) {
                    let alpha = f64::from(*value) / 255.0;
                    if *value > 0
                        && let Err(error) = dot(x, y, BackendColor { alpha, ..self.colour })
                    {
                        return Ok(Err(error));
                    }
                }
            }
        }
        Ok(Ok(()))
    }
}
