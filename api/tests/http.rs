//! The router on real stores, without Temporal: what is read, what is refused, and how.

#![allow(clippy::unwrap_used, missing_docs)]

mod support;
mod uploads;

use axum::{body::Body, http::Request};
use eightcount_domain::{ChoreographyId, ChoreographyStatus, SongStatus};
use futures::StreamExt;
use support::{TestApi, UPLOAD_MAX_BYTES, choreography};

const CHOREOGRAPHY: &str = "0198c0de-7e57-7abc-8def-0123456789ab";

fn hash(digit: &str) -> String {
    digit.repeat(64)
}

#[tokio::test]
async fn what_is_not_there_is_told_by_its_own_code() {
    let api = TestApi::new().await;
    let none = hash("0");
    for (path, code) in [
        ("/nothing".to_owned(), "not_found"),
        ("/api".to_owned(), "not_found"),
        (format!("/api/songs/{none}"), "unknown_song"),
        ("/api/songs/..%2f..%2fetc".to_owned(), "unknown_song"),
        ("/api/songs/%ff%fe".to_owned(), "unknown_song"),
        (format!("/api/songs/{}", hash("A")), "unknown_song"),
        (format!("/api/songs/{none}/audio"), "unknown_song"),
        (format!("/api/songs/{none}/waveform"), "unknown_song"),
        (format!("/api/choreographies/{CHOREOGRAPHY}x/clusters"), "unknown_choreography"),
        (format!("/api/performances/{none}"), "unknown_performance"),
        (format!("/api/performances/{none}/video"), "unknown_performance"),
        (format!("/api/steps/{none}.0/thumbnail"), "unknown_step"),
        (format!("/api/steps/{none}.-1/thumbnail"), "unknown_step"),
        (format!("/api/takes/{none}"), "unknown_take"),
        ("/api/choreographies/1/events".to_owned(), "unknown_choreography"),
        (format!("/api/choreographies/{CHOREOGRAPHY}/eights/4294967296/candidates"), "unknown_eight"),
        (format!("/api/choreographies/{CHOREOGRAPHY}/eights/-1/candidates"), "unknown_eight"),
        (format!("/api/choreographies/{CHOREOGRAPHY}/stages/third"), "not_found"),
    ] {
        let answer = api.get(&path).await;
        assert_eq!(answer.problem(), (404, code.to_owned()), "{path}");
    }
}

#[tokio::test]
async fn what_cannot_be_understood_is_a_problem_too() {
    let api = TestApi::new().await;
    let create = "/api/choreographies";
    for body in [
        "",
        "{",
        "[]",
        "{\"song\":1}",
        "{\"song\":\"x\",\"section\":{\"start_ms\":0,\"end_ms\":1}}",
        "{\"song\":\"x\",\"section\":{\"start_ms\":-1,\"end_ms\":1}}",
        "{\"song\":\"x\",\"section\":{\"start_ms\":1e999,\"end_ms\":1}}",
        "\u{0}",
    ] {
        let answer = api.post_json(create, body).await;
        assert_eq!(answer.problem().1, "bad_request", "{body:?}");
        assert!(answer.status.is_client_error());
    }
    let huge = format!("{{\"song\":\"{}\"}}", "x".repeat(100_000));
    assert_eq!(api.post_json(create, &huge).await.problem(), (413, "too_large".to_owned()));

    let no_json = api.send(Request::post(create).body(Body::from("{}")).unwrap()).await;
    assert_eq!(no_json.problem(), (415, "bad_request".to_owned()));
    let wrong_method = api.send(Request::delete("/api/songs").body(Body::empty()).unwrap()).await;
    assert_eq!(wrong_method.problem(), (405, "bad_request".to_owned()));
    assert!(wrong_method.header("allow").contains("GET"), "{:?}", wrong_method.headers);
    for query in ["limit=-1", "limit=x", "after=1.zz", "after=", "limit=99999999999"] {
        assert_eq!(api.get(&format!("/api/songs?{query}")).await.problem().0, 400, "{query}");
    }
    assert_eq!(api.get("/api/choreographies?status=dancing").await.problem().0, 400);
}

