//! The table.

use crate::measure::{Ours, Scores};

/// Columns of one tracker, two of them only where clusters and eights are known.
const COLUMNS: [(&str, &str); 15] = [
    ("F", "F-measure of beats within 70 ms"),
    ("F5", "the same without the first 5 s"),
    ("CMLc", "longest correct run"),
    ("CMLt", "all correct runs"),
    ("AMLc", "longest run, half, double or off-beat allowed"),
    ("AMLt", "all runs, half, double or off-beat allowed"),
    ("dF", "F-measure of downbeats"),
    ("Acc1", "tempo within 4 %"),
    ("Acc2", "or its double, triple, half, third"),
    ("off", "median offset of beats, ms (means: of its absolute)"),
    ("one", "share of eights that start on a one"),
    ("pF", "clusters: pairwise F on the true eights"),
    ("V", "clusters: V-measure on the true eights"),
    ("hF", "clusters: pairwise F on the heard eights"),
    ("xRT", "times real time on one core: PCM to clusters; aubio: beats"),
];

/// A set's means by one tracker.
pub struct Line {
    pub set: String,
    pub by: &'static str,
    pub scores: Scores,
}

/// The heads of the columns of a clip.
pub fn head() -> String {
    let ours = COLUMNS.map(|(name, _)| format!("{name:>5}")).concat();
    format!(
        "{:<34}{ours}  |{}",
        "",
        ["F", "CMLt", "AMLt", "Acc1", "Acc2", "off", "xRT"].map(|n| format!("{n:>5}")).concat()
    )
}

/// A line a clip: ours, then aubio's.
pub fn print_clip(name: &str, ours: &Ours, aubios: &Scores) {
    let name: String = name.chars().take(33).collect();
    let all = cells(aubios);
    let picked = [0, 3, 5, 7, 8, 9, 14].map(|i| &all[i]).map(|cell| format!("{cell:>5}")).concat();
    let own = cells(&ours.scores).map(|cell| format!("{cell:>5}")).concat();
    let said = match &ours.heard {
        Ok(sure) => format!("sure {:.2} {:.2} {:.2}", sure.tempo_octave, sure.beat_phase, sure.bar_phase),
        Err(error) => error.to_string(),
    };
    println!("{name:<34}{own}  |{picked}  {said}");
}

/// The table of the sets, in Markdown, and what its columns mean.
pub fn print_sets(lines: &[Line]) {
    println!("\n| set | by | {} |", COLUMNS.map(|(name, _)| name).join(" | "));
    println!("|---|---|{}", "---|".repeat(COLUMNS.len()));
    for Line { set, by, scores } in lines {
        println!("| {set} | {by} | {} |", cells(scores).map(|cell| cell.trim().to_owned()).join(" | "));
    }
    println!();
    for (name, meaning) in COLUMNS {
        println!("{name:>5}  {meaning}");
    }
}

fn cells(scores: &Scores) -> [String; 15] {
    let share =
        |value: f64| if value > 0.9995 { "1".to_owned() } else { format!("{value:.3}")[1..].to_owned() };
    let maybe = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), share);
    let [f, f5, cml_c, cml_t, aml_c, aml_t] = scores.beats.map(share);
    let [acc1, acc2] = scores.tempo.map(share);
    let offset = scores.offset_ms.map_or_else(|| "-".to_owned(), |ms| format!("{ms:.1}"));
    let cluster = |i: usize| maybe(scores.clusters.map(|c| c[i]));
    let (down, one) = (maybe(scores.downbeats), maybe(scores.ones));
    let speed = format!("{:.0}", scores.speed);
    [
        f,
        f5,
        cml_c,
        cml_t,
        aml_c,
        aml_t,
        down,
        acc1,
        acc2,
        offset,
        one,
        cluster(0),
        cluster(1),
        cluster(2),
        speed,
    ]
}
