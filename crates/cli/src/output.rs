//! Standard output. A reader that went away (`| head`) is no fault of ours: what it does not want is dropped.

use std::{
    fmt::Arguments,
    io::{Write, stdout},
};

/// Writes one line.
pub fn line(text: Arguments<'_>) {
    let mut out = stdout().lock();
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}

/// `println!` that survives a closed standard output.
macro_rules! say {
    ($($text:tt)*) => { $crate::output::line(format_args!($($text)*)) };
}
pub(crate) use say;
