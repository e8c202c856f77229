//! Filming: one script becomes one MP4 file (1280 x 720, 30 frames per second, H.264 and AAC).
//!
//! A film appears under its name only when it is complete and counted; two filming at once, or one killed anywhere,
//! do no harm. A good film that is there already is kept. The name carries a hash of everything that shapes the
//! film, so a changed script makes a new file.

use crate::{
    Dancer, DemoError, FPS, Figure, HEIGHT, PerformanceScript, WIDTH, content,
    dance::Dance,
    ffmpeg::{self, Running},
    figure::{Motion, Shown},
    picture::Picture,
    sheet::{CANVAS, Move, Sheet},
    song::MIX,
    sprite::Sprite,
    stage,
};
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::Stdio,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

/// Counts up when the same script would be filmed differently.
const CAMERA: u32 = 2;
/// Samples per second of the mixed music.
const SAMPLE_RATE: u32 = 44_100;
/// Frames between two calls of the progress function.
const PROGRESS_EVERY: u64 = 60;

/// A finished film.
#[derive(Clone, Debug)]
pub struct Film {
    /// Its script.
    pub script: PerformanceScript,
    /// The file.
    pub path: PathBuf,
    /// It was there already.
    pub kept: bool,
    /// What is danced in each eight; empty for a film that was kept.
    pub figures: Vec<Figure>,
}

/// How far the filming has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FilmProgress {
    /// Whose film.
    pub dancer: Dancer,
    /// Frames drawn.
    pub done: u64,
    /// Frames of the whole film.
    pub of: u64,
}

/// Films one script into the folder `out` (made if missing). `progress` is called every two seconds of film, and at
/// its end.
///
/// # Errors
/// [`DemoError`] when the content is missing or damaged, the folder cannot be written, or ffmpeg fails.
pub fn film(
    script: &PerformanceScript,
    out: &Path,
    ffmpeg: &Path,
    progress: &(dyn Fn(FilmProgress) + Sync),
) -> Result<Film, DemoError> {
    let frames = script.frames();
    film_frames(script, frames, out, ffmpeg, progress)
}

/// Films all scripts, as many at once as the machine has cores (at most four). The films come in the scripts' order.
///
/// # Errors
/// The first [`DemoError`]; films finished before it stay.
pub fn film_all(
    scripts: &[PerformanceScript],
    out: &Path,
    ffmpeg: &Path,
    progress: &(dyn Fn(FilmProgress) + Sync),
) -> Result<Vec<Film>, DemoError> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut made = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(script) = scripts.get(index) else { return Ok(made) };
            match film(script, out, ffmpeg, progress) {
                Ok(film) => made.push((index, film)),
                Err(e) => {
                    // The others finish what they have begun and take nothing new.
                    next.store(scripts.len(), Ordering::Relaxed);
                    return Err(e);
                }
            }
        }
    };
    let cameras = thread::available_parallelism().map_or(1, usize::from).min(4);
    let mut films = Vec::new();
    thread::scope(|scope| {
        let handles: Vec<_> = (0..cameras).map(|_| scope.spawn(work)).collect();
        for handle in handles {
            films.extend(handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?);
        }
        Ok(())
    })?;
    films.sort_by_key(|(index, _)| *index);
    Ok(films.into_iter().map(|(_, film)| film).collect())
}

