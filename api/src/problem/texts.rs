//! What is said about each failure code, in English and Korean.

use super::Language;
use eightcount_domain::FailureCode as C;

/// The title and the detail of a code in both languages.
#[derive(Clone, Copy, Debug)]
pub struct Text {
    code: C,
    english: (&'static str, &'static str),
    korean: (&'static str, &'static str),
}

impl Text {
    /// What is said about a code.
    pub fn of(code: C) -> Self {
        TABLE.iter().find(|text| text.code == code).copied().unwrap_or(INTERNAL)
    }

    /// The title and the detail.
    pub fn in_language(self, language: Language) -> (&'static str, &'static str) {
        match language {
            Language::English => self.english,
            Language::Korean => self.korean,
        }
    }
}

const fn text(code: C, english: (&'static str, &'static str), korean: (&'static str, &'static str)) -> Text {
    Text { code, english, korean }
}

const INTERNAL: Text = text(
    C::Internal,
    ("Fault of the service", "Something went wrong here. Tell the operator the request id."),
    ("서비스 오류", "서비스에 문제가 생겼습니다. 운영자에게 요청 ID를 알려 주세요."),
);

/// One entry for each code; a test holds it complete.
const TABLE: &[Text] = &[
    text(
        C::EmptyFile,
        ("Empty file", "The file has no bytes. Send the file itself as the body of the request."),
        ("빈 파일", "파일에 내용이 없습니다. 요청 본문으로 파일 자체를 보내 주세요."),
    ),
    text(
        C::UnrecognisedFormat,
        (
            "Unrecognised format",
            "This is no audio or video format that the service knows. Use MP3, WAV, FLAC, OGG or M4A for songs; MP4, MOV, MKV or WebM for performances.",
        ),
        (
            "알 수 없는 형식",
            "지원하는 오디오나 비디오 형식이 아닙니다. 노래는 MP3, WAV, FLAC, OGG, M4A, 공연은 MP4, MOV, MKV, WebM을 사용하세요.",
        ),
    ),
    text(
        C::PlaylistRefused,
        ("Playlist refused", "The file points to other files. Send the music or video itself."),
        ("재생 목록은 받지 않음", "다른 파일을 가리키는 파일입니다. 음악이나 영상 파일 자체를 보내 주세요."),
    ),
    text(
        C::DamagedMedia,
        (
            "Damaged file",
            "The file cannot be decoded to its end: it is damaged or cut off. Export or download it again.",
        ),
        (
            "손상된 파일",
            "파일을 끝까지 읽을 수 없습니다. 손상되었거나 잘린 파일이니 다시 내보내거나 내려받아 주세요.",
        ),
    ),
    text(
        C::NoAudioStream,
        ("No sound", "There is no audio in the file."),
        ("소리 없음", "파일에 오디오가 없습니다."),
    ),
    text(
        C::NoVideoStream,
        ("No picture", "There is no video in the file."),
        ("영상 없음", "파일에 비디오가 없습니다."),
    ),
    text(
        C::TooShort,
        ("Too short", "It is too short to dance to."),
        ("너무 짧음", "춤을 만들기에는 너무 짧습니다."),
    ),
    text(
        C::TooLong,
        ("Too long", "It is longer than the service accepts."),
        ("너무 긺", "서비스가 받을 수 있는 길이보다 깁니다."),
    ),
    text(
        C::TooLarge,
        ("Too large", "It has more bytes than the service accepts."),
        ("너무 큼", "서비스가 받을 수 있는 크기를 넘었습니다."),
    ),
    text(
        C::TooComplex,
        ("Too complex", "It has more pixels, channels or streams than the service accepts."),
        ("너무 복잡함", "화소, 채널 또는 스트림 수가 서비스가 받을 수 있는 한도를 넘었습니다."),
    ),
    text(
        C::NoBeats,
        ("No beat", "No steady beat was found in its sound."),
        ("박자 없음", "소리에서 일정한 박자를 찾지 못했습니다."),
    ),
    text(
        C::GridChangeRefused,
        (
            "Beats cannot be changed so",
            "The change leads outside of what is possible. Tap evenly, at least four beats; or start again from the beats as they were heard.",
        ),
        (
            "박자를 그렇게 바꿀 수 없음",
            "바꿀 수 있는 범위를 벗어납니다. 네 박 이상 고르게 두드리거나, 처음 들은 박자로 되돌려 다시 시작하세요.",
        ),
    ),
    text(
        C::StaleGrid,
        (
            "The beats changed meanwhile",
            "The song's beats were changed since you looked. Look again, then change them.",
        ),
        ("그사이 박자가 바뀜", "보신 뒤에 곡의 박자가 바뀌었습니다. 다시 확인한 뒤 바꿔 주세요."),
    ),
    text(
        C::SectionOutsideSong,
        ("Section outside the song", "The section must start before it ends and lie inside the song."),
        ("노래를 벗어난 구간", "구간은 시작이 끝보다 앞서야 하고 노래 안에 있어야 합니다."),
    ),
    text(
        C::SectionTooShort,
        ("Section too short", "Choose at least two eights (16 beats) of the song."),
        ("너무 짧은 구간", "노래에서 에잇 두 개(16박) 이상을 선택하세요."),
    ),
    text(
        C::SectionTooLong,
        ("Section too long", "The section has more eights than the service accepts. Choose a shorter one."),
        ("너무 긴 구간", "구간의 에잇 수가 한도를 넘었습니다. 더 짧게 선택하세요."),
    ),
    text(
        C::SongNotReady,
        ("Song not ready", "The song is still being heard. Try again shortly."),
        ("노래 분석 중", "노래를 아직 분석하고 있습니다. 잠시 후 다시 시도하세요."),
    ),
    text(
        C::SongFailed,
        ("Song failed", "The song could not be heard; its page tells why. Upload another file."),
        (
            "노래 분석 실패",
            "노래를 분석하지 못했습니다. 이유는 노래 정보에 있습니다. 다른 파일을 올려 주세요.",
        ),
    ),
    text(
        C::EmptyLibrary,
        (
            "Empty library",
            "The library has no steps yet. Upload dance videos with POST /api/performances or `eightcount ingest FILE…`, and wait until they are published.",
        ),
        (
            "빈 라이브러리",
            "라이브러리에 아직 스텝이 없습니다. POST /api/performances 또는 `eightcount ingest 파일…`로 춤 영상을 올리고 게시될 때까지 기다려 주세요.",
        ),
    ),
    text(
        C::NotReadyYet,
        ("Not ready yet", "It is still being made. Try again shortly."),
        ("아직 준비되지 않음", "아직 만들고 있습니다. 잠시 후 다시 시도하세요."),
    ),
    text(
        C::StepNotOffered,
        (
            "Step not offered",
            "The step is not among the candidates of that eight. Choose one of the candidates.",
        ),
        ("제안되지 않은 스텝", "이 에잇의 후보에 없는 스텝입니다. 후보 가운데에서 선택하세요."),
    ),
    text(
        C::EightNotOpen,
        ("Eight not open", "An earlier eight has no selection yet. Select in order."),
        ("아직 열리지 않은 에잇", "앞선 에잇을 아직 선택하지 않았습니다. 순서대로 선택하세요."),
    ),
    text(
        C::StaleRevision,
        (
            "Stale revision",
            "The choreography changed since you looked. Read it again and repeat with its revision.",
        ),
        ("지난 리비전", "보신 뒤에 안무가 바뀌었습니다. 다시 읽고 새 리비전으로 시도하세요."),
    ),
    text(
        C::SamePerformance,
        (
            "Same performance",
            "The neighbouring eight shows the same performance: there would be no cut. Choose another step.",
        ),
        ("같은 공연", "이웃한 에잇이 같은 공연이라 컷이 생기지 않습니다. 다른 스텝을 선택하세요."),
    ),
    text(
        C::ChoreographyFinished,
        ("Choreography finished", "It is finished, cancelled or failed, and changes no more."),
        ("끝난 안무", "완료, 취소 또는 실패한 안무라 더 바꿀 수 없습니다."),
    ),
    text(
        C::ChoreographyIncomplete,
        ("Choreography incomplete", "Not every eight has a selection yet."),
        ("완성되지 않은 안무", "아직 선택하지 않은 에잇이 있습니다."),
    ),
    text(
        C::Cancelled,
        ("Cancelled", "It was cancelled on request."),
        ("취소됨", "요청에 따라 취소되었습니다."),
    ),
    text(C::UnknownSong, ("Unknown song", "There is no such song."), ("없는 노래", "그런 노래가 없습니다.")),
    text(
        C::UnknownPerformance,
        ("Unknown performance", "There is no such performance."),
        ("없는 공연", "그런 공연이 없습니다."),
    ),
    text(C::UnknownStep, ("Unknown step", "There is no such step."), ("없는 스텝", "그런 스텝이 없습니다.")),
    text(
        C::UnknownChoreography,
        ("Unknown choreography", "There is no such choreography."),
        ("없는 안무", "그런 안무가 없습니다."),
    ),
    text(
        C::UnknownEight,
        ("Unknown eight", "The choreography has no such eight."),
        ("없는 에잇", "안무에 그런 에잇이 없습니다."),
    ),
    text(
        C::UnknownTake,
        ("Unknown take", "There is no such take."),
        ("없는 테이크", "그런 테이크가 없습니다."),
    ),
    text(
        C::UnknownUpload,
        ("Unknown upload", "There is no such upload to go on with. Send the file from its beginning."),
        ("없는 업로드", "이어서 올릴 업로드가 없습니다. 파일을 처음부터 다시 보내세요."),
    ),
    text(
        C::UploadIncomplete,
        ("Upload incomplete", "Bytes of this upload are still missing. Go on with it first."),
        ("업로드 미완료", "아직 받지 못한 부분이 있습니다. 먼저 업로드를 마저 진행하세요."),
    ),
    text(
        C::NotFound,
        ("Not found", "There is nothing at this address. See /docs."),
        ("찾을 수 없음", "이 주소에는 아무것도 없습니다. /docs를 참고하세요."),
    ),
    text(
        C::BadRequest,
        ("Bad request", "The request cannot be understood. See /docs."),
        ("잘못된 요청", "요청을 이해할 수 없습니다. /docs를 참고하세요."),
    ),
    text(
        C::Busy,
        ("Busy", "Too much at once. Try again shortly."),
        ("요청이 많음", "한꺼번에 요청이 너무 많습니다. 잠시 후 다시 시도하세요."),
    ),
    text(
        C::Unavailable,
        ("Unavailable", "Something the service stands on does not answer. Try again shortly."),
        (
            "일시적으로 사용할 수 없음",
            "서비스에 필요한 구성 요소가 응답하지 않습니다. 잠시 후 다시 시도하세요.",
        ),
    ),
    INTERNAL,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_its_own_sentences_in_both_languages() {
        let hangul = |text: &str| text.chars().any(|c| ('\u{ac00}'..='\u{d7a3}').contains(&c));
        for code in C::ALL {
            let entries: Vec<_> = TABLE.iter().filter(|text| text.code == *code).collect();
            assert_eq!(entries.len(), 1, "{code}");
            for (title, detail) in entries.iter().map(|text| text.english) {
                assert!(!title.is_empty() && detail.len() > title.len() && !hangul(detail), "{code}");
            }
            for (title, detail) in entries.iter().map(|text| text.korean) {
                assert!(hangul(title) && hangul(detail), "{code}");
            }
        }
        assert_eq!(TABLE.len(), C::ALL.len());
    }
}
