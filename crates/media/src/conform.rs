//! Conforming a performance once, so that takes can be cut from it quickly and exactly.

use crate::files::{Attempt, absolute};
use crate::guard::INPUT_GUARD;
use crate::measure::Measured;
use crate::process::{Output, Run, Watch, access};
use crate::small::{small_arguments, small_filter};
use crate::{Glimpse, Media, MediaError, PerformanceFacts, Transfer, VideoFacts};
use eightcount_domain::FrameRate;
use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;
use tokio::sync::mpsc;

/// Square pixels, eight bits, colour at half the detail.
const SQUARE: &str = "setsar=1,format=yuv420p";

/// How performances are conformed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConformOptions {
    /// The shorter side of the mezzanine's picture in pixels, even: its height, unless the video is upright.
    pub short_side: u32,
    /// Its constant frame rate.
    pub fps: FrameRate,
    /// x264 constant rate factor.
    pub crf: u32,
}

impl Default for ConformOptions {
    fn default() -> Self {
        Self { short_side: 720, fps: FrameRate::Fps30, crf: 20 }
    }
}

/// A mezzanine: every picture a key frame, at constant rate from time 0; square upright pixels, BT.709; with the
/// performance's sound, if it has any, on the same clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mezzanine {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Frame rate.
    pub fps: FrameRate,
    /// Number of frames.
    pub frames: u64,
    /// It has sound.
    pub has_audio: bool,
}

/// Who looks at every picture while the mezzanine is written: the film is decoded once for all.
pub struct Shown<'a> {
    /// Where to write the small copy from which previews and thumbnails are cut.
    pub small: &'a Path,
    /// Takes every picture of the mezzanine, in order.
    pub to: mpsc::Sender<Glimpse>,
}

impl Media {
    /// Writes the mezzanine of a performance that was screened. Two attempts may run at once; the file appears whole, and
    /// is not forced to the disk: its taker does that.
    pub async fn conform(
        &self,
        path: &Path,
        facts: &PerformanceFacts,
        out: &Path,
        options: &ConformOptions,
        shown: Option<Shown<'_>>,
        watch: &mut Watch<'_>,
    ) -> Result<Mezzanine, MediaError> {
        let (path, attempt) = (absolute(path)?, Attempt::at(out)?);
        let size = canvas(&facts.video, options.short_side);
        let glimpse = Glimpse::size(size.0, size.1);
        let (small, output) = match shown {
            Some(Shown { small, to }) => (Some(Attempt::at(small)?), Output::Glimpses { size: glimpse, to }),
            None => (None, Output::None),
        };
        let mut arguments = self.conform_arguments(&path, facts, options, (size, glimpse), small.is_some());
        arguments.push(attempt.path().into());
        let mut written = vec![attempt.path()];
        if let Some(small) = &small {
            arguments.extend(["-map", "[glimpses]", "-fps_mode", "passthrough"].map(Into::into));
            arguments.extend(["-t".into(), self.longest(), "-f".into(), "rawvideo".into(), "pipe:1".into()]);
            arguments.extend(["-map".into(), "[small]".into(), "-t".into(), self.longest()]);
            arguments.extend(small_arguments(small.path()));
            written.push(small.path());
        }
        let run = Run {
            tool: &self.tools.ffmpeg,
            doing: "conforming a performance",
            arguments,
            files: access(&[&path], &written),
            // A tenth of real time is slower than any machine that is of use.
            wall: self.limits.tool_wall + Duration::from_secs_f64(10.0 * facts.duration_s),
        };
        self.run(run, output, watch).await?;
        let measured = self.measure(attempt.path()).await?;
        let frames = check(&measured, facts, options, size)?;
        attempt.keep_unsynced()?;
        if let Some(small) = small {
            small.keep_unsynced()?;
        }
        let ((width, height), has_audio) = (size, measured.audio.is_some());
        Ok(Mezzanine { width, height, fps: options.fps, frames, has_audio })
    }

    /// Everything up to the mezzanine's name.
    fn conform_arguments(
        &self,
        path: &Path,
        facts: &PerformanceFacts,
        options: &ConformOptions,
        (size, glimpse): ((u32, u32), (u32, u32)),
        shown: bool,
    ) -> Vec<OsString> {
        let mut graph = format!("[0:{}]{}", facts.video.index, filters(&facts.video, options, size));
        if shown {
            let (small, (width, height)) = (small_filter(options.fps), glimpse);
            graph = format!(
                "{graph},split[mezzanine][shown];[shown]scale={width}:{height}:flags=area,format=yuv420p,\
                 split[glimpses][copy];[copy]{small}[small]"
            );
        } else {
            graph += "[mezzanine]";
        }
        let mut arguments: Vec<OsString> =
            ["-hide_banner", "-nostdin", "-y", "-stats"].map(Into::into).into();
        arguments.extend(INPUT_GUARD.iter().map(Into::into));
        arguments.extend(["-i".into(), path.into(), "-filter_complex".into(), graph.into()]);
        arguments.extend(["-map", "[mezzanine]"].map(Into::into));
        if facts.probe.audio.is_some() {
            arguments.extend(["-map", "0:a:0"].map(Into::into));
        }
        arguments.extend(["-sn", "-dn"].map(Into::into));
        if facts.probe.audio.is_some() {
            let sound = ["-af", "aresample=48000:async=1:first_pts=0", "-ac", "2", "-b:a", "160k"];
            arguments.extend(sound.map(Into::into));
            // Half the time of the other coder, which saves bits where there are enough.
            arguments.extend(["-c:a", "aac", "-aac_coder", "fast"].map(Into::into));
        }
        arguments.extend(["-c:v", "libx264", "-preset", "ultrafast"].map(Into::into));
        arguments
            .extend(["-tune", "fastdecode", "-x264-params", "keyint=1:scenecut=0", "-crf"].map(Into::into));
        arguments.push(options.crf.to_string().into());
        arguments.extend(
            ["-color_primaries", "bt709", "-color_trc", "bt709", "-colorspace", "bt709"].map(Into::into),
        );
        arguments.extend(["-color_range", "tv", "-video_track_timescale", "15360"].map(Into::into));
        arguments.extend(
            ["-movie_timescale", "90000", "-map_metadata", "-1", "-map_chapters", "-1"].map(Into::into),
        );
        arguments.extend(["-t".into(), self.longest(), "-f".into(), "mp4".into()]);
        arguments
    }