#[tokio::test]
async fn problems_speak_the_readers_language_and_keep_its_request_id() {
    let api = TestApi::new().await;
    let request = |language: &str, id: &str| {
        let request = Request::get(format!("/api/songs/{}", hash("0")));
        request.header("accept-language", language).header("x-request-id", id).body(Body::empty()).unwrap()
    };
    let korean = api.send(request("ko-KR,ko;q=0.9,en;q=0.1", "my-id.1")).await;
    assert_eq!(korean.header("content-language"), "ko");
    insta::assert_json_snapshot!("unknown_song_ko", korean.json());
    let english = api.send(request("en", "my-id.1")).await;
    insta::assert_json_snapshot!("unknown_song_en", english.json());
    let strange = api.send(request("en", "<script>")).await;
    assert!(!strange.header("x-request-id").contains('<') && strange.header("x-request-id").len() == 36);
}

#[tokio::test]
async fn pages_of_other_sites_change_nothing() {
    let api = TestApi::new().await;
    let path = format!("/api/choreographies/{CHOREOGRAPHY}/cancel");
    let request = Request::post(path).header("sec-fetch-site", "cross-site").body(Body::empty()).unwrap();
    assert_eq!(api.send(request).await.problem(), (403, "bad_request".to_owned()));
}

#[tokio::test]
async fn a_refused_upload_leaves_nothing() {
    let api = TestApi::new().await;
    let upload = |path: &str, body: Vec<u8>| Request::post(path).body(Body::from(body)).unwrap();
    for path in ["/api/songs", "/api/performances"] {
        let empty = api.send(upload(path, Vec::new())).await;
        assert_eq!(empty.problem(), (422, "empty_file".to_owned()));
        let large = api.send(upload(path, vec![0; UPLOAD_MAX_BYTES as usize + 1])).await;
        assert_eq!(large.problem(), (413, "too_large".to_owned()));
        assert_eq!(large.json()["limit"], format!("{UPLOAD_MAX_BYTES} bytes"));
        let pieces = futures::stream::repeat_with(|| Ok::<_, std::io::Error>(vec![0_u8; 64])).take(100);
        let streamed = Request::post(path).body(Body::from_stream(pieces)).unwrap();
        assert_eq!(api.send(streamed).await.problem(), (413, "too_large".to_owned()));
        let broken = futures::stream::iter([Ok(vec![0_u8; 64]), Err(std::io::Error::other("gone"))]);
        let broken = Request::post(path).body(Body::from_stream(broken)).unwrap();
        assert_eq!(api.send(broken).await.problem(), (400, "bad_request".to_owned()));
        let form = Request::post(path).header("content-type", "multipart/form-data; boundary=x");
        assert_eq!(api.send(form.body(Body::from("--x")).unwrap()).await.problem().0, 400);
        // Whole, but nobody is there to look at it.
        let unseen = api.send(upload(path, b"a song".to_vec())).await;
        assert_eq!(unseen.problem(), (503, "unavailable".to_owned()));
        assert_eq!(unseen.header("retry-after"), "2");
    }
    assert_eq!(api.files(), Vec::<String>::new());
    assert_eq!(api.get("/api/songs").await.json()["items"], serde_json::json!([]));
    assert_eq!(api.get("/api/performances").await.json()["items"], serde_json::json!([]));
}

#[tokio::test]
async fn the_same_bytes_again_are_the_song_that_is_there() {
    let api = TestApi::new().await;
    let id = api.song(b"OggS a song", SongStatus::Ready).await;
    let request = Request::post("/api/songs?title=Another").body(Body::from("OggS a song")).unwrap();
    let answer = api.send(request).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["id"]), (200, &serde_json::json!(id)));
    assert_eq!(answer.json()["title"], "춤 \"1\"");
    assert!(api.files().iter().all(|file| !file.contains("incoming")), "{:?}", api.files());
}

