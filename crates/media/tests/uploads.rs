//! What comes from outside: refused for the right reason, or conformed to what was promised.
#![allow(clippy::unwrap_used)]

use eightcount_domain::{FailureCode, FrameRate};
use eightcount_media::{ConformOptions, Glimpse, Launcher, Limits, Media, MediaError, Shown, Tools, Watch};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Limits small enough for small test files.
fn media() -> Media {
    let limits = Limits {
        song_min_s: 1.0,
        song_max_s: 6.0,
        performance_min_s: 1.0,
        performance_max_s: 6.0,
        upload_max_bytes: 4 << 20,
        streams_max: 8,
        ..Limits::default()
    };
    Media::new(Tools::find().unwrap(), Launcher::direct(), limits)
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        std::fs::write(self.at(name), bytes).unwrap();
        self.at(name)
    }

    fn make(&self, name: &str, arguments: &str) -> PathBuf {
        let arguments = arguments.split(' ').filter(|word| !word.is_empty());
        let mut command = Command::new("ffmpeg");
        command
            .args(["-v", "error", "-nostdin", "-y"])
            .args(arguments)
            .arg(self.at(name))
            .current_dir(self.0.path());
        let output = command.output().unwrap();
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
        self.at(name)
    }

    fn good(&self) -> PathBuf {
        self.make(
            "good.mp4",
            "-f lavfi -i testsrc2=s=320x240:r=25:d=3 -f lavfi -i sine=d=3 -c:v libx264 -preset ultrafast \
             -pix_fmt yuv420p -c:a aac -movflags +faststart",
        )
    }
}

fn code<T: std::fmt::Debug>(result: Result<T, MediaError>) -> FailureCode {
    let error = result.unwrap_err();
    assert!(!error.retryable(), "{error:?}");
    error.code()
}

async fn song(path: &Path) -> FailureCode {
    code(media().screen_song(path).await)
}

async fn performance(path: &Path) -> FailureCode {
    code(media().screen_performance(path).await)
}

#[tokio::test]
async fn files_that_are_no_media_are_refused_by_name() {
    let folder = Folder::new();
    folder.good();
    let hls = "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10.0,\ngood.mp4\n#EXT-X-ENDLIST\n";
    let mpd = "<?xml version=\"1.0\"?><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\"></MPD>";
    let cases: &[(&str, &[u8], FailureCode)] = &[
        ("empty.mp4", b"", FailureCode::EmptyFile),
        ("byte.mp4", b"\0", FailureCode::UnrecognisedFormat),
        ("text.mp4", b"hello hello hello", FailureCode::UnrecognisedFormat),
        ("page.mp3", b"<!doctype html><script>alert(1)</script>", FailureCode::UnrecognisedFormat),
        ("zip.mp4", b"PK\x03\x04\0\0\0\0", FailureCode::UnrecognisedFormat),
        ("meta.mp4", b";FFMETADATA1\ntitle=x\n", FailureCode::UnrecognisedFormat),
        ("list.mp4", b"ffconcat version 1.0\nfile good.mp4\n", FailureCode::PlaylistRefused),
        ("hls.mp4", hls.as_bytes(), FailureCode::PlaylistRefused),
        ("dash.mp4", mpd.as_bytes(), FailureCode::PlaylistRefused),
        (
            "sdp.mp4",
            b"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nm=video 9 RTP/AVP 96\n",
            FailureCode::PlaylistRefused,
        ),
        ("head.mp4", b"\0\0\0\x20ftypisom\0\0\0\0isomavc1", FailureCode::DamagedMedia),
    ];
    for (name, bytes, expected) in cases {
        let path = folder.write(name, bytes);
        assert_eq!(song(&path).await, *expected, "{name} as a song");
        assert_eq!(performance(&path).await, *expected, "{name} as a performance");
    }
    // ffmpeg itself would follow a list that hides behind a comment: the format is not among those allowed.
    let hidden = folder.write("hidden.mp4", "\n\n# a comment\nffconcat version 1.0\nfile good.mp4\n");
    assert_eq!(song(&hidden).await, FailureCode::UnrecognisedFormat);
}

