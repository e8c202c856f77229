//! Prints how well the hearing does: synthetic clips, synthetic songs, and folders of recordings with their beats.
//!
//! `evaluate [FOLDER…]`: a folder holds `NAME.wav` (16-bit mono at 44.1 kHz) and `NAME.beats` (per line: seconds,
//! position in the bar from 1).

use anyhow::{Context, Result, bail};
use eightcount_audio::{
    SAMPLE_RATE, all_eights, cluster,
    evaluation::{
        metrics::{continuity, f_measure, median_offset, pairwise_f, tempo_bpm, trim, v_measure},
        songs, synth,
        synth::Clip,
    },
    features, hear,
};
use std::{fs, path::Path, time::Instant};

fn main() -> Result<()> {
    let folders: Vec<String> = std::env::args().skip(1).collect();
    println!(
        "{:<30} {:>5} {:>5} {:>5} {:>5} {:>5} {:>6} {:>6} {:>6} {:>5} {:>5}",
        "clip", "F", "CMLt", "AMLt", "downF", "one", "ratio", "off ms", "x real", "first", "conf"
    );
    table("synthetic", synth::clips());
    for folder in folders {
        table(&folder, read_folder(Path::new(&folder))?);
    }
    clusters();
    Ok(())
}

fn table(name: &str, clips: Vec<Clip>) {
    let mut sums = [0.0; 6];
    let count = clips.len() as f64;
    for clip in clips {
        let row = row(&clip);
        sums.iter_mut().zip(row).for_each(|(s, x)| *s += x);
    }
    let mean = sums.map(|s| s / count);
    println!(
        "== {name}: F {:.3}  CMLt {:.3}  AMLt {:.3}  downbeat F {:.3}  eights {:.3}  x real time {:.0}",
        mean[0], mean[1], mean[2], mean[3], mean[4], mean[5]
    );
}

fn row(clip: &Clip) -> [f64; 6] {
    let seconds = clip.pcm.len() as f64 / f64::from(SAMPLE_RATE);
    let started = Instant::now();
    let hearing = match hear(&clip.pcm) {
        Ok(hearing) => hearing,
        Err(error) => {
            println!("{:<30} {error}", clip.name);
            return [0.0; 6];
        }
    };
    let speed = seconds / started.elapsed().as_secs_f64();
    let beats = &hearing.grid.beats;
    let downbeats: Vec<f64> = hearing.grid.downbeats.iter().map(|&i| beats[i as usize]).collect();
    let (truth, found) = (trim(&clip.beats, 2.0), trim(beats, 2.0));
    let f = f_measure(&truth, &found);
    let c = continuity(&truth, &found);
    let down = f_measure(&trim(&clip.downbeat_times(), 2.0), &trim(&downbeats, 2.0));
    let eights: Vec<f64> = clip.beats.iter().copied().step_by(8).collect();
    let starts: Vec<f64> = all_eights(&hearing.grid).iter().map(eightcount_domain::Eight::start).collect();
    let one = f_measure(&eights, &starts);
    let ratio = tempo_bpm(beats).zip(tempo_bpm(&clip.beats)).map_or(0.0, |(a, b)| a / b);
    let confidence = hearing.grid.confidence;
    let alike = cluster(&features(&clip.pcm, &all_eights(&hearing.grid)));
    let kinds = alike.labels.iter().max().map_or(0, |l| l.0 + 1);
    println!(
        "{:<30} {f:>5.2} {:>5.2} {:>5.2} {down:>5.2} {one:>5.2} {ratio:>6.2} {:>6.1} {speed:>6.0} {:>5.2} {:.2} {:.2} {:.2} aubio {:.0}, {kinds} clusters at {:.2}",
        clip.name,
        c.cml_t,
        c.aml_t,
        median_offset(&truth, &found).unwrap_or(f64::NAN) * 1000.0,
        beats.first().copied().unwrap_or(-1.0) - clip.beats.first().copied().unwrap_or(-1.0),
        confidence.tempo_octave,
        confidence.beat_phase,
        confidence.bar_phase,
        hearing.aubio_tempo_bpm.unwrap_or(0.0),
        alike.silhouette,
    );
    [f, c.cml_t, c.aml_t, down, one, speed]
}

fn clusters() {
    let cases = [(12, 3), (16, 4), (24, 4), (24, 5), (32, 5), (48, 6)];
    let (mut f, mut v, mut count) = (0.0, 0.0, 0.0);
    for seed in 0..18u64 {
        let (eights, kinds) = cases[seed as usize % cases.len()];
        let song = songs::song(100 + seed, eights, kinds, seed % 2 == 1);
        let found = cluster(&features(&song.pcm, &song.eights));
        let labels: Vec<usize> = found.labels.iter().map(|l| usize::from(l.0)).collect();
        let (pf, vm) = (pairwise_f(&song.labels, &labels), v_measure(&song.labels, &labels));
        println!(
            "song {seed:>2} {eights:>2} eights {kinds} kinds: pairwise F {pf:.2} V {vm:.2} silhouette {:.2}",
            found.silhouette
        );
        (f, v, count) = (f + pf, v + vm, count + 1.0);
    }
    println!("== clusters: pairwise F {:.3}  V {:.3}", f / count, v / count);
}

fn read_folder(folder: &Path) -> Result<Vec<Clip>> {
    let mut names: Vec<_> = fs::read_dir(folder)?.filter_map(|e| e.ok().map(|e| e.path())).collect();
    names.retain(|p| p.extension().is_some_and(|e| e == "beats"));
    names.sort();
    names.iter().map(|path| read_clip(path)).collect()
}

fn read_clip(path: &Path) -> Result<Clip> {
    let pcm = read_wav(&fs::read(path.with_extension("wav"))?).with_context(|| path.display().to_string())?;
    let (mut beats, mut downbeats, mut metre) = (Vec::new(), Vec::new(), 4);
    for line in fs::read_to_string(path)?.lines() {
        let mut parts = line.split_whitespace();
        let (Some(time), Some(position)) = (parts.next(), parts.next()) else { continue };
        let position: usize = position.parse()?;
        if position == 1 {
            downbeats.push(beats.len());
        }
        metre = metre.max(position);
        beats.push(time.parse()?);
    }
    let name = path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(Clip { name, pcm, beats, downbeats, metre })
}

fn read_wav(bytes: &[u8]) -> Result<Vec<f32>> {
    let mut at = 12;
    while at + 8 <= bytes.len() {
        let size = u32::from_le_bytes(bytes[at + 4..at + 8].try_into()?) as usize;
        if &bytes[at..at + 4] == b"data" {
            let data = &bytes[at + 8..(at + 8 + size).min(bytes.len())];
            return Ok(data
                .chunks_exact(2)
                .map(|b| f32::from(i16::from_le_bytes([b[0], b[1]])) / 32768.0)
                .collect());
        }
        at += 8 + size + size % 2;
    }
    bail!("no samples")
}
