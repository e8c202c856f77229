//! What a cross-edit is made of, as a table for people.

use crate::{
    client::wire::{Report, ReportCut, ReportEight},
    section::clock,
};
use eightcount_domain::{Millis, ScoreTerm, Seconds};
use std::fmt::Write;

/// The table: eight, time, step, score and reasons, one eight a line; below it the reasons, the terms with their weights,
/// and what the filters left out. Then the cuts, one a line.
pub fn table(report: &Report) -> String {
    let mut text = String::new();
    let (start, end) = (at(report.section.start_ms), at(report.section.end_ms));
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{}, {start} to {end}, {} eights\n", report.song_title, report.eights.len());
    let _ = writeln!(text, "{:>5}  {:>8}  {:7}  {:>5}  step", "eight", "time", "cluster", "score");
    for eight in &report.eights {
        let score = eight.score.map_or_else(|| "-".to_owned(), |score| format!("{score:.2}"));
        let cluster = eight.cluster.as_deref().unwrap_or("-");
        let start = at(eight.section.start_ms);
        let _ =
            writeln!(text, "{:>5}  {start:>8}  {cluster:7}  {score:>5}  {}", eight.eight + 1, step(eight));
        for reason in &eight.reasons {
            let _ = writeln!(text, "{:33}{reason}", "");
        }
        if !eight.terms.is_empty() {
            let terms: Vec<_> = eight.terms.iter().map(term).collect();
            let _ = writeln!(text, "{:33}{}", "", terms.join(", "));
        }
        if let Some(filtered) = &eight.filtered_text {
            let _ = writeln!(text, "{:33}{filtered}", "");
        }
    }
    if !report.cuts.is_empty() {
        let head =
            "  cut        at  from beat  how        zoom  jump (unaligned) of the centre, of the height";
        let _ = writeln!(text, "\n{head}");
        let _ = writeln!(text, "{:43}  the same as found in rendered pictures", "");
    }
    for one in &report.cuts {
        let _ = writeln!(text, "{}", cut(one));
    }
    if let Some(plan) = report.plan {
        let _ = writeln!(
            text,
            "\n{} eights planned at once: total score {:.2}, {:.2} with the best candidate each time",
            plan.eights, plan.total, plan.greedy_total,
        );
    }
    text
}

fn cut(of: &ReportCut) -> String {
    let seen = of.seen.as_ref().map_or_else(String::new, |seen| {
        format!(
            "\n{:43}  {}, {} by {}",
            "",
            jump(seen.jump_centre, seen.unaligned_jump_centre),
            jump(seen.jump_height, seen.unaligned_jump_height),
            seen.by,
        )
    });
    format!(
        "{:>5}  {:>8}  {:>+6.1} ms  {:9}  {:>4.2}  {}, {}{}{}{seen}",
        of.eight + 1,
        clock(of.at_s),
        of.beat_offset_ms,
        of.transition,
        of.zoom,
        jump(of.jump_centre, of.unaligned_jump_centre),
        jump(of.jump_height, of.unaligned_jump_height),
        if of.mirrored { ", mirrored" } else { "" },
        if of.covered { "" } else { ", AN EDGE SHOWS" },
    )
}

/// A jump, and in brackets what it would be without alignment.
fn jump(now: Option<f64>, without: Option<f64>) -> String {
    let percent = |part: Option<f64>| part.map_or_else(|| "-".to_owned(), |p| format!("{:.1} %", 100.0 * p));
    format!("{:>6} {:>9}", percent(now), format!("({})", percent(without)))
}

/// Value and weight.
fn term(of: &ScoreTerm) -> String {
    format!("{} {:.2} × {:.2}", format!("{:?}", of.term).to_lowercase(), of.value, of.weight)
}

fn step(eight: &ReportEight) -> String {
    let index = eight.step.rsplit_once('.').map_or(eight.step.as_str(), |(_, index)| index);
    let mirrored = if eight.mirrored { ", mirrored" } else { "" };
    format!("{}, step {index}{mirrored}", eight.performance_title)
}

fn at(time: Millis) -> String {
    clock(Seconds::from(time).get())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    #[test]
    fn a_report_reads_well() {
        let report: Report = serde_json::from_value(json!({
            "choreography": "0198c0de-7e57-7abc-8def-0123456789ab",
            "status": "complete",
            "song": "0".repeat(64),
            "song_title": "Escape",
            "section": { "start_ms": 30_000, "end_ms": 44_220 },
            "plan": { "eights": 12, "total": 9.5, "greedy_total": 9.0 },
            "eights": [{
                "eight": 0,
                "section": { "start_ms": 30_000, "end_ms": 33_555 },
                "cluster": "A",
                "step": format!("{}.3", "f".repeat(64)),
                "mirrored": true,
                "performance_title": "Bear",
                "performance_credit": "",
                "score": 0.5,
                "terms": [{ "term": "tempo", "value": 1.0, "weight": 1.0 }],
                "reasons": ["It fits."],
                "filtered_text": "41 steps: 3 hidden; 38 left",
            }],
            "cuts": [{
                "eight": 1,
                "frame": 107,
                "at_s": 107.0 / 30.0,
                "beat_offset_ms": -11.24,
                "transition": "dissolve",
                "mirrored": true,
                "zoom": 1.08,
                "turn_degrees": 0.0,
                "ease_ms": 3333.3,
                "jump_centre": 0.012,
                "jump_height": 0.0,
                "unaligned_jump_centre": 0.093,
                "unaligned_jump_height": null,
                "covered": true,
                "seen": {
                    "by": "shape",
                    "jump_centre": 0.02,
                    "jump_height": 0.01,
                    "unaligned_jump_centre": 0.1,
                    "unaligned_jump_height": 0.03,
                },
            }],
        }))
        .unwrap();
        let table = table(&report);
        assert!(table.contains("Escape, 0:30.00 to 0:44.22, 1 eights"), "{table}");
        assert!(table.contains("    1   0:30.00  A         0.50  Bear, step 3, mirrored"), "{table}");
        assert!(table.contains("12 eights planned at once: total score 9.50, 9.00"), "{table}");
        assert!(table.contains("It fits.") && table.contains("tempo 1.00 × 1.00"), "{table}");
        let cut =
            "    2   0:03.57   -11.2 ms  dissolve   1.08   1.2 %   (9.3 %),  0.0 %       (-), mirrored\n";
        assert!(table.contains(cut), "{table}");
        let seen = format!("\n{:45} 2.0 %  (10.0 %),  1.0 %   (3.0 %) by shape\n", "");
        assert!(table.contains(&seen), "{table}");
        assert!(table.contains("41 steps: 3 hidden; 38 left"), "{table}");
    }
}