#[tokio::test]
async fn missing_streams_lengths_and_sizes_are_named() {
    let folder = Folder::new();
    let good = folder.good();
    let silent = folder.make("silent.mp4", "-i good.mp4 -an -c copy");
    let heard = folder.make("heard.m4a", "-i good.mp4 -vn -c copy");
    let blink = folder.make("blink.mp4", "-i good.mp4 -t 0.4 -c:v libx264 -preset ultrafast -c:a aac");
    let long = folder.make("long.mp4", "-stream_loop 3 -i good.mp4 -c copy");
    let many = folder
        .make("many.mkv", &format!("-i good.mp4 {} -map 0:a -c copy", "-map 0:v ".repeat(9).trim_end()));
    let tiny =
        folder.make("tiny.mp4", "-i good.mp4 -vf scale=32:32 -c:v libx264 -preset ultrafast -c:a copy");
    let sparse = folder.make("sparse.mkv", "-i good.mp4 -vf fps=1 -c:v libx264 -preset ultrafast -c:a copy");
    let giant = folder.make("giant.mkv", "-f lavfi -i color=s=8192x8192:r=25:d=0.08 -c:v mjpeg -q:v 31");
    let strip =
        folder.make("strip.mp4", "-i good.mp4 -vf scale=1280:160 -c:v libx264 -preset ultrafast -c:a copy");
    let pictureless = folder.make("pictureless.mkv", "-i good.mp4 -c copy -bsf:v noise=drop=1");
    let big = folder.write("big.wav", vec![0; (4 << 20) + 1]);
    assert_eq!(song(&silent).await, FailureCode::NoAudioStream);
    assert!(media().screen_performance(&silent).await.is_ok(), "dancing needs no sound");
    assert_eq!(performance(&heard).await, FailureCode::NoVideoStream);
    assert_eq!(song(&blink).await, FailureCode::TooShort);
    assert_eq!(performance(&blink).await, FailureCode::TooShort);
    assert_eq!(song(&long).await, FailureCode::TooLong);
    assert_eq!(performance(&long).await, FailureCode::TooLong);
    assert_eq!(performance(&many).await, FailureCode::TooComplex);
    assert_eq!(performance(&tiny).await, FailureCode::TooComplex);
    assert_eq!(performance(&giant).await, FailureCode::TooComplex);
    assert_eq!(performance(&strip).await, FailureCode::TooComplex);
    assert_eq!(performance(&pictureless).await, FailureCode::DamagedMedia);
    assert_eq!(performance(&sparse).await, FailureCode::DamagedMedia);
    assert_eq!(song(&big).await, FailureCode::TooLarge);
    let facts = media().screen_performance(&good).await.unwrap();
    assert_eq!((facts.pictures, facts.video.width), (75, 320));
    assert!((facts.duration_s - 3.0).abs() < 0.05, "{facts:?}");
}

#[tokio::test]
async fn damage_behind_a_good_header_is_found() {
    let folder = Folder::new();
    let bytes = std::fs::read(folder.good()).unwrap();
    let cut = folder.write("cut.mp4", &bytes[..bytes.len() / 2]);
    assert_eq!(performance(&cut).await, FailureCode::DamagedMedia);
    assert_eq!(song(&cut).await, FailureCode::DamagedMedia);
    // Samples that are no numbers: ffmpeg decodes them and reports success.
    let wav = |samples: &[f32]| {
        let data: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        let mut file =
            b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x03\0\x01\0\x44\xac\0\0\x10\xb1\x02\0\x04\0\x20\0data".to_vec();
        file.extend((data.len() as u32).to_le_bytes());
        file.extend(data);
        file
    };
    let mut samples = vec![0.1; 100_000];
    let fine = folder.write("fine.wav", wav(&samples));
    assert!((media().screen_song(&fine).await.unwrap().samples.abs_diff(100_000)) < 10);
    samples[60_000] = f32::NAN;
    let nan = folder.write("nan.wav", wav(&samples));
    assert_eq!(song(&nan).await, FailureCode::DamagedMedia);
    let nothing = folder.write("nothing.wav", wav(&[]));
    assert_eq!(song(&nothing).await, FailureCode::DamagedMedia);
}

