//! How well and how fast the hearing hears, beside aubio on the same music in the same run.
//!
//! `evaluate [SET…]`: a set is `synthetic` (clips with exact beats), `songs` (made songs with known beats and clusters) or
//! `minutes:N`, one long clip, or a folder of `NAME.wav` (16-bit mono at 44.1 kHz) with `NAME.beats` (per line: seconds, position in the bar from 1).
//! Without a set: the first two. Prints a line a clip and a table of the sets, in Markdown.

mod aubio;
mod measure;
mod sets;
mod table;

use anyhow::Result;
use measure::{Scores, aubio_scores, our_scores};
use table::{Line, head, print_clip, print_sets};

fn main() -> Result<()> {
    let mut wanted: Vec<String> = std::env::args().skip(1).collect();
    if wanted.is_empty() {
        wanted = ["synthetic", "songs"].map(String::from).to_vec();
    }
    let mut lines = Vec::new();
    for name in wanted {
        let set = sets::named(&name)?;
        println!("\n{} ({} clips)\n{}", set.name, set.clips.len(), head());
        let mut pairs: Vec<(Scores, Scores)> = Vec::new();
        for clip in &set.clips {
            let clip = clip.load()?;
            let (ours, aubios) = (our_scores(&clip), aubio_scores(&clip));
            print_clip(&clip.name, &ours, &aubios);
            pairs.push((ours.scores, aubios));
        }
        let mean = |of: fn(&(Scores, Scores)) -> &Scores| Scores::mean(&pairs.iter().map(of));
        lines.push(Line { set: set.name.clone(), by: "Eightcount", scores: mean(|pair| &pair.0) });
        lines.push(Line { set: set.name, by: "aubio", scores: mean(|pair| &pair.1) });
    }
    print_sets(&lines);
    if let Some(peak) = peak_memory() {
        println!("largest memory of this run: {peak}");
    }
    Ok(())
}

/// What Linux says of the process.
fn peak_memory() -> Option<String> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().to_owned())
}
