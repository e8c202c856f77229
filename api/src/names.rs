//! Texts that clients send and that come back in pages, headers and search attributes: made harmless once, here.

/// Longest title in characters.
const TITLE_MAX_CHARS: usize = 200;
/// Longest credit in characters.
const CREDIT_MAX_CHARS: usize = 500;
/// Longest name of an owner in characters.
const OWNER_MAX_CHARS: usize = 100;
/// Whose work it is when nobody says.
const NOBODY: &str = "anonymous";

/// A title: as given, else the file's name without folders and extension, else `untitled`.
pub fn title(given: Option<&str>, file_name: Option<&str>) -> String {
    let given = given.map(|text| tidy(text, TITLE_MAX_CHARS)).filter(|text| !text.is_empty());
    let of_file = || {
        let name = file_name?.rsplit(['/', '\\']).next()?;
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| if stem.is_empty() { name } else { stem });
        Some(tidy(stem, TITLE_MAX_CHARS)).filter(|text| !text.is_empty())
    };
    given.or_else(of_file).unwrap_or_else(|| "untitled".to_owned())
}

/// A credit line; empty when not told.
pub fn credit(given: Option<&str>) -> String {
    given.map(|text| tidy(text, CREDIT_MAX_CHARS)).unwrap_or_default()
}

/// An owner's name.
pub fn owner(given: Option<&str>) -> String {
    let given = given.map(|text| tidy(text, OWNER_MAX_CHARS)).filter(|text| !text.is_empty());
    given.unwrap_or_else(|| NOBODY.to_owned())
}

/// Trimmed, on one line, without characters that steer terminals or turn the direction of writing.
fn tidy(text: &str, max_chars: usize) -> String {
    let steers = |c: char| {
        c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    let line: String = text.chars().filter(|c| !steers(*c)).collect();
    let cut: String = line.trim().chars().take(max_chars).collect();
    cut.trim_end().to_owned()
}

/// `Content-Disposition` of a download (RFC 6266): an ASCII name for old readers, the full one for others.
pub fn attachment(stem: &str, extension: &str) -> String {
    let forbidden = |c: char| c.is_control() || "/\\:*?\"<>|".contains(c);
    let full: String = stem.chars().map(|c| if forbidden(c) { '_' } else { c }).collect();
    let full = full.trim_matches([' ', '.']);
    let full = format!("{}.{extension}", if full.is_empty() { "eightcount" } else { full });
    let ascii: String =
        full.chars().map(|c| if c.is_ascii_graphic() || c == ' ' { c } else { '_' }).collect();
    // RFC 8187: every byte but these is written in percents.
    let mut encoded = String::new();
    for byte in full.bytes() {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            use std::fmt::Write;
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{encoded}")
}

/// The file name in the `Content-Disposition` of an upload, if one can be read.
pub fn uploaded_file_name(content_disposition: &str) -> Option<String> {
    let parameters = || content_disposition.split(';').skip(1).filter_map(|part| part.trim().split_once('='));
    let extended = parameters().find(|(name, _)| name.eq_ignore_ascii_case("filename*"));
    if let Some((_, value)) = extended {
        let (charset, rest) = value.split_once('\'')?;
        let (_, encoded) = rest.split_once('\'')?;
        return charset.eq_ignore_ascii_case("utf-8").then(|| percent_decoded(encoded))?;
    }
    let (_, plain) = parameters().find(|(name, _)| name.eq_ignore_ascii_case("filename"))?;
    Some(plain.trim_matches('"').to_owned())
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let hex = |b: u8| char::from(b).to_digit(16);
        bytes.push(if byte == b'%' { (hex(rest.next()?)? * 16 + hex(rest.next()?)?) as u8 } else { byte });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn titles_come_from_the_title_then_the_file_name() {
        assert_eq!(title(Some("  Dance \n"), Some("x.ogg")), "Dance");
        assert_eq!(title(Some("\u{202e}\r\n"), Some("C:\\songs\\my song.final.ogg")), "my song.final");
        assert_eq!(title(None, Some("../../etc/.passwd")), ".passwd");
        assert_eq!(title(None, None), "untitled");
        assert_eq!(title(Some(&"가".repeat(500)), None).chars().count(), 200);
    }

    #[test]
    fn downloads_are_named_for_old_and_new_readers() {
        assert_eq!(
            attachment("춤 \"1\"/2", "mp4"),
            "attachment; filename=\"_ _1__2.mp4\"; filename*=UTF-8''%EC%B6%A4%20_1__2.mp4"
        );
        assert_eq!(
            attachment("..", "mp4"),
            "attachment; filename=\"eightcount.mp4\"; filename*=UTF-8''eightcount.mp4"
        );
    }

    #[test]
    fn upload_names_are_read_in_both_forms() {
        assert_eq!(uploaded_file_name("attachment; filename=\"a b.ogg\"").as_deref(), Some("a b.ogg"));
        assert_eq!(
            uploaded_file_name("attachment; filename=x; filename*=UTF-8''%EC%B6%A4.ogg").as_deref(),
            Some("춤.ogg")
        );
        for bad in ["", "attachment", "attachment; filename*=UTF-8''%E", "attachment; filename*=latin1''x"] {
            assert_eq!(uploaded_file_name(bad), None, "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn a_download_name_is_always_one_clean_header(stem in "\\PC*|.*") {
            let header = attachment(&stem, "mp4");
            prop_assert!(header.bytes().all(|b| (0x20..0x7f).contains(&b)), "{header:?}");
            prop_assert_eq!(header.matches('"').count(), 2);
            prop_assert_eq!(uploaded_file_name(&header).map(|name| name.to_lowercase().ends_with(".mp4")), Some(true));
        }

        #[test]
        fn no_text_breaks_a_line(text in ".*") {
            let title = title(Some(&text), None);
            prop_assert!(!title.chars().any(char::is_control) && !title.is_empty());
        }

        #[test]
        fn no_disposition_panics(text in "\\PC*") {
            let _ = uploaded_file_name(&text);
        }
    }
}
