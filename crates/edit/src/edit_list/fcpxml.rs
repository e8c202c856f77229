//! FCPXML 1.10 (developer.apple.com, "FCPXML Reference"): times are exact fractions of a second.

use super::{Cut, EditList};
use crate::Style;
use std::fmt::Write;

/// The document: one asset for each mezzanine, and a project whose spine holds a clip for each eight, with its speed as
/// a `timeMap`, its window and alignment as an `adjust-transform`, transitions between them and markers on eights and beats.
pub fn fcpxml(list: &EditList<'_>) -> String {
    let rate = list.fps.get();
    let cuts = list.cuts();
    let (width, height) = cuts.first().map_or((1280, 720), |cut| cut.canvas);
    let mut sources: Vec<&Cut<'_>> = Vec::new();
    for cut in &cuts {
        if !sources.iter().any(|known| known.mezzanine == cut.mezzanine) {
            sources.push(cut);
        }
    }
    let asset = |cut: &Cut<'_>| {
        sources.iter().position(|known| known.mezzanine == cut.mezzanine).map_or(0, |at| at + 3)
    };
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE fcpxml>\n<fcpxml version=\"1.10\">\n  <resources>\n",
    );
    let _ = writeln!(
        out,
        "    <format id=\"r1\" frameDuration=\"1/{rate}s\" width=\"{width}\" height=\"{height}\"/>"
    );
    out.push_str("    <effect id=\"r2\" name=\"Cross Dissolve\" uid=\"FxPlug:4731E73A-8DAC-4113-9A30-AE85B1761265\"/>\n");
    for cut in &sources {
        let until =
            cuts.iter().filter(|other| other.mezzanine == cut.mezzanine).map(|other| other.source_out);
        let frames = until.max().unwrap_or(0);
        let source = cut.source_fps.get();
        let _ = writeln!(
            out,
            "    <asset id=\"r{}\" name=\"{}\" start=\"0s\" duration=\"{}\" hasVideo=\"1\" format=\"r1\" uid=\"{}\">\n      \
             <media-rep kind=\"original-media\" src=\"{}\"/>\n    </asset>",
            asset(cut),
            text(cut.performance),
            time(frames, source),
            cut.mezzanine,
            text(&cut.file_url()),
        );
    }
    let _ = writeln!(
        out,
        "  </resources>\n  <library>\n    <event name=\"Eightcount\">\n      <project name=\"{}\">\n        \
         <sequence format=\"r1\" duration=\"{}\" tcStart=\"0s\" tcFormat=\"NDF\">\n          <spine>",
        text(list.title),
        time(list.frames(), rate),
    );
    let mut at = 0;
    for cut in &cuts {
        if cut.record_in > at {
            let (offset, length) = (time(at, rate), time(cut.record_in - at, rate));
            let _ = writeln!(
                out,
                "            <gap name=\"Gap\" offset=\"{offset}\" start=\"0s\" duration=\"{length}\"/>"
            );
        }
        transition(&mut out, cut, rate);
        clip(&mut out, list, cut, asset(cut));
        at = cut.record_out;
    }
    out.push_str(
        "          </spine>\n        </sequence>\n      </project>\n    </event>\n  </library>\n</fcpxml>\n",
    );
    out
}

fn transition(out: &mut String, cut: &Cut<'_>, rate: u32) {
    let Some(style) = cut.entered.filter(|style| *style != Style::Cut && cut.half > 0) else { return };
    let (offset, length) = (time(cut.record_in - cut.half, rate), time(2 * cut.half, rate));
    // Whips and flashes are effects of each editor's own: named, to be replaced; a dissolve stands for them.
    let name = if style == Style::Dissolve { "Cross Dissolve".to_owned() } else { format!("{style:?}") };
    let _ = writeln!(
        out,
        "            <transition name=\"{name}\" offset=\"{offset}\" duration=\"{length}\">\n              \
         <filter-video ref=\"r2\" name=\"Cross Dissolve\"/>\n            </transition>"
    );
}

