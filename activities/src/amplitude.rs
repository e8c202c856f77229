//! Amplitude: how loud each beat of the section is.

use crate::desk::{Desk, compute, is_there};
use crate::failure::Failure;
use eightcount_audio::amplitude;
use eightcount_domain::{Amplitude, BlobHash, Eight, Millis, Section};
use eightcount_storage::EightKey;
use eightcount_workflows::contract::{Heard, HeardSection, SectionInput};

/// Measures the section, or finds that it was measured, and shares it.
pub(crate) async fn measure(desk: &Desk, input: SectionInput) -> Result<HeardSection, Failure> {
    let amplitudes = measured(desk, &input).await?;
    for (eight, amplitude) in input.eights.iter().zip(&amplitudes) {
        desk.storage.shared.set_ampl(&shared_key(&input, eight), amplitude).await;
    }
    Ok(HeardSection { eights: amplitudes.iter().map(brief).collect() })
}

/// Names an eight of a section in the shared view.
pub(crate) fn shared_key(input: &SectionInput, eight: &Eight) -> EightKey {
    let (from, to) = (input.eights.first(), input.eights.last());
    let section = Section {
        start_ms: millis(from.map_or(0.0, Eight::start)),
        end_ms: millis(to.map_or(0.0, Eight::end)),
    };
    EightKey { song: input.song.clone(), hearing: input.hearing.clone(), section, eight: eight.index }
}

/// Names the analysis of a section in the records: the hearing names the grid, the bounds the eights.
pub(crate) fn record_key(kind: &str, input: &SectionInput) -> String {
    let bound = |time: Option<f64>| (time.unwrap_or(0.0) * 1e6).round() as i64;
    let from = bound(input.eights.first().map(Eight::start));
    let to = bound(input.eights.last().map(Eight::end));
    format!("{kind}:{}:{from}-{to}", input.hearing)
}

async fn measured(desk: &Desk, input: &SectionInput) -> Result<Vec<Amplitude>, Failure> {
    let key = record_key("amplitude", input);
    if let Some(blob) = desk.storage.audio.section_analysis(&key).await?
        && is_there(&desk.storage, &blob).await?
    {
        return desk.read_json(&blob).await;
    }
    let pcm = desk.pcm(&BlobHash(input.song.0.clone())).await?;
    let eights = input.eights.clone();
    let amplitudes = compute(move || amplitude(&pcm, &eights)).await?;
    let blob = desk.write_json(&amplitudes).await?;
    desk.storage.audio.put_section_analysis(&key, &blob).await?;
    Ok(amplitudes)
}

fn brief(amplitude: &Amplitude) -> Heard {
    Heard { rms_dbfs: amplitude.rms_dbfs.map(|db| (db * 100.0).round() / 100.0), level: amplitude.level }
}

fn millis(seconds: f64) -> Millis {
    Millis((seconds.max(0.0) * 1000.0).round() as u64)
}
