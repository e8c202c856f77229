//! Takes and join against one ffmpeg that renders the same plan in one pass, and against the package `moviepy`:
//! `make bench-render`.
//!
//! Three synthetic sources, steps of uneven tempo, alignment at every cut, dissolves. Wall and processor seconds are
//! those of the child processes, and of this one where it joins; memory is that of the largest of them.

use eightcount_domain::{Eight, FrameRate, RenderProfile, SubjectBox};
use eightcount_edit::{AudioCut, JoinPart, TakePlan, TakeRequest, TakeStep, plan_take, render_args};
use eightcount_media::{Launcher, Limits, Media, Tools, Watch};
use std::error::Error;
use std::ffi::OsString;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

type Outcome<T> = Result<T, Box<dyn Error>>;

const SOURCES: [&str; 3] = ["a", "b", "c"];
const FPS: FrameRate = FrameRate::Fps30;
/// Seconds of each source.
const SOURCE_S: u32 = 24;
/// Eights that are rendered one by one; larger products are joined of them.
const RENDERED: usize = 8;

#[tokio::main]
async fn main() -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let bench = Bench { media: Media::new(Tools::find()?, Launcher::direct(), Limits::default()), folder };
    bench.make_sources()?;
    println!("| what | wall s | CPU s | peak MB |\n|---|---|---|---|");
    let takes = bench.takes()?;
    let rendered = bench.render(&takes).await? + bench.join(&takes, RENDERED).await?;
    for count in [32, 128] {
        bench.join(&takes, count).await?;
    }
    let (one_pass, product) = (bench.one_pass(&takes, "21")?, bench.path("product-8.mp4"));
    bench.moviepy(&takes)?;
    println!("\nCPU of all takes and their join against one pass: {:.2}", rendered / one_pass);
    bench.one_pass(&takes, "0")?;
    for (name, file) in [("takes joined", product), ("one pass", bench.path("one-pass-21.mp4"))] {
        println!("SSIM of {name} against lossless: {}", bench.ssim(&file)?);
        println!("VMAF of {name} against lossless: {}", bench.vmaf(&file)?);
    }
    Ok(())
}

struct Bench {
    media: Media,
    folder: tempfile::TempDir,
}

struct Take {
    plan: TakePlan,
    inputs: Vec<PathBuf>,
    file: PathBuf,
}