    /// Seconds of a performance that are read at most, whatever its file says.
    fn longest(&self) -> OsString {
        format!("{:.3}", self.limits.performance_max_s).into()
    }
}

/// What makes the mezzanine's pictures of the source's.
fn filters(video: &VideoFacts, options: &ConformOptions, (width, height): (u32, u32)) -> String {
    // Each half of a woven picture becomes one of its own: movement stays as smooth as it was filmed.
    let weave = if video.interlaced { "bwdif=mode=send_field:deint=all," } else { "" };
    // The first picture also fills the time before it, so that frame 0 is time 0 for picture and sound alike.
    let grid = format!("fps={}:start_time=0", options.fps.get());
    let size = format!("scale={width}:{height}:flags=bicubic");
    let transfer = match video.transfer {
        Transfer::Standard => {
            let from = if video.tells_matrix { "auto" } else { usual_matrix(video) };
            return format!(
                "{weave}{grid},{size}:in_color_matrix={from}:out_color_matrix=bt709:out_range=tv,{SQUARE}"
            );
        }
        Transfer::Pq => "smpte2084",
        Transfer::Hlg => "arib-std-b67",
    };
    // Linear light relative to the white of a sheet of paper (203 cd/m², BT.2408). A Möbius curve leaves what is darker
    // than a third of it, skin and stage, as it was and rolls off what is brighter, so that lights keep their shape.
    format!(
        "{weave}{grid},{size},zscale=tin={transfer}:pin=bt2020:min=bt2020nc:rin=tv:t=linear:npl=203,format=gbrpf32le,\
         zscale=p=bt709,tonemap=tonemap=mobius:param=0.3:desat=0,zscale=t=bt709:m=bt709:r=tv,{SQUARE}"
    )
}

/// By which matrix players take colours to be written down when the file does not say: BT.709 from high definition on.
fn usual_matrix(video: &VideoFacts) -> &'static str {
    if video.width.max(video.height) >= 1280 || video.width.min(video.height) > 576 {
        "bt709"
    } else {
        "bt601"
    }
}

/// The size of the mezzanine's picture: the source's shape with the wanted shorter side, even.
fn canvas(video: &VideoFacts, short_side: u32) -> (u32, u32) {
    let even = |side: f64| 2 * (side / 2.0).round().max(1.0) as u32;
    let (w, h) = (f64::from(video.width), f64::from(video.height));
    let short = f64::from(short_side);
    if w >= h { (even(w * short / h), even(short)) } else { (even(short), even(h * short / w)) }
}

fn check(
    measured: &Measured,
    facts: &PerformanceFacts,
    options: &ConformOptions,
    size: (u32, u32),
) -> Result<u64, MediaError> {
    let wrong = |what: String| Err(MediaError::WrongOutput { doing: "conforming a performance", what });
    let Some(video) = &measured.video else { return wrong("no video".to_owned()) };
    let expected = facts.duration_s * f64::from(options.fps.get());
    if (video.width, video.height) != size || video.codec != "h264" {
        return wrong(format!("{} {}x{}", video.codec, video.width, video.height));
    }
    if measured.audio.is_some() != facts.probe.audio.is_some() {
        return wrong("sound where there was none, or none where there was".to_owned());
    }
    // One frame for the rounding of each end.
    if (video.pictures as f64) < expected - 2.0 {
        return wrong(format!("{} frames of {expected:.1}", video.pictures));
    }
    if (video.duration_s - video.pictures as f64 / f64::from(options.fps.get())).abs() > 0.001
        || video.start_s != 0.0
    {
        return wrong("its frames are not on a constant grid".to_owned());
    }
    Ok(video.pictures)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(width: u32, height: u32) -> VideoFacts {
        VideoFacts {
            index: 0,
            codec: "h264".into(),
            width,
            height,
            transfer: Transfer::Standard,
            tells_matrix: true,
            interlaced: false,
            fps: None,
            duration_s: None,
        }
    }

    #[test]
    fn only_what_needs_it_is_unwoven_or_mapped() {
        let options = ConformOptions::default();
        let plain = filters(&facts(1920, 1080), &options, (1280, 720));
        assert!(!plain.contains("bwdif") && !plain.contains("tonemap"), "{plain}");
        let woven = VideoFacts { interlaced: true, transfer: Transfer::Hlg, ..facts(1920, 1080) };
        let woven = filters(&woven, &options, (1280, 720));
        assert!(woven.starts_with("bwdif") && woven.contains("tin=arib-std-b67"), "{woven}");
    }

    #[test]
    fn the_shape_is_kept_and_even() {
        let size = |width, height| canvas(&facts(width, height), 720);
        assert_eq!(size(1920, 1080), (1280, 720));
        assert_eq!(size(1080, 1920), (720, 1280));
        assert_eq!(size(640, 480), (960, 720));
        assert_eq!(size(853, 480), (1280, 720));
        assert_eq!(size(500, 500), (720, 720));
    }
}