/// Films the first `frames` frames of a script.
fn film_frames(
    script: &PerformanceScript,
    frames: u64,
    out: &Path,
    ffmpeg: &Path,
    progress: &(dyn Fn(FilmProgress) + Sync),
) -> Result<Film, DemoError> {
    let path = out.join(file_name(script, frames));
    let report = |done| progress(FilmProgress { dancer: script.dancer, done, of: frames });
    if path.is_file() && check(ffmpeg, &path, frames).is_ok() {
        report(frames);
        return Ok(Film { script: script.clone(), path, kept: true, figures: Vec::new() });
    }
    fs::create_dir_all(out).map_err(DemoError::io("make the folder", out))?;
    let temporary = |suffix| {
        let name = tempfile::Builder::new().prefix(".film.").suffix(suffix).tempfile_in(out);
        name.map_err(DemoError::io("write into", out))
    };
    let music = mix(script, frames, ffmpeg)?;
    let mut sound = temporary(".pcm")?;
    sound.write_all(&music).map_err(DemoError::io("write", sound.path()))?;
    let sheet = Sheet::read(&script.content, script.dancer)?;
    let dance = Dance::arrange(
        script.dancer,
        &Motion::of(&sheet),
        script.song.beat_seconds(),
        &loudness(&music, script),
    );
    let part = temporary(".mp4")?;
    let mut camera = encoder(script, sound.path(), part.path(), ffmpeg)?;
    let drawn = camera.take_input().map(|mut input| {
        let mut set = Set::build(script, &sheet);
        (0..frames).try_for_each(|frame| {
            if frame % PROGRESS_EVERY == 0 {
                report(frame);
            }
            input.write_all(set.shoot(dance.at(script.beat_of_frame(frame))).bytes())
        })
    });
    if let Some(Err(e)) = drawn {
        // A closed pipe: ffmpeg has the reason.
        let _ = camera.wait();
        return Err(camera.failure(&e.to_string()));
    }
    camera.finish()?;
    check(ffmpeg, part.path(), frames)?;
    ffmpeg::publish(part, &path)?;
    report(frames);
    Ok(Film { script: script.clone(), path, kept: false, figures: dance.figures })
}

/// Name of a film: readable, and different when anything that shapes it differs.
fn file_name(script: &PerformanceScript, frames: u64) -> String {
    let recipe = format!("{CAMERA} {:?} {} {} {frames}", script.casting, script.title(), script.credit());
    let hash = hex::encode(&Sha256::digest(recipe)[..4]);
    let song: String = script.song.title().to_lowercase().replace(' ', "-");
    format!("{}-{song}-{hash}.mp4", script.dancer.key())
}

/// The script's part of its song: stereo, 16 bits, little-endian.
fn mix(script: &PerformanceScript, frames: u64, ffmpeg: &Path) -> Result<Vec<u8>, DemoError> {
    let [band, guitar] = content::song_parts(&script.content, script.song)?;
    let start = (script.song_start_s() * f64::from(SAMPLE_RATE)).round() as u64;
    let length = frames * u64::from(SAMPLE_RATE / FPS);
    let seconds = frames as f64 / f64::from(FPS);
    // Cutting into running music clicks, and a click sounds like a beat: fade in and out during the rests.
    let filter = format!(
        "{MIX},aresample={SAMPLE_RATE},atrim=start_sample={start}:end_sample={},asetpts=N/SR/TB,\
         afade=t=in:d=0.3,afade=t=out:st={:.3}:d=0.5",
        start + length,
        seconds - 0.5,
    );
    let mut command = ffmpeg::command(ffmpeg);
    command.arg("-i").arg(band).arg("-i").arg(guitar).args(["-filter_complex", &filter]);
    command.args(["-ac", "2", "-f", "s16le", "pipe:1"]);
    let music = ffmpeg::output(command, "mix the music of a performance")?;
    let wanted = length * 4;
    if music.len() as u64 == wanted {
        return Ok(music);
    }
    Err(DemoError::WrongResult {
        path: script.content.join("songs").join(script.song.title()),
        found: format!("{} bytes of music", music.len()),
        wanted: format!("{wanted} bytes"),
    })
}

/// Loudness of each eight: root mean square in sample units. Eights beyond the music are silent.
fn loudness(music: &[u8], script: &PerformanceScript) -> Vec<f32> {
    let offset = |beat: u32| (script.beat_s(f64::from(beat)) * f64::from(SAMPLE_RATE)) as usize * 4;
    let of_eight = |eight: u32| {
        let end = offset(8 * (eight + 1)).min(music.len());
        let bytes = &music[offset(8 * eight).min(end)..end];
        let squares: f64 =
            bytes.chunks_exact(2).map(|s| f64::from(i16::from_le_bytes([s[0], s[1]])).powi(2)).sum();
        (squares / (bytes.len() / 2).max(1) as f64).sqrt() as f32
    };
    (0..script.eights).map(of_eight).collect()
}

