//! The filter graph of a take.

use crate::fit::Size;
use crate::plan::{Between, Source, TakePlan};
use crate::{Fit, extra, plan::Run, transition};
use eightcount_domain::FrameRate;
use std::fmt::Write;

/// Scaling that gives the same bytes on every processor.
const EXACT: &str = "flags=bicubic+accurate_rnd+bitexact";
/// How both sides of a transition are handed to it. It counts in a unit that is fine enough for half frames of every rate.
/// The format is said here because the filter of dissolves knows only colour in full detail: unasked, every picture of the
/// take would be converted to that and back.
const COMMON: &str = "setsar=1,settb=1/15360,format=yuv420p";

/// The whole graph: input 0 is the step, input 1 the previous step if it is seen; the output is `[v]`.
pub(crate) fn graph(plan: &TakePlan) -> String {
    let canvas = Size { width: plan.width, height: plan.height };
    let mut graph = format!("[0:v]{}", frames(&plan.step, plan.fps, plan.frames));
    graph.push_str(&picture(&plan.step, canvas, "s"));
    if let Some(alignment) = &plan.alignment {
        let _ = write!(graph, ",{}", alignment.filters(canvas));
    }
    if let Some(entry) = &plan.entry {
        let frames_out = entry.source.frames();
        let _ = write!(
            graph,
            ",{COMMON}[in];[1:v]{}{},{COMMON}[out];{}",
            frames(&entry.source, plan.fps, frames_out),
            picture(&entry.source, canvas, "p"),
            transition::filters(entry.style, frames_out, plan.fps, canvas),
        );
    }
    graph.push_str(",setsar=1,format=yuv420p");
    if let Some(finish) = &plan.finish {
        graph.push_str(&extra::filters(finish, canvas));
    }
    graph.push_str("[v]");
    graph
}

/// Picks exactly the frames of the runs: every decoded frame is given the output frame at which it first
/// appears; the `fps` filter keeps the last of those that share one, and repeats over gaps.
fn frames(source: &Source, fps: FrameRate, count: u64) -> String {
    let fps = fps.get();
    format!(
        "{}setpts='(N+{})/({fps}*TB)',fps={fps},tpad=stop=-1:stop_mode=clone,trim=end_frame={count}",
        in_betweens(source),
        tree(&delays(&source.runs, source.parts())),
    )
}

/// Doubles the frames, the decoded ones at the even places.
fn in_betweens(source: &Source) -> String {
    let Some(between) = source.between else { return String::new() };
    let (fps, doubled) = (source.fps.get(), 2 * source.fps.get());
    let filter = match between {
        Between::Blended => format!("framerate=fps={doubled}:interp_start=0:interp_end=255:scene=100"),
        Between::Motion => format!("minterpolate=fps={doubled}:mi_mode=mci:scd=none"),
    };
    format!("setpts=N/({fps}*TB),{filter},")
}

/// From which decoded frame on (counted from the first run's first whole frame) the output is by how many frames
/// later (or, negative, earlier) than the source.
fn delays(runs: &[Run], parts: u32) -> Vec<(u64, i64)> {
    let origin = runs.first().map_or(0, |run| run.first - run.first % u64::from(parts));
    let mut delays: Vec<(u64, i64)> = Vec::new();
    let mut output = 0_u64;
    let mut decoded = 0_u64;
    for run in runs {
        let start = run.first - origin;
        // Frames left out share the place of the next one shown, which replaces them.
        for skipped in decoded..start {
            delays.push((skipped, output.cast_signed() - skipped.cast_signed()));
        }
        // A frame that is held was given its place by its first appearance.
        let held = decoded.saturating_sub(start);
        if u64::from(run.frames) > held {
            delays.push((start + held, (output + held).cast_signed() - (start + held).cast_signed()));
        }
        output += u64::from(run.frames);
        decoded = decoded.max(start + u64::from(run.frames));
    }
    // What is decoded beyond the last frame has its place beyond the end: a frame held there stays.
    delays.push((decoded, output.cast_signed() - decoded.cast_signed()));
    delays.dedup_by_key(|(_, delay)| *delay);
    delays
}

