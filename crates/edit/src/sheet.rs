//! The contact sheet: one picture of each cut, in a grid.

use crate::args::Arguments;
use std::{ffi::OsString, fmt::Write, path::Path};

/// One picture: a frame of a take.
#[derive(Clone, Copy, Debug)]
pub struct SheetCell<'a> {
    /// The take's file.
    pub path: &'a Path,
    /// Which of its frames, from 0.
    pub frame: u64,
}

/// Sizes of a contact sheet, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SheetLayout {
    /// Pictures side by side.
    pub columns: u32,
    /// Width of a picture.
    pub width: u32,
    /// Height of a picture.
    pub height: u32,
    /// Room between the pictures and around them.
    pub gap: u32,
}

impl Default for SheetLayout {
    fn default() -> Self {
        Self { columns: 4, width: 320, height: 180, gap: 6 }
    }
}

impl SheetLayout {
    /// Rows of a sheet of `cells` pictures.
    pub fn rows(&self, cells: usize) -> u32 {
        (cells as u32).div_ceil(self.columns)
    }

    /// Left and upper edge of a picture on the sheet.
    pub fn place(&self, cell: usize) -> (u32, u32) {
        let (column, row) = (cell as u32 % self.columns, cell as u32 / self.columns);
        (self.gap + column * (self.width + self.gap), self.gap + row * (self.height + self.gap))
    }
}

/// The arguments that lay frames of takes out on one PNG, each whole and in its own shape.
pub fn sheet_args(cells: &[SheetCell<'_>], layout: &SheetLayout, output: &Path) -> Vec<OsString> {
    let mut arguments = Arguments::new();
    let mut graph = String::new();
    for (index, cell) in cells.iter().enumerate() {
        arguments =
            arguments.pair("-protocol_whitelist", "file").pair("-f", "mov").pair("-i", cell.path.as_os_str());
        let _ = write!(
            graph,
            "[{index}:v]trim=start_frame={0}:end_frame={1},setpts=0,scale={2}:{3}:force_original_aspect_ratio=decrease,\
             pad={2}:{3}:-1:-1,setsar=1[c{index}];",
            cell.frame,
            cell.frame + 1,
            layout.width,
            layout.height,
        );
    }
    for index in 0..cells.len() {
        let _ = write!(graph, "[c{index}]");
    }
    let _ = write!(
        graph,
        "concat=n={}:v=1:a=0,tile={}x{}:margin={gap}:padding={gap}[v]",
        cells.len(),
        layout.columns,
        layout.rows(cells.len()),
        gap = layout.gap,
    );
    arguments
        .pair("-filter_complex", graph)
        .pair("-map", "[v]")
        .pair("-frames:v", "1")
        .pair("-c:v", "png")
        .pair("-fflags", "+bitexact")
        .pair("-f", "image2")
        .path(output)
        .done()
}
