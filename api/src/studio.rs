//! The studio: the page on which a dance is made, built from `api/web` and held in this program.
//!
//! Invariant: an address of the studio never falls back to another one. What a name with a hash in it holds never
//! changes and may be kept for ever; the page itself is asked for anew each time.

use crate::problem::Problem;
use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use eightcount_domain::FailureCode;

/// A file of the studio.
#[derive(Debug)]
struct File {
    /// Below the studio's folder, for example `assets/index-Bx1.js`.
    path: &'static str,
    /// Hash of the plain bytes.
    tag: &'static str,
    plain: &'static [u8],
    brotli: Option<&'static [u8]>,
    gzip: Option<&'static [u8]>,
}

/// All files, in order of path. Empty where the studio was not built.
static FILES: &[File] = include!(concat!(env!("OUT_DIR"), "/studio.rs"));

/// The page at every address of the studio.
const PAGE: &str = "index.html";
/// Files whose names hold a hash of their bytes.
const HASHED: &str = "assets/";
/// What the page may load: its own scripts, styles and fonts, and what this service serves; nothing inline.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; \
     img-src 'self'; media-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'self'; \
     frame-ancestors 'none'";

/// Is there a studio in this program?
pub fn is_built() -> bool {
    find(FILES, PAGE).is_some()
}

/// The page, for every address at which it shows a view.
pub fn page(asked: &HeaderMap) -> Response {
    answer(FILES, PAGE, asked)
}

/// A file of the page.
pub fn file(path: &str, asked: &HeaderMap) -> Response {
    answer(FILES, path, asked)
}

fn find<'a>(files: &'a [File], path: &str) -> Option<&'a File> {
    files.binary_search_by(|file| file.path.cmp(path)).ok().and_then(|at| files.get(at))
}

fn answer(files: &[File], path: &str, asked: &HeaderMap) -> Response {
    let Some(file) = find(files, path) else {
        return Problem::new(FailureCode::NotFound).into_response();
    };
    let (encoding, bytes) = encoded(file, asked);
    let tag = format!("\"{}{}\"", file.tag, encoding.map(|name| format!("-{name}")).unwrap_or_default());
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type(path)));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_SECURITY_POLICY));
    let caching = if path.starts_with(HASHED) { "public, max-age=31536000, immutable" } else { "no-cache" };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    headers.extend(encoding.map(|name| (header::CONTENT_ENCODING, HeaderValue::from_static(name))));
    headers.extend(HeaderValue::try_from(&tag).map(|tag| (header::ETAG, tag)));
    let known = asked.get(header::IF_NONE_MATCH).and_then(|tags| tags.to_str().ok());
    if known.is_some_and(|tags| tags.contains(&tag)) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    (headers, bytes).into_response()
}

/// The smallest form that the client reads, and its name.
fn encoded(file: &File, asked: &HeaderMap) -> (Option<&'static str>, &'static [u8]) {
    let accepted =
        asked.get(header::ACCEPT_ENCODING).and_then(|names| names.to_str().ok()).unwrap_or_default();
    let accepts = |wanted: &str| {
        accepted.split(',').any(|one| {
            let (name, weight) = one.split_once(';').unwrap_or((one, ""));
            name.trim() == wanted && !matches!(weight.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000")
        })
    };
    let forms = [("br", file.brotli), ("gzip", file.gzip)];
    let smallest = forms.into_iter().find_map(|(name, bytes)| Some((name, bytes?)).filter(|_| accepts(name)));
    smallest.map_or((None, file.plain), |(name, bytes)| (Some(name), bytes))
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static SMALL: &[File] = &[
        File {
            path: "assets/a-1.js",
            tag: "0a",
            plain: b"plain",
            brotli: Some(b"brotli"),
            gzip: Some(b"gzip"),
        },
        File { path: "index.html", tag: "0b", plain: b"<!doctype html>", brotli: None, gzip: None },
    ];

    fn asked(name: header::HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    fn told<'a>(response: &'a Response, name: &header::HeaderName) -> &'a str {
        response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    #[test]
    fn the_smallest_form_that_the_client_reads_is_sent() {
        for (accepted, encoding, tag) in [
            ("gzip, deflate, br", "br", "\"0a-br\""),
            ("gzip;q=1.0, br;q=0", "gzip", "\"0a-gzip\""),
            ("identity", "", "\"0a\""),
        ] {
            let response = answer(SMALL, "assets/a-1.js", &asked(header::ACCEPT_ENCODING, accepted));
            assert_eq!(told(&response, &header::CONTENT_ENCODING), encoding, "{accepted}");
            assert_eq!(told(&response, &header::ETAG), tag, "{accepted}");
            assert_eq!(told(&response, &header::CONTENT_TYPE), "text/javascript; charset=utf-8");
        }
    }

    #[test]
    fn names_with_a_hash_are_kept_for_ever_and_the_page_is_asked_for_anew() {
        let script = answer(SMALL, "assets/a-1.js", &HeaderMap::new());
        assert!(told(&script, &header::CACHE_CONTROL).contains("immutable"));
        let page = answer(SMALL, "index.html", &HeaderMap::new());
        assert_eq!(told(&page, &header::CACHE_CONTROL), "no-cache");
        let again = answer(SMALL, "index.html", &asked(header::IF_NONE_MATCH, "\"0b\""));
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        let policy = told(&page, &header::CONTENT_SECURITY_POLICY);
        assert!(
            policy.contains("script-src 'self'") && !policy.contains("unsafe") && !policy.contains("http")
        );
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        for path in ["assets/a-2.js", "", "../Cargo.toml"] {
            assert_eq!(answer(SMALL, path, &HeaderMap::new()).status(), StatusCode::NOT_FOUND, "{path}");
        }
    }
}