fn clip(out: &mut String, list: &EditList<'_>, cut: &Cut<'_>, asset: usize) {
    let rate = list.fps.get();
    let source = cut.source_fps.get();
    let (frames, half) = (cut.record_out - cut.record_in, cut.half);
    // The map starts half a transition before the beat, where the take does, so that there is something to dissolve
    // from; the clip starts at the beat.
    let lead = if cut.entered.is_some() { half } else { 0 };
    let before = if lead == 0 {
        String::new()
    } else {
        let first = time(cut.take_in, source);
        format!("<timept time=\"0s\" value=\"{first}\" interp=\"linear\"/>\n                ")
    };
    let _ = writeln!(
        out,
        "            <asset-clip ref=\"r{asset}\" name=\"{}\" offset=\"{}\" start=\"{}\" duration=\"{}\" format=\"r1\" \
         tcFormat=\"NDF\">\n              <note>{}, eight {}, {:.1} % of its own speed{}</note>\n              \
         <timeMap frameSampling=\"floor\">\n                \
         {}<timept time=\"{}\" value=\"{}\" interp=\"linear\"/>\n                \
         <timept time=\"{}\" value=\"{}\" interp=\"linear\"/>\n              </timeMap>",
        text(cut.performance),
        time(cut.record_in, rate),
        time(lead, rate),
        time(frames, rate),
        text(cut.step),
        cut.eight + 1,
        cut.speed() * 100.0,
        if cut.mirrored { ", mirrored" } else { "" },
        before,
        time(lead, rate),
        time(cut.source_in, source),
        time(lead + frames, rate),
        time(cut.source_out, source),
    );
    if cut.mirrored || cut.alignment.is_some() || cut.window().is_some() {
        let _ = writeln!(out, "              <adjust-transform {}/>", transform(cut));
    }
    for (beat, frame) in (1..).zip(list.beats(cut.eight)) {
        if !(cut.record_in..cut.record_out).contains(&frame) {
            continue;
        }
        let value = if beat == 1 { format!("Eight {}", cut.eight + 1) } else { format!("Beat {beat}") };
        let at = time(lead + frame - cut.record_in, rate);
        let _ =
            writeln!(out, "              <marker start=\"{at}\" duration=\"1/{rate}s\" value=\"{value}\"/>");
    }
    out.push_str("            </asset-clip>\n");
}

/// Scale and place at the cut, of a picture that the editor has fitted whole into the frame. Positions are in percent of
/// the picture's height, from its centre, upwards.
fn transform(cut: &Cut<'_>) -> String {
    let side = if cut.mirrored { -1.0 } else { 1.0 };
    let (width, height) = (f64::from(cut.canvas.0), f64::from(cut.canvas.1));
    // The window of the source that fills the frame: how much larger than fitted, and where the source's centre is then.
    let (closer, centre) = cut.window().map_or((1.0, (0.0, 0.0)), |window| {
        let [left, top, shown, down] = window.map(f64::from);
        let whole = (f64::from(cut.source_size.0), f64::from(cut.source_size.1));
        let (scale, fitted) = (width / shown, (width / whole.0).min(height / whole.1));
        let beside = (whole.0 / 2.0 - left - shown / 2.0, whole.1 / 2.0 - top - down / 2.0);
        (scale / fitted, (side * beside.0 * scale, beside.1 * scale))
    });
    let (scale, shift, turn) = cut.alignment.map_or((1.0, (0, 0), 0), |alignment| {
        let shift = (alignment.shift_x_thousandths, alignment.shift_y_thousandths);
        (f64::from(alignment.scale_millionths) / 1.0e6, shift, alignment.turn_millidegrees)
    });
    // A point p is shown at scale · p + shift: the centre moves by (scale - 1) · half a side + shift.
    let moved = |side: f64, shift: i32| (scale - 1.0) * side / 2.0 + f64::from(shift) / 1.0e3;
    let x = (scale * centre.0 + moved(width, shift.0)) / height * 100.0;
    let y = -(scale * centre.1 + moved(height, shift.1)) / height * 100.0;
    // Degrees counter-clockwise, as the format wants them.
    let turn =
        if turn == 0 { String::new() } else { format!(" rotation=\"{:.3}\"", f64::from(-turn) / 1.0e3) };
    let scale = scale * closer;
    // Adding zero takes the sign from a zero.
    format!("position=\"{:.4} {:.4}\" scale=\"{:.6} {scale:.6}\"{turn}", x + 0.0, y + 0.0, side * scale)
}

/// A number of frames as a fraction of seconds.
fn time(frames: u64, rate: u32) -> String {
    if frames == 0 { "0s".to_owned() } else { format!("{frames}/{rate}s") }
}

/// Text as it may stand in an attribute or element (XML 1.0, 2.4).
fn text(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    for c in raw.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
