//! The contact sheet: one picture of each cut, with what it is.

use crate::files::{Attempt, absolute};
use crate::glyphs::{GLYPH_HEIGHT, draw_text};
use crate::process::{Output, Run, Watch, access};
use crate::{Media, MediaError};
use eightcount_edit::{SheetCell, SheetLayout, sheet_args};
use image::{ImageFormat, RgbImage};
use std::path::{Path, PathBuf};

/// Background of the labels, which lie on the lower edge of their pictures.
const LABEL_GROUND: image::Rgb<u8> = image::Rgb([16, 16, 24]);

/// A picture of the sheet.
#[derive(Clone, Debug)]
pub struct SheetPicture {
    /// The take's file.
    pub path: PathBuf,
    /// Which of its frames, from 0.
    pub frame: u64,
    /// What to write below it: letters, digits and simple signs; what else there is becomes a space.
    pub label: String,
}

impl Media {
    /// Lays frames of takes out on one PNG, in order, each with its label.
    pub async fn contact_sheet(
        &self,
        pictures: &[SheetPicture],
        layout: &SheetLayout,
        out: &Path,
        watch: &mut Watch<'_>,
    ) -> Result<(), MediaError> {
        let doing = "laying out the contact sheet";
        let paths = pictures.iter().map(|picture| absolute(&picture.path)).collect::<Result<Vec<_>, _>>()?;
        let cells: Vec<_> = paths
            .iter()
            .zip(pictures)
            .map(|(path, picture)| SheetCell { path, frame: picture.frame })
            .collect();
        let (attempt, grid) = (Attempt::at(out)?, Attempt::at(out)?);
        let read: Vec<_> = paths.iter().map(PathBuf::as_path).collect();
        let run = Run {
            tool: &self.tools.ffmpeg,
            doing,
            arguments: sheet_args(&cells, layout, grid.path()),
            files: access(&read, &[grid.path()]),
            wall: self.limits.tool_wall,
        };
        self.run(run, Output::None, watch).await?;
        let drawing = |error: image::ImageError| MediaError::Drawing(error.into());
        let png = std::fs::read(grid.path()).map_err(MediaError::file("reading", grid.path()))?;
        let mut sheet =
            image::load_from_memory_with_format(&png, ImageFormat::Png).map_err(drawing)?.into_rgb8();
        label(&mut sheet, pictures, layout);
        sheet.save_with_format(attempt.path(), ImageFormat::Png).map_err(drawing)?;
        attempt.keep()
    }
}

fn label(sheet: &mut RgbImage, pictures: &[SheetPicture], layout: &SheetLayout) {
    let (scale, room) = (2, 3);
    let height = GLYPH_HEIGHT * scale + 2 * room;
    for (index, picture) in pictures.iter().enumerate() {
        let (left, top) = layout.place(index);
        let top = top + layout.height.saturating_sub(height);
        for (x, y) in (0..layout.width).flat_map(|x| (0..height).map(move |y| (x, y))) {
            if let Some(pixel) = sheet.get_pixel_mut_checked(left + x, top + y) {
                *pixel = LABEL_GROUND;
            }
        }
        draw_text(sheet, &picture.label, (left + room, top + room), scale, left + layout.width - room);
    }
}