impl Bench {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Mezzanines: moving pictures with detail, every frame a key frame; and a song.
    fn make_sources(&self) -> Outcome<()> {
        for (n, name) in SOURCES.iter().enumerate() {
            let picture = format!(
                "testsrc2=s=1280x720:r=30:d={SOURCE_S},hue=h={},rotate=0.02*sin(t*{})",
                120 * n,
                n + 1
            );
            let file = self.path(&format!("{name}.mp4"));
            let encode =
                ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "14", "-g", "1", "-pix_fmt", "yuv420p"];
            ffmpeg(["-f", "lavfi", "-i", &picture].iter().chain(&encode), &file)?;
        }
        ffmpeg(["-f", "lavfi", "-i", "sine=440:d=600"], &self.path("song.wav"))
    }

    fn takes(&self) -> Outcome<Vec<Take>> {
        let eights = eights(RENDERED);
        let step = |k: usize| {
            let source = SOURCES[k % SOURCES.len()];
            let beat_s = 0.44 + 0.02 * (k % 4) as f64;
            let subject = |x: f32, tall: f32| SubjectBox {
                centre_x: x,
                top: 0.5 - tall / 2.0,
                bottom: 0.5 + tall / 2.0,
                width: 0.2,
            };
            Ok::<_, Box<dyn Error>>(TakeStep {
                step: format!("{}.{k}", source.repeat(64)).parse()?,
                mirrored: k % 5 == 4,
                mezzanine: source.repeat(64).parse()?,
                width: 1280,
                height: 720,
                fps: FPS,
                frames: u64::from(SOURCE_S * FPS.get()),
                beats: std::array::from_fn(|i| 1.0 + 2.0 * (k / 3) as f64 + beat_s * i as f64),
                start_box: Some(subject(0.48, 0.62)),
                end_box: Some(subject(0.51, 0.66)),
                start_lean: None,
                end_lean: None,
            })
        };
        let mut takes = Vec::new();
        for index in 0..RENDERED {
            let previous = index.checked_sub(1).map(step).transpose()?;
            let profile = RenderProfile::default();
            let plan =
                plan_take(&TakeRequest { profile, eights: &eights, index, step: step(index)?, previous })?;
            let file =
                |blob: &&eightcount_domain::BlobHash| self.path(&format!("{}.mp4", &blob.as_str()[..1]));
            let inputs = plan.sources().iter().map(file).collect();
            takes.push(Take { plan, inputs, file: self.path(&format!("take-{index}.mp4")) });
        }
        Ok(takes)
    }

    /// Every take, one after the other, and their join; the processor seconds of all that.
    async fn render(&self, takes: &[Take]) -> Outcome<f64> {
        let meter = Meter::start();
        for take in takes {
            let inputs: Vec<&Path> = take.inputs.iter().map(PathBuf::as_path).collect();
            self.media.render(&take.plan, &inputs, &take.file, &mut Watch::nobody()).await?;
        }
        let frames = takes.iter().map(|take| take.plan.frames).sum();
        self.sound(frames).await?;
        Ok(meter.row(&format!("{RENDERED} takes, one after the other, and the sound")))
    }

    async fn sound(&self, frames: u64) -> Outcome<PathBuf> {
        let file = self.path("sound.m4a");
        let cut = AudioCut {
            start_s: 1.0,
            frames,
            fps: FPS,
            fade_in_ms: 10,
            fade_out_ms: 250,
            half_speed: false,
            repeats: 1,
        };
        self.media.section_audio(&self.path("song.wav"), &cut, &file, &mut Watch::nobody()).await?;
        Ok(file)
    }

    async fn join(&self, takes: &[Take], count: usize) -> Outcome<f64> {
        let parts: Vec<_> = takes
            .iter()
            .cycle()
            .take(count)
            .map(|take| JoinPart { path: &take.file, frames: take.plan.frames })
            .collect();
        let sound = self.sound(parts.iter().map(|part| part.frames).sum()).await?;
        let product = self.path(&format!("product-{count}.mp4"));
        let meter = Meter::start();
        let joined = self.media.join(&parts, FPS, Some(&sound), &product, &mut Watch::nobody()).await?;
        Ok(meter.row(&format!("join of {count} takes ({} MB), counted", joined.bytes >> 20)))
    }

    /// One ffmpeg that does what all takes do, and concatenates.
    fn one_pass(&self, takes: &[Take], crf: &str) -> Outcome<f64> {
        let mut arguments: Vec<OsString> = Vec::new();
        let (mut graph, mut ends) = (String::new(), String::new());
        let mut input = 0;
        for (k, take) in takes.iter().enumerate() {
            let paths: Vec<&Path> = take.inputs.iter().map(PathBuf::as_path).collect();
            let one = render_args(&take.plan, &paths, Path::new("none"));
            let at = |name: &str| one.iter().position(|word| word == name).unwrap_or(0);
            for (place, _) in one.iter().enumerate().filter(|(_, word)| *word == "-i") {
                arguments.extend(one[place - 2..=place + 1].iter().cloned());
            }
            let own = one[at("-filter_complex") + 1].to_string_lossy().into_owned();
            graph.push_str(&relabelled(&own, k, input));
            graph.push(';');
            let _ = write!(ends, "[v{k}]");
            input += paths.len();
        }
        let count = takes.len();
        let frames: u64 = takes.iter().map(|take| take.plan.frames).sum();
        let seconds = frames as f64 / f64::from(FPS.get());
        let _ = write!(graph, "{ends}concat=n={count}:v=1:a=0[v]");
        let song = self.path("song.wav");
        arguments.extend(["-ss".into(), "1".into(), "-i".into(), song.into_os_string()]);
        arguments.extend(
            ["-filter_complex", &graph, "-map", "[v]", "-map", &format!("{input}:a")].map(Into::into),
        );
        arguments.extend(["-t", &seconds.to_string(), "-c:a", "aac", "-b:a", "192k"].map(Into::into));
        arguments.extend(
            ["-c:v", "libx264", "-preset", "superfast", "-crf", crf, "-x264-params", "keyint=300:threads=2"]
                .map(Into::into),
        );
        arguments.extend(["-movflags", "+faststart"].map(Into::into));
        let meter = Meter::start();
        ffmpeg(&arguments, &self.path(&format!("one-pass-{crf}.mp4")))?;
        let lossless = if crf == "0" { ", lossless" } else { "" };
        Ok(meter.row(&format!("one ffmpeg, {count} eights in one pass{lossless}")))
    }

    /// The same cuts, speeds and dissolves (without alignment) by `moviepy`, if its Python is there.
    fn moviepy(&self, takes: &[Take]) -> Outcome<()> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let python = root.join("../../.tools/moviepy/bin/python");
        let cuts: Vec<String> = takes
            .iter()
            .map(|take| {
                let shown: Vec<u64> = take.plan.step.shown().collect();
                let last = shown.last().copied().unwrap_or(0) + 1;
                format!("{}:{}:{last}:{}", take.inputs[0].display(), shown[0], take.plan.frames)
            })
            .collect();
        let meter = Meter::start();
        let ran = Command::new(python)
            .arg(root.join("examples/moviepy_bench.py"))
            .arg(self.path("moviepy.mp4"))
            .arg(self.path("song.wav"))
            .args(cuts)
            // It leaves files where it stands when it is stopped.
            .current_dir(self.folder.path())
            .output()?;
        if ran.status.success() {
            meter.row(&format!("MoviePy, {} eights, without alignment", takes.len()));
        } else {
            println!(
                "MoviePy failed: {}",
                String::from_utf8_lossy(&ran.stderr).lines().last().unwrap_or("?")
            );
        }
        Ok(())
    }

    fn ssim(&self, file: &Path) -> Outcome<String> {
        self.compared(Path::new("ffmpeg"), file, "ssim", "All:")
    }

    /// By the ffmpeg that comes with `moviepy`: Debian's cannot.
    fn vmaf(&self, file: &Path) -> Outcome<String> {
        let packages = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.tools/moviepy/lib");
        let python = std::fs::read_dir(packages)?.next().ok_or("no Python")??.path();
        let folder = python.join("site-packages/imageio_ffmpeg/binaries");
        let files = std::fs::read_dir(folder)?.flatten().map(|entry| entry.path());
        let is_tool = |path: &PathBuf| path.to_string_lossy().contains("/ffmpeg-");
        let tool = files.into_iter().find(is_tool).ok_or("no ffmpeg")?;
        self.compared(&tool, file, "libvmaf=n_threads=2", "VMAF score:")
    }

    /// What a filter says of a file against the lossless one, after these words.
    fn compared(&self, tool: &Path, file: &Path, filter: &str, words: &str) -> Outcome<String> {
        // Where only one says what its colours mean, they would be converted.
        let alike =
            "setpts=N/30/TB,setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709";
        let graph = format!("[0:v]{alike}[a];[1:v]{alike}[b];[a][b]{filter}");
        let ran = Command::new(tool)
            .args(["-hide_banner", "-nostdin", "-i"])
            .arg(file)
            .arg("-i")
            .arg(self.path("one-pass-0.mp4"))
            .args(["-lavfi", &graph, "-f", "null", "-"])
            .output()?;
        let told = String::from_utf8_lossy(&ran.stderr).into_owned();
        let said = told.lines().find_map(|line| line.split(words).nth(1)).ok_or("nothing was compared")?;
        Ok(said.trim().to_owned())
    }
}