#[tokio::test]
async fn a_waveform_is_shown_near_and_far() {
    let api = TestApi::new().await;
    let id = api.song(b"OggS a song", SongStatus::Ready).await;
    let shown = async |query: &str| api.get(&format!("/api/songs/{id}/waveform{query}")).await.json();
    let points = |shown: &serde_json::Value| shown["peaks"].as_array().unwrap().len();
    let far = shown("").await;
    assert_eq!(far["zooms"].as_array().unwrap().len(), 5);
    assert_eq!((&far["points_per_second"], points(&far)), (&far["zooms"][2], 4307));
    let near = shown("?points_per_second=300&start_ms=10000&end_ms=12000").await;
    assert_eq!(near["points_per_second"], near["zooms"][4]);
    assert!((near["start_s"].as_f64().unwrap() - 10.0).abs() < 0.003);
    assert_eq!((points(&near), &near["peaks"][0]), (690, &serde_json::json!([-100, 100])));
    assert!(points(&shown("?points_per_second=1e9").await) <= 20_000);
    assert_eq!(points(&shown("?start_ms=18446744073709551615").await), 0);
    let other = api.song(b"another song", SongStatus::Hearing).await;
    assert_eq!(
        api.get(&format!("/api/songs/{other}/waveform")).await.problem(),
        (409, "song_not_ready".into())
    );
    assert_eq!(api.get(&format!("/api/songs/{id}/waveform?start_ms=-1")).await.problem().1, "bad_request");
}

