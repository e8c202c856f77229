//! OpenTimelineIO, the JSON serialization of its schemas (opentimelineio.readthedocs.io, "Serialized Data").

use super::{Cut, EditList};
use crate::Style;
use eightcount_domain::Eight;
use serde_json::{Value, json};

/// A timeline with one track of pictures and one of sound. An eight is a clip that says which frames of its source it
/// shows and how fast; transitions, markers on each eight and beat, and as metadata what OpenTimelineIO has no schema
/// for: mirroring, fit and alignment.
pub fn otio(list: &EditList<'_>) -> String {
    let rate = f64::from(list.fps.get());
    let cuts = list.cuts();
    let mut pictures = Vec::new();
    let mut at = 0;
    for cut in &cuts {
        if cut.record_in > at {
            pictures.push(gap(cut.record_in - at, rate));
        }
        if let Some(style) = cut.entered.filter(|style| !matches!(style, Style::Cut) && cut.half > 0) {
            pictures.push(transition(style, cut.half, rate));
        }
        pictures.push(clip(list, cut, rate));
        at = cut.record_out;
    }
    let frames = list.frames();
    if frames > at {
        pictures.push(gap(frames - at, rate));
    }
    let start = list.eights.first().map_or(0.0, Eight::start);
    let song = json!({
        "OTIO_SCHEMA": "Clip.2",
        "name": list.song,
        "source_range": range(start * rate, frames as f64, rate),
        "media_references": { "DEFAULT_MEDIA": {
            "OTIO_SCHEMA": "MissingReference.1", "name": list.song, "metadata": {}
        } },
        "active_media_reference_key": "DEFAULT_MEDIA",
        "effects": [], "markers": [], "metadata": {}, "enabled": true,
    });
    let timeline = json!({
        "OTIO_SCHEMA": "Timeline.1",
        "name": list.title,
        "global_start_time": null,
        "metadata": {},
        "tracks": {
            "OTIO_SCHEMA": "Stack.1",
            "name": "tracks",
            "children": [track("Video", &pictures), track("Audio", &[song])],
            "source_range": null, "effects": [], "markers": [], "metadata": {},
        },
    });
    format!("{timeline:#}")
}

fn clip(list: &EditList<'_>, cut: &Cut<'_>, rate: f64) -> Value {
    let source = f64::from(cut.source_fps.get());
    // Where the source stands while the product's frame is on screen, so markers move with the clip.
    let marker = |frame: u64, name: String, color: &str| {
        let at = cut.source_in as f64 / source * rate + (frame - cut.record_in) as f64;
        json!({
            "OTIO_SCHEMA": "Marker.2", "name": name, "color": color, "metadata": {}, "comment": "",
            "marked_range": range(at, 0.0, rate),
        })
    };
    let mut markers = vec![marker(cut.record_in, format!("Eight {}", cut.eight + 1), "RED")];
    for (beat, frame) in (1..).zip(list.beats(cut.eight)) {
        if (cut.record_in..cut.record_out).contains(&frame) {
            markers.push(marker(frame, format!("{beat}"), "CYAN"));
        }
    }
    json!({
        "OTIO_SCHEMA": "Clip.2",
        "name": cut.performance,
        "source_range": {
            "OTIO_SCHEMA": "TimeRange.1",
            "start_time": time(cut.source_in as f64 / source * rate, rate),
            "duration": time((cut.record_out - cut.record_in) as f64, rate),
        },
        "media_references": { "DEFAULT_MEDIA": {
            "OTIO_SCHEMA": "ExternalReference.1",
            "name": cut.file_name(),
            "target_url": cut.file_url(),
            "available_range": null,
            "metadata": { "eightcount": { "mezzanine": cut.mezzanine.as_str() } },
        } },
        "active_media_reference_key": "DEFAULT_MEDIA",
        "effects": [{
            "OTIO_SCHEMA": "LinearTimeWarp.1", "name": "", "effect_name": "LinearTimeWarp",
            "time_scalar": cut.speed(), "metadata": {},
        }],
        "markers": markers,
        "enabled": true,
        "metadata": { "eightcount": {
            "step": cut.step, "source_out": cut.source_out, "source_fps": cut.source_fps,
            "mirrored": cut.mirrored, "fit": cut.fit, "alignment": cut.alignment, "entered": cut.entered,
        } },
    })
}

fn transition(style: Style, half: u64, rate: f64) -> Value {
    let kind = if style == Style::Dissolve { "SMPTE_Dissolve" } else { "Custom_Transition" };
    json!({
        "OTIO_SCHEMA": "Transition.1",
        "name": format!("{style:?}"),
        "transition_type": kind,
        "in_offset": time(half as f64, rate),
        "out_offset": time(half as f64, rate),
        "metadata": { "eightcount": { "style": style } },
    })
}

fn gap(frames: u64, rate: f64) -> Value {
    json!({
        "OTIO_SCHEMA": "Gap.1", "name": "", "source_range": range(0.0, frames as f64, rate),
        "effects": [], "markers": [], "metadata": {}, "enabled": true,
    })
}

fn track(kind: &str, children: &[Value]) -> Value {
    json!({
        "OTIO_SCHEMA": "Track.1", "name": kind, "kind": kind, "children": children,
        "source_range": null, "effects": [], "markers": [], "metadata": {}, "enabled": true,
    })
}

fn time(value: f64, rate: f64) -> Value {
    json!({ "OTIO_SCHEMA": "RationalTime.1", "value": value, "rate": rate })
}

fn range(start: f64, duration: f64, rate: f64) -> Value {
    json!({
        "OTIO_SCHEMA": "TimeRange.1", "start_time": time(start, rate), "duration": time(duration, rate),
    })
}