/// The delay at frame `N` as a balanced tree of comparisons.
fn tree(delays: &[(u64, i64)]) -> String {
    match delays {
        [] => "0".to_owned(),
        [(_, delay)] => format!("({delay})"),
        _ => {
            let (low, high) = delays.split_at(delays.len() / 2);
            format!("if(lt(N,{}),{},{})", high[0].0, tree(low), tree(high))
        }
    }
}

/// Mirrors and fits a source's picture to the canvas. `label` keeps the links of two sources apart.
fn picture(source: &Source, canvas: Size, label: &str) -> String {
    let Size { width: w, height: h } = canvas;
    let mut out = String::new();
    if source.mirrored {
        out.push_str(",hflip");
    }
    match source.fit {
        Fit::Crop { x, y, width, height } => {
            let x = if source.mirrored { format!("iw-{width}-{x}") } else { x.to_string() };
            let _ = write!(out, ",crop={width}:{height}:{x}:{y}");
            if (width, height) != (w, h) {
                let _ = write!(out, ",scale={w}:{h}:{EXACT}");
            }
        }
        Fit::Blur { width, height } => {
            // Blurred at a sixteenth of the size, where it costs nothing, and darkened to keep the eye inside.
            let (small_w, small_h) = (w.div_ceil(32) * 2, h.div_ceil(32) * 2);
            let _ = write!(
                out,
                ",split[{label}a][{label}b];\
                 [{label}a]scale={small_w}:{small_h}:force_original_aspect_ratio=increase:{EXACT},\
                 crop={small_w}:{small_h},gblur=sigma=2,lutyuv=y='16+(val-16)*0.6',\
                 scale={w}:{h}:{EXACT}[{label}c];\
                 [{label}b]scale={width}:{height}:{EXACT}[{label}d];[{label}c][{label}d]overlay=(W-w)/2:(H-h)/2",
            );
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What the `setpts` and `fps` filters do with the delays.
    fn played(runs: &[Run], count: u64) -> Vec<u64> {
        let origin = runs[0].first;
        // More is decoded than is wanted.
        let end = runs.iter().map(|r| r.first + u64::from(r.frames)).max().unwrap_or(0) - origin + 5;
        let table = delays(runs, 1);
        let place = |n: u64| {
            let (_, delay) = table.iter().rev().find(|(from, _)| *from <= n).copied().unwrap_or_default();
            n.saturating_add_signed(delay)
        };
        (0..count).map(|k| origin + (0..end).rev().find(|n| place(*n) <= k).unwrap_or(0)).collect()
    }

    #[test]
    fn skips_and_holds_become_delays() {
        let runs =
            [Run { first: 10, frames: 4 }, Run { first: 15, frames: 3 }, Run { first: 17, frames: 13 }];
        assert_eq!(delays(&runs, 1), [(0, 0), (5, -1), (8, 0)]);
        let held = [Run { first: 10, frames: 4 }, Run { first: 13, frames: 1 }];
        assert_eq!(delays(&held, 1), [(0, 0), (4, 1)]);
        // Decoding starts at the whole frame before.
        assert_eq!(delays(&[Run { first: 11, frames: 4 }], 2), [(0, 0), (1, -1)]);
        assert_eq!(tree(&delays(&runs, 1)), "if(lt(N,5),(0),if(lt(N,8),(-1),(0)))");
    }

    proptest! {
        #[test]
        fn the_filters_play_the_runs(steps in prop::collection::vec(0_u64..4, 1..200), first in 0_u64..50) {
            let mut shown = vec![first];
            for step in steps {
                shown.push(shown[shown.len() - 1] + step);
            }
            let mut runs: Vec<Run> = Vec::new();
            for frame in &shown {
                match runs.last_mut() {
                    Some(run) if run.first + u64::from(run.frames) == *frame => run.frames += 1,
                    _ => runs.push(Run { first: *frame, frames: 1 }),
                }
            }
            prop_assert_eq!(played(&runs, shown.len() as u64), shown);
        }
    }
}