#[tokio::test]
async fn a_performance_is_conformed_upright_even_and_constant() {
    let folder = Folder::new();
    folder.good();
    // Anamorphic, and lying on its side by its container's word; variable times; sound that starts late.
    folder.make(
        "odd.mp4",
        "-f lavfi -i testsrc2=s=180x240:r=24:d=3 -itsoffset 0.5 -f lavfi -i sine=d=2.5 -vf \
         setsar=4/3,setpts=PTS+if(gt(N\\,30)\\,0.02/TB\\,0) -fps_mode vfr -c:v libx264 -preset ultrafast \
         -pix_fmt yuv420p -c:a aac",
    );
    let odd = folder.make("lying.mp4", "-i odd.mp4 -c copy -metadata:s:v:0 rotate=90");
    let out = folder.at("mezzanine.mp4");
    let mut told = 0.0_f64;
    let options = ConformOptions { short_side: 144, ..ConformOptions::default() };
    let mut watch = Watch::new(eightcount_media::CancellationToken::new(), |p| told = told.max(p.seconds));
    let small = folder.at("small.mp4");
    let (to, mut shown) = tokio::sync::mpsc::channel::<Glimpse>(2);
    let looking = async {
        let mut sizes = Vec::new();
        while let Some(glimpse) = shown.recv().await {
            sizes.push(glimpse.dimensions());
        }
        sizes
    };
    let media_of_it = media();
    let facts = media_of_it.screen_performance(&odd).await.unwrap();
    let shown_to = Some(Shown { small: &small, to });
    let conforming = media_of_it.conform(&odd, &facts, &out, &options, shown_to, &mut watch);
    let (made, sizes) = tokio::join!(conforming, looking);
    let mezzanine = made.unwrap();
    drop(watch);
    // Every picture of the mezzanine was shown.
    assert_eq!(sizes, vec![(640, 640); mezzanine.frames as usize]);
    // 180x240 with pixels of 4:3 is a square; lying, still a square.
    assert_eq!((mezzanine.width, mezzanine.height, mezzanine.fps), (144, 144, FrameRate::Fps30));
    assert!(mezzanine.has_audio && told > 1.0, "{mezzanine:?} {told}");
    assert!((mezzanine.frames as f64 - facts.duration_s * 30.0).abs() <= 2.0, "{mezzanine:?} {facts:?}");
    let mut pictures = 0;
    let count = media()
        .small_frames(&out, (16, 16), &mut Watch::nobody(), &mut |index, picture| {
            assert_eq!((index, picture.len()), (pictures, 256 + 2 * 64));
            pictures += 1;
        })
        .await
        .unwrap();
    assert_eq!((count, pictures), (mezzanine.frames, mezzanine.frames));
    // The sound keeps its place: half a second of silence first.
    let sound = media().decode_pcm(&out, &mut Watch::nobody()).await.unwrap().pcm;
    let first = sound.iter().position(|sample| sample.abs() > 0.02).unwrap();
    assert!((first as f64 / 44_100.0 - 0.5).abs() < 0.03, "{first}");
    let pictures = media().thumbnails(&small, &[1.0, 0.2, 1.0], folder.path()).await.unwrap();
    assert_eq!((pictures.len(), image::open(&pictures[1]).unwrap().width()), (3, 320));
    assert_ne!(std::fs::read(&pictures[0]).unwrap(), std::fs::read(&pictures[1]).unwrap());
    let empty = tempfile::tempdir().unwrap();
    assert!(media().thumbnails(&small, &[99.0], empty.path()).await.is_err());
    let steps = [(0.0, 1.0), (1.0, 2.2)];
    let previews = media().cut_previews(&small, &steps, folder.path()).await.unwrap();
    for (preview, (start, end)) in previews.iter().zip(steps) {
        let mut shown = 0;
        let mut count = |_, _: &[u8]| shown += 1;
        media().small_frames(preview, (16, 16), &mut Watch::nobody(), &mut count).await.unwrap();
        assert!((f64::from(shown) / 15.0 - (end - start)).abs() < 0.07, "{shown} pictures");
    }
    assert!(media().cut_previews(&small, &[(90.0, 99.0)], empty.path()).await.is_err());
}
