//! What ffmpeg and ffprobe are told before they open a file that came from outside.

use eightcount_domain::FailureCode;

/// Formats that hold media themselves. Those that point to other files (playlists, concat, DASH, SDP) are not
/// among them, whatever the name of the upload.
const FORMATS: &str = "mov,matroska,webm,avi,mpegts,mp3,wav,w64,flac,ogg,aac,aiff,caf";

/// Codecs of songs and camera videos, and those of the covers and subtitles that come along with them, which
/// ffprobe opens though nobody decodes them.
const CODECS: &str = "h264,hevc,vp8,vp9,libvpx-vp8,libvpx-vp9,av1,libdav1d,libaom-av1,mpeg4,msmpeg4,mpeg2video,mjpeg,\
png,prores,dnxhd,aac,aac_fixed,aac_latm,mp3,mp3float,mp2,mp2float,opus,libopus,vorbis,libvorbis,flac,alac,ac3,eac3,pcm_u8,pcm_s16le,\
pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_s32be,pcm_f32le,pcm_f32be,pcm_f64le,srt,subrip,ass,ssa,mov_text,\
webvtt,text";

/// Input options for files from outside: local files only, known formats and codecs only, little reading ahead.
pub(crate) const INPUT_GUARD: &[&str] = &[
    "-protocol_whitelist",
    "file",
    "-format_whitelist",
    FORMATS,
    "-codec_whitelist",
    CODECS,
    "-probesize",
    "10000000",
    "-analyzeduration",
    "10000000",
];

/// What the first bytes of a file say it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sniff {
    /// A file that points to files.
    Playlist,
    /// A container or stream that we know.
    Media,
    /// Anything else.
    Other,
}

/// Judges by the first bytes (a few hundred are enough).
pub(crate) fn sniff(head: &[u8]) -> Sniff {
    const PLAYLISTS: &[&str] = &[
        "#extm3u",
        "ffconcat",
        "[playlist]",
        "<asx",
        "<smil",
        "<mpd",
        "v=0",
        "rtsp://",
        "rtmp://",
        "http://",
        "https://",
        "file:",
        "[reference]",
        "<compositionplaylist",
    ];
    let text = String::from_utf8_lossy(head).to_lowercase();
    let start = text.trim_start_matches(['\u{feff}', '\u{fffd}', ' ', '\t', '\r', '\n']);
    let xml = start.starts_with("<?xml");
    let listed =
        |mark: &str| start.starts_with(mark) || (xml && mark.starts_with('<') && start.contains(mark));
    if PLAYLISTS.iter().any(|mark| listed(mark)) {
        return Sniff::Playlist;
    }
    let at = |offset: usize, mark: &[u8]| head.get(offset..).is_some_and(|rest| rest.starts_with(mark));
    let boxes: &[&[u8]] = &[b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"];
    let marks: &[&[u8]] =
        &[b"\x1aE\xdf\xa3", b"RIFF", b"OggS", b"fLaC", b"ID3", b"FORM", b"caff", b"riff\x2e\x91\xcf\x11"];
    let mpeg_audio = head.len() > 1 && head[0] == 0xff && head[1] & 0xe0 == 0xe0;
    let transport = at(0, b"\x47") && at(188, b"\x47");
    let known = boxes.iter().any(|mark| at(4, mark)) || marks.iter().any(|mark| at(0, mark));
    if known || mpeg_audio || transport { Sniff::Media } else { Sniff::Other }
}

impl Sniff {
    /// What to call a file whose first bytes say this and which could not be read.
    pub(crate) fn failure(self) -> FailureCode {
        match self {
            Self::Playlist => FailureCode::PlaylistRefused,
            Self::Media => FailureCode::DamagedMedia,
            Self::Other => FailureCode::UnrecognisedFormat,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn playlists_are_known_by_their_text() {
        for text in [
            "#EXTM3U\n",
            "\u{feff}#EXTM3U",
            "ffconcat version 1.0",
            "  \n[playlist]",
            "v=0\no=-",
            "<?xml version=\"1.0\"?><MPD xmlns=\"x\">",
            "rtsp://host/x",
            "<ASX version=\"3.0\">",
        ] {
            assert_eq!(sniff(text.as_bytes()), Sniff::Playlist, "{text}");
        }
    }

    #[test]
    fn media_is_known_by_its_marks_and_the_rest_is_not() {
        assert_eq!(sniff(b"\0\0\0\x20ftypisom"), Sniff::Media);
        assert_eq!(sniff(b"OggS\0\0"), Sniff::Media);
        assert_eq!(sniff(b"\xff\xfb\x90\0"), Sniff::Media);
        for other in [&b""[..], b"\0", b"hello hello", b"<!doctype html>", b"PK\x03\x04", b"\x7fELF"] {
            assert_eq!(sniff(other), Sniff::Other, "{other:?}");
        }
    }
}