/// Starts the ffmpeg that turns pictures and sound into a file. One thread and no version marks: the same bytes
/// every time.
fn encoder(
    script: &PerformanceScript,
    sound: &Path,
    file: &Path,
    ffmpeg: &Path,
) -> Result<Running, DemoError> {
    let mut command = ffmpeg::command(ffmpeg);
    command.args(["-f", "rawvideo", "-pixel_format", "yuv420p", "-video_size", &format!("{WIDTH}x{HEIGHT}")]);
    command.args(["-framerate", &FPS.to_string(), "-i", "pipe:0"]);
    command.args(["-f", "s16le", "-ar", &SAMPLE_RATE.to_string(), "-ac", "2", "-i"]).arg(sound);
    command.args(["-map", "0:v", "-map", "1:a", "-c:v", "libx264", "-preset", "ultrafast", "-crf", "20"]);
    command.args(["-pix_fmt", "yuv420p", "-threads", "1", "-g", "150"]);
    command.args([
        "-colorspace",
        "bt709",
        "-color_primaries",
        "bt709",
        "-color_trc",
        "bt709",
        "-color_range",
        "tv",
    ]);
    command.args(["-c:a", "aac", "-aac_coder", "fast", "-b:a", "160k", "-map_metadata", "-1"]);
    command.arg("-metadata").arg(format!("title={}", script.title()));
    command.arg("-metadata").arg(format!("copyright={}", script.credit()));
    command.args(["-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact"]);
    command.args(["-movflags", "+faststart", "-f", "mp4"]).arg(file).stdin(Stdio::piped());
    Running::start(command, "encode a performance")
}

/// Counts what is in a film.
fn check(ffmpeg: &Path, path: &Path, frames: u64) -> Result<(), DemoError> {
    let found = ffmpeg::contents(ffmpeg, path)?;
    let seconds = frames as f64 / f64::from(FPS);
    if found.frames == frames && (found.audio_end_s - seconds).abs() < 0.1 {
        return Ok(());
    }
    Err(DemoError::WrongResult {
        path: path.to_owned(),
        found: format!("{} frames and {:.2} s of audio", found.frames, found.audio_end_s),
        wanted: format!("{frames} frames and {seconds:.2} s"),
    })
}

/// The stage with its dancer, ready to be filmed.
struct Set<'a> {
    script: &'a PerformanceScript,
    sheet: &'a Sheet,
    empty: Picture,
    picture: Picture,
    /// The cels shown so far.
    sprites: BTreeMap<(Move, usize), Sprite>,
}

impl<'a> Set<'a> {
    fn build(script: &'a PerformanceScript, sheet: &'a Sheet) -> Self {
        // No lettering: mirrored takes would show it turned round. Whose it is says the file, and the library.
        let empty = stage::empty(&script.casting);
        Self { script, sheet, picture: empty.clone(), empty, sprites: BTreeMap::new() }
    }

    /// Takes one picture.
    fn shoot(&mut self, shown: Shown) -> &Picture {
        let casting = &self.script.casting;
        self.picture.copy_from(&self.empty);
        if let Some(cel) = self.sheet.cels(shown.mv).get(shown.cel) {
            let floor = self.sheet.floor();
            if let Some(feet) = cel.feet {
                stage::cast_shadow(&mut self.picture, casting, feet, shown.mirrored, floor);
            }
            let quarters = casting.size_quarters;
            let sprite =
                self.sprites.entry((shown.mv, shown.cel)).or_insert_with(|| Sprite::of(cel, quarters));
            // Even, as colours come for pairs of pixels.
            let even = |v: u32| (v & !1) as i32;
            let x = casting.centre_x - even(CANVAS * quarters / 8);
            let y = casting.feet_y - even(floor * quarters / 4);
            sprite.draw(&mut self.picture, x, y, quarters, shown.mirrored);
        }
        &self.picture
    }
}

#[cfg(test)]
mod tests;