#[tokio::test]
async fn a_ready_song_is_shown_with_its_eights_and_waveform() {
    let api = TestApi::new().await;
    let id = api.song(b"OggS a song", SongStatus::Ready).await;
    let heard = api.get(&format!("/api/songs/{id}?peaks=10")).await.json()["heard"].clone();
    assert_eq!(heard["tempo_bpm"], 120.0);
    assert_eq!(heard["peaks"], serde_json::json!(vec![[-100, 100]; 10]));
    assert_eq!(heard["eights"][1], serde_json::json!({ "index": 1, "start_s": 4.0, "end_s": 8.0 }));
    assert_eq!((&heard["pickup_beats"], &heard["leftover_beats"]), (&0.into(), &8.into()));
    let other = api.song(b"another song", SongStatus::Hearing).await;
    assert_eq!(api.get(&format!("/api/songs/{other}")).await.json()["heard"], serde_json::Value::Null);
    assert_eq!(api.get("/api/songs?limit=1").await.json()["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn files_are_sent_in_ranges_and_not_twice() {
    let api = TestApi::new().await;
    let id = api.song(b"OggS0123456789", SongStatus::Ready).await;
    let path = format!("/api/songs/{id}/audio");
    let with = |name: &'static str, value: String| {
        api.send(Request::get(&path).header(name, value).body(Body::empty()).unwrap())
    };
    let whole = api.get(&path).await;
    assert_eq!((whole.status.as_u16(), whole.header("content-type")), (200, "audio/ogg"));
    assert_eq!(whole.bytes, b"OggS0123456789");
    let part = with("range", "bytes=4-6".to_owned()).await;
    assert_eq!((part.status.as_u16(), part.header("content-range")), (206, "bytes 4-6/14"));
    assert_eq!((part.bytes.as_slice(), part.header("content-length")), (&b"012"[..], "3"));
    let outside = with("range", "bytes=14-".to_owned()).await;
    assert_eq!(outside.problem().0, 416);
    assert_eq!(outside.header("content-range"), "bytes */14");
    let again = with("if-none-match", whole.header("etag").to_owned()).await;
    assert_eq!((again.status.as_u16(), again.bytes.len()), (304, 0));
}

#[tokio::test]
async fn a_choreography_does_not_start_on_what_is_not_there() {
    let api = TestApi::new().await;
    let ready = api.song(b"ready", SongStatus::Ready).await;
    let hearing = api.song(b"hearing", SongStatus::Hearing).await;
    let failed = api.song(b"failed", SongStatus::Failed).await;
    let nowhere = hash("0");
    for (song, start, end, refusal) in [
        (nowhere.as_str(), 0, 8000, (404, "unknown_song")),
        (hearing.as_str(), 0, 8000, (409, "song_not_ready")),
        (failed.as_str(), 0, 8000, (409, "song_failed")),
        (ready.as_str(), 8000, 0, (422, "section_outside_song")),
        (ready.as_str(), 0, 300_000, (422, "section_outside_song")),
        (ready.as_str(), 0, u64::MAX, (422, "section_outside_song")),
        (ready.as_str(), 0, 4000, (422, "section_too_short")),
        (ready.as_str(), 0, 8000, (409, "empty_library")),
    ] {
        let body = serde_json::json!({ "song": song, "section": { "start_ms": start, "end_ms": end } });
        let answer = api.post_json("/api/choreographies", &body.to_string()).await;
        assert_eq!(answer.problem(), (refusal.0, refusal.1.to_owned()), "{body}");
    }
    let odd = serde_json::json!({
        "song": ready, "section": { "start_ms": 0, "end_ms": 8000 }, "options": { "resolution": 721 },
    });
    assert_eq!(api.post_json("/api/choreographies", &odd.to_string()).await.problem().0, 400);
    assert_eq!(api.get("/api/choreographies").await.json()["items"], serde_json::json!([]));
}

#[tokio::test]
async fn without_temporal_the_record_is_shown_and_changes_are_refused() {
    let api = TestApi::new().await;
    let song = api.song(b"song", SongStatus::Ready).await;
    let id: ChoreographyId = CHOREOGRAPHY.parse().unwrap();
    let path = format!("/api/choreographies/{id}");
    assert_eq!(
        api.get(&path).await.problem(),
        (503, "unavailable".to_owned()),
        "who knows whether it is there"
    );
    let state = choreography(&id, &song, ChoreographyStatus::Analysing);
    api.storage.choreo.put_choreography(&state).await.unwrap();
    assert_eq!(api.get(&path).await.json()["version"], 7);
    assert_eq!(api.get("/api/choreographies?status=analysing").await.json()["items"][0]["id"], CHOREOGRAPHY);
    assert_eq!(api.get("/api/choreographies?status=failed").await.json()["items"], serde_json::json!([]));
    let candidates = api.get(&format!("{path}/eights/0/candidates")).await;
    assert_eq!(candidates.problem(), (409, "not_ready_yet".to_owned()));
    assert_eq!(candidates.header("retry-after"), "1");
    assert_eq!(api.get(&format!("{path}/product")).await.problem().1, "choreography_incomplete");
    assert_eq!(api.get(&format!("{path}/report")).await.json()["song_title"], "춤 \"1\"");
}

#[tokio::test]
async fn the_event_stream_of_a_closed_choreography_tells_so_and_ends() {
    let api = TestApi::new().await;
    let song = api.song(b"song", SongStatus::Ready).await;
    let id: ChoreographyId = CHOREOGRAPHY.parse().unwrap();
    let state = choreography(&id, &song, ChoreographyStatus::Finished);
    api.storage.choreo.put_choreography(&state).await.unwrap();
    let path = format!("/api/choreographies/{id}/events");
    let stream = api.get(&path).await;
    assert_eq!(stream.header("content-type"), "text/event-stream");
    let text = String::from_utf8(stream.bytes).unwrap();
    assert!(text.contains("id: 7\n") && text.contains("event: state\n"), "{text}");
    assert!(text.contains("\"status\":\"finished\""), "{text}");
    let seen = Request::get(&path).header("last-event-id", "7").body(Body::empty()).unwrap();
    assert_eq!(api.send(seen).await.status.as_u16(), 204);
}

#[tokio::test]
async fn the_service_tells_how_it_is() {
    let api = TestApi::new().await;
    assert_eq!(api.get("/healthz").await.bytes, b"ok\n");
    let ready = api.get("/readyz").await;
    assert_eq!(ready.status.as_u16(), 503);
    assert_eq!(
        ready.json()["parts"][0],
        serde_json::json!({ "name": "temporal", "status": "down", "latency_ms": null })
    );
    let shared = ready.json()["parts"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&shared["name"], &shared["status"]), (&"shared".into(), &"absent".into()));
    let metrics = String::from_utf8(api.get("/metrics").await.bytes).unwrap();
    let counted = "eightcount_http_requests_total{method=\"GET\",route=\"/readyz\",status=\"503\"} 1";
    assert!(metrics.contains(counted), "{metrics}");
    assert_eq!(api.get("/api/openapi.json").await.json()["info"]["title"], "Eightcount");
    let docs = api.get("/docs").await;
    assert!(docs.header("content-security-policy").starts_with("default-src 'none'"));
    assert_eq!(api.get("/docs.css").await.header("content-type"), "text/css; charset=utf-8");
    assert_eq!(api.get("/").await.status.as_u16(), 200);
}
