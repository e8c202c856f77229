//! Amplitude: how loud each beat of the section is.

use crate::desk::{Desk, compute, is_there};
use crate::failure::Failure;
use eightcount_audio::amplitude;
use eightcount_domain::{Amplitude, BlobHash, FailureCode, Section};
use eightcount_storage::SectionKey;
use eightcount_workflows::contract::{Heard, HeardSection, SectionInput};

/// Measures the section, or finds that it was measured, and shares it.
pub(crate) async fn measure(desk: &Desk, input: SectionInput) -> Result<HeardSection, Failure> {
    let key = section_key(&input)?;
    let amplitudes = measured(desk, &key, &input).await?;
    for (eight, amplitude) in input.eights.iter().zip(&amplitudes) {
        desk.storage.shared.set_ampl(&key.eight(eight.index), amplitude).await;
    }
    Ok(HeardSection { eights: amplitudes.iter().map(brief).collect() })
}

/// Names the section in the shared view and in the records.
pub(crate) fn section_key(input: &SectionInput) -> Result<SectionKey, Failure> {
    let section = Section::covering(&input.eights).ok_or(Failure::refused(FailureCode::SectionTooShort))?;
    Ok(SectionKey { song: input.song.clone(), hearing: input.hearing.clone(), section })
}

async fn measured(desk: &Desk, key: &SectionKey, input: &SectionInput) -> Result<Vec<Amplitude>, Failure> {
    let name = key.analysis("amplitude");
    if let Some(blob) = desk.storage.audio.section_analysis(&name).await?
        && is_there(&desk.storage, &blob).await?
    {
        return desk.read_json(&blob).await;
    }
    let sound = desk.sound(&BlobHash(input.song.0.clone())).await?;
    let eights = input.eights.clone();
    let amplitudes = compute(move || amplitude(&sound.pcm, &eights)).await?;
    let blob = desk.write_json(&amplitudes).await?;
    desk.storage.audio.put_section_analysis(&name, &blob).await?;
    Ok(amplitudes)
}

fn brief(amplitude: &Amplitude) -> Heard {
    Heard { rms_dbfs: amplitude.rms_dbfs.map(|db| (db * 100.0).round() / 100.0), level: amplitude.level }
}
