//! Mezzanines of awkward sources: sound and picture stay together, woven pictures are unwoven.
#![allow(clippy::unwrap_used)]

use eightcount_domain::FrameRate;
use eightcount_media::{ConformOptions, Launcher, Limits, Media, Mezzanine, Tools, Watch};
use std::path::{Path, PathBuf};
use std::process::Command;

/// When a white flash and a beep begin, seconds: start, middle, end.
const FLASHES: [f64; 3] = [0.5, 6.0, 11.5];
/// Largest distance of picture and sound, seconds; and of a flash from its place: half a frame.
const SYNC_S: f64 = 0.010;

fn ffmpeg(folder: &Path, arguments: &[&str]) -> Vec<u8> {
    let mut command = Command::new("ffmpeg");
    let output =
        command.args(["-v", "error", "-nostdin", "-y"]).args(arguments).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

async fn conformed(source: &Path, fps: FrameRate) -> (PathBuf, Mezzanine) {
    let media = Media::new(Tools::find().unwrap(), Launcher::direct(), Limits::default());
    let out = source.with_extension("mezzanine.mp4");
    let options = ConformOptions { fps, ..ConformOptions::default() };
    let facts = media.screen_performance(source).await.unwrap();
    let made = media.conform(source, &facts, &out, &options, None, &mut Watch::nobody()).await.unwrap();
    (out, made)
}

/// Grey levels of every picture, and the picture's means.
fn brightness(file: &Path) -> Vec<f64> {
    let name = file.to_string_lossy();
    let raw = ffmpeg(
        Path::new("/"),
        &["-i", &name, "-vf", "scale=8:8:flags=area,format=gray", "-f", "rawvideo", "-"],
    );
    raw.chunks_exact(64).map(|p| p.iter().map(|&v| f64::from(v)).sum::<f64>() / 64.0).collect()
}

/// First moments at which something is on again after it was off.
fn rises(values: &[f64], threshold: f64, rate: f64, quiet: usize) -> Vec<f64> {
    let mut found = Vec::new();
    let mut off = quiet;
    for (i, &value) in values.iter().enumerate() {
        if value > threshold {
            if off >= quiet {
                found.push(i as f64 / rate);
            }
            off = 0;
        } else {
            off += 1;
        }
    }
    found
}

fn sound(file: &Path) -> Vec<f64> {
    let name = file.to_string_lossy();
    let raw = ffmpeg(Path::new("/"), &["-i", &name, "-vn", "-ac", "1", "-ar", "48000", "-f", "s16le", "-"]);
    raw.chunks_exact(2).map(|b| f64::from(i16::from_le_bytes([b[0], b[1]])).abs()).collect()
}

/// A film of 12.5 s with flashes and beeps, made by `more` of it.
fn flashing(folder: &Path, name: &str, rate: &str, more: &[&str]) -> PathBuf {
    let on = FLASHES.map(|t| format!("between(t\\,{t}-0.0001\\,{t}+0.1)")).join("+");
    let video = format!("color=black:s=320x240:r={rate}:d=12.5,drawbox=c=white:t=fill:enable='{on}'");
    let beeps = FLASHES.map(|t| format!("between(t\\,{t}\\,{t}+0.1)")).join("+");
    let audio = format!("aevalsrc='0.5*sin(2*PI*1000*t)*({beeps})':s=48000:d=12.5");
    let mut arguments = vec!["-f", "lavfi", "-i", &video, "-f", "lavfi", "-i", &audio];
    arguments.extend(more);
    arguments.push(name);
    ffmpeg(folder, &arguments);
    folder.join(name)
}

#[tokio::test]
async fn picture_and_sound_stay_together_from_start_to_end() {
    let folder = tempfile::tempdir().unwrap();
    let encode = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac"];
    // At a constant rate; at a rate that varies (two thirds of the pictures of the middle are missing); at 60 frames.
    let thinned = "select=not(between(t\\,2\\,5.5))+not(mod(n\\,3))";
    let vary = [&["-vf", thinned, "-fps_mode", "vfr"][..], &encode].concat();
    let late = [&["-vf", "setpts=PTS+0.040/TB", "-af", "asetpts=PTS+0.040/TB"][..], &encode].concat();
    for (name, rate, more, fps) in [
        ("even.mp4", "30", &encode[..], FrameRate::Fps30),
        ("vary.mp4", "60", &vary, FrameRate::Fps30),
        ("sixty.mp4", "60", &encode, FrameRate::Fps60),
        ("late.mkv", "30", &late, FrameRate::Fps30),
    ] {
        let source = flashing(folder.path(), name, rate, more);
        let (file, made) = conformed(&source, fps).await;
        assert_eq!((made.fps, made.width, made.height), (fps, 960, 720), "{name}");
        let seen = rises(&brightness(&file), 128.0, f64::from(fps.get()), 5);
        let heard = rises(&sound(&file), 3000.0, 48_000.0, 4_800);
        assert_eq!((seen.len(), heard.len()), (3, 3), "{name}: {seen:?} {heard:?}");
        for (seen, heard) in seen.iter().zip(&heard) {
            println!("{name}: sound {:+.4} s from picture", heard - seen);
            // A picture is on screen from the grid's time on: up to half a frame from where it was.
            let grid = if name == "late.mkv" { 0.5 / 30.0 } else { 0.0 };
            assert!((heard - seen).abs() <= SYNC_S + grid, "{name}: {seen} {heard}");
        }
    }
}

#[tokio::test]
async fn woven_pictures_are_unwoven() {
    let folder = tempfile::tempdir().unwrap();
    // A bar that runs: woven, its edges are combs.
    let video = "color=black:s=640x480:r=50:d=7,drawbox=x=mod(t*300\\,560):y=0:w=80:h=480:c=white:t=fill,\
                 tinterlace=mode=interleave_top,setfield=tff";
    let encode = [
        "-c:v",
        "libx264",
        "-preset",
        "ultrafast",
        "-flags",
        "+ildct+ilme",
        "-pix_fmt",
        "yuv420p",
        "-c:a",
        "aac",
    ];
    let inputs = ["-f", "lavfi", "-i", video, "-f", "lavfi", "-i", "sine=d=7"];
    ffmpeg(folder.path(), &[&inputs[..], &encode, &["woven.mp4"]].concat());
    let (file, _) = conformed(&folder.path().join("woven.mp4"), FrameRate::Fps30).await;
    let name = file.to_string_lossy();
    let raw =
        ffmpeg(folder.path(), &["-i", &name, "-vf", "scale=640:480,format=gray", "-f", "rawvideo", "-"]);
    let picture = &raw[640 * 480 * 40..][..640 * 480];
    // Lines that differ from both neighbours in the same direction.
    let at = |x: usize, y: usize| i32::from(picture[y * 640 + x]);
    let combed = (2..478).flat_map(|y| (0..640).map(move |x| (x, y))).filter(|&(x, y)| {
        let (up, down) = (at(x, y) - at(x, y - 1), at(x, y) - at(x, y + 1));
        up.signum() == down.signum() && up.abs().min(down.abs()) > 60
    });
    assert!(combed.count() < 200);
}

#[tokio::test]
async fn bright_lights_are_rolled_off_and_the_rest_stays_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    // Ten-bit levels of a grey card (18 % of white: 36.5 cd/m²), of paper white (203) and of a lamp (1000).
    for (transfer, levels) in [("smpte2084", [424, 573, 723]), ("arib-std-b67", [446, 721, 940])] {
        let [card, white, lamp] = levels;
        let bars = format!(
            "geq=lum='if(lt(X,213),{card},if(lt(X,426),{white},{lamp}))':cb=512:cr=512,format=yuv420p10le"
        );
        let video = "color=black:s=640x480:r=30:d=6,format=yuv420p10le";
        let name = format!("{transfer}.mkv");
        let tags = ["-color_primaries", "bt2020", "-color_trc", transfer, "-colorspace", "bt2020nc"];
        let encode =
            ["-vf", &bars, "-c:v", "libx264", "-preset", "ultrafast", "-crf", "4", "-color_range", "tv"];
        let inputs = ["-f", "lavfi", "-i", video, "-f", "lavfi", "-i", "sine=d=6"];
        ffmpeg(folder.path(), &[&inputs[..], &encode, &tags, &[&name]].concat());
        let (file, _) = conformed(&folder.path().join(&name), FrameRate::Fps30).await;
        let show = ["-vframes", "1", "-vf", "scale=6:1:flags=area,format=rgb24", "-f", "rawvideo", "-"];
        let raw = ffmpeg(folder.path(), &[&["-i", &file.to_string_lossy()][..], &show].concat());
        let of = |bar: usize| f64::from(raw[bar * 6 + 1]);
        println!("{transfer}: card {}, white {}, lamp {}", of(0), of(1), of(2));
        assert!(raw.chunks_exact(3).all(|p| p[0].abs_diff(p[2]) <= 3), "grey stays grey: {raw:?}");
        // A screen shows the card with 18 % of white's light (BT.1886); white is clearly below the lamp, yet bright.
        assert!((of(0) - 0.18_f64.powf(1.0 / 2.4) * 255.0).abs() < 6.0, "{transfer}: {}", of(0));
        assert!((195.0..235.0).contains(&of(1)), "{transfer}: {}", of(1));
        assert!(of(2) > of(1) + 10.0, "{transfer}: {} {}", of(1), of(2));
    }
}

#[tokio::test]
async fn colours_without_a_word_are_those_that_players_show() {
    let folder = tempfile::tempdir().unwrap();
    // One green (32, 192, 64) as it is written down in high definition (BT.709) and before (BT.601).
    let high = [144_u8, 88, 63];
    for (size, written) in [("1280x720", high), ("640x480", [127, 95, 67])] {
        let [y, cb, cr] = written;
        let video = format!("color=black:s={size}:r=10:d=6,format=yuv420p,geq=lum={y}:cb={cb}:cr={cr}");
        let encode = ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "4", "wordless.mp4"];
        ffmpeg(folder.path(), &[&["-f", "lavfi", "-i", &video][..], &encode].concat());
        let (file, _) = conformed(&folder.path().join("wordless.mp4"), FrameRate::Fps30).await;
        let show = ["-vframes", "1", "-vf", "scale=2:2:flags=area,format=yuv444p", "-f", "rawvideo", "-"];
        let raw = ffmpeg(folder.path(), &[&["-i", &file.to_string_lossy()][..], &show].concat());
        let seen = [raw[0], raw[4], raw[8]];
        assert!(seen.iter().zip(high).all(|(is, wanted)| is.abs_diff(wanted) <= 3), "{size}: {seen:?}");
    }
}