/// A take's graph with labels and inputs of its own.
fn relabelled(graph: &str, k: usize, first_input: usize) -> String {
    let mut out = String::new();
    for (index, piece) in graph.split('[').enumerate() {
        if index == 0 {
            out.push_str(piece);
            continue;
        }
        let (label, rest) = piece.split_once(']').unwrap_or((piece, ""));
        let _ = match label.strip_suffix(":v").and_then(|input| input.parse::<usize>().ok()) {
            Some(input) => write!(out, "[{}:v]{rest}", first_input + input),
            None => write!(out, "[{label}{k}]{rest}"),
        };
    }
    out
}

fn eights(count: usize) -> Vec<Eight> {
    let beat = |n: usize| 3.0 + 0.4615 * n as f64;
    (0..count)
        .map(|index| Eight { index: index as u32, beats: std::array::from_fn(|i| beat(8 * index + i)) })
        .collect()
}

fn ffmpeg<A: AsRef<std::ffi::OsStr>>(arguments: impl IntoIterator<Item = A>, out: &Path) -> Outcome<()> {
    let ran =
        Command::new("ffmpeg").args(["-v", "error", "-nostdin", "-y"]).args(arguments).arg(out).output()?;
    if ran.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&ran.stderr).into_owned().into()) }
}

/// Wall and processor time since it was started, and the memory of the largest process meanwhile.
struct Meter {
    begun: Instant,
    cpu_ticks: u64,
    over: Arc<AtomicBool>,
    peak: JoinHandle<u64>,
}

impl Meter {
    fn start() -> Self {
        // Forgets this process's own peak: proc(5).
        let _ = std::fs::write("/proc/self/clear_refs", "5");
        let over = Arc::new(AtomicBool::new(false));
        let peak = std::thread::spawn({
            let over = Arc::clone(&over);
            move || {
                let mut peak = 0;
                while !over.load(Ordering::Relaxed) {
                    peak = children().map(|child| peak_kb(&child)).fold(peak, u64::max);
                    std::thread::sleep(Duration::from_millis(10));
                }
                peak.max(peak_kb("self"))
            }
        });
        Self { begun: Instant::now(), cpu_ticks: ticks(), over, peak }
    }

    fn cpu_s(&self) -> f64 {
        // USER_HZ is 100 on every Linux.
        (ticks() - self.cpu_ticks) as f64 / 100.0
    }

    /// Prints what it measured, and gives the processor seconds.
    fn row(self, what: &str) -> f64 {
        let (wall_s, cpu_s) = (self.begun.elapsed().as_secs_f64(), self.cpu_s());
        self.over.store(true, Ordering::Relaxed);
        let peak_kb = self.peak.join().unwrap_or_default();
        println!("| {what} | {wall_s:.2} | {cpu_s:.2} | {} |", peak_kb / 1000);
        cpu_s
    }
}

/// The processes that this one started.
fn children() -> impl Iterator<Item = String> {
    let own = std::process::id().to_string();
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().into_string().ok()).filter(move |process| {
        let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
        let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
        after_name.split_whitespace().nth(1) == Some(&own)
    })
}

/// The most memory that a process had, kB.
fn peak_kb(process: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

/// User and system time of this process and of its ended children (proc(5): fields 14 to 17).
fn ticks() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    after_name.split_whitespace().skip(11).take(4).filter_map(|field| field.parse::<u64>().ok()).sum()
}
