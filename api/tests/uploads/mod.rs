//! Uploads by tus, on real stores: what is appended stays, what breaks off goes on, what is wrong is refused.

use crate::support::{Answer, TestApi, UPLOAD_MAX_BYTES};
use axum::{
    body::Body,
    http::{Request, StatusCode, request::Builder},
};
use futures::StreamExt;

const FILE: &[u8] = b"the bytes of a file that comes in pieces";

fn spoken(method: &str, path: &str) -> Builder {
    Request::builder().method(method).uri(path).header("tus-resumable", "1.0.0")
}

async fn begun(api: &TestApi, length: usize) -> String {
    let request = spoken("POST", "/api/uploads").header("upload-length", length);
    let answer = api.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::CREATED);
    assert_eq!(answer.header("tus-resumable"), "1.0.0");
    assert!(answer.header("upload-expires").ends_with("GMT"));
    answer.header("location").to_owned()
}

async fn append(api: &TestApi, path: &str, offset: usize, body: Body) -> Answer {
    let request = spoken("PATCH", path).header("content-type", "application/offset+octet-stream");
    api.send(request.header("upload-offset", offset).body(body).unwrap()).await
}

async fn offset(api: &TestApi, path: &str) -> String {
    api.send(spoken("HEAD", path).body(Body::empty()).unwrap()).await.header("upload-offset").to_owned()
}

#[tokio::test]
async fn what_broke_off_goes_on_and_becomes_one_file() {
    let api = TestApi::new().await;
    let path = begun(&api, FILE.len()).await;
    assert_eq!(offset(&api, &path).await, "0");
    let pieces =
        futures::stream::iter([Ok(&FILE[..7]), Ok(&FILE[7..10]), Err(std::io::Error::other("gone"))]);
    let broken = append(&api, &path, 0, Body::from_stream(pieces)).await;
    assert_eq!(broken.problem().0, 400);
    assert_eq!(offset(&api, &path).await, "10", "what came is kept");

    // The same bytes again are not appended twice.
    let again = append(&api, &path, 0, Body::from(FILE)).await;
    assert_eq!(again.problem(), (409, "bad_request".to_owned()));
    let id = path.rsplit('/').next().unwrap();
    let early = api.send(Request::post(format!("/api/songs?upload={id}")).body(Body::empty()).unwrap()).await;
    assert_eq!(early.problem(), (409, "upload_incomplete".to_owned()));

    let rest = append(&api, &path, 10, Body::from(&FILE[10..])).await;
    assert_eq!(rest.status, StatusCode::NO_CONTENT);
    assert_eq!(rest.header("upload-offset"), FILE.len().to_string());
    for _ in 0..2 {
        // All there; nobody is there to look at it. It waits, so that the same may be asked again.
        let whole =
            api.send(Request::post(format!("/api/songs?upload={id}")).body(Body::empty()).unwrap()).await;
        assert_eq!(whole.problem(), (503, "unavailable".to_owned()));
        assert!(api.files().iter().all(|file| !file.contains("incoming")), "{:?}", api.files());
        assert_eq!(offset(&api, &path).await, FILE.len().to_string());
    }
    let gone = api.send(spoken("DELETE", &path).body(Body::empty()).unwrap()).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    assert_eq!(api.files(), Vec::<String>::new());
    let after = api.send(spoken("DELETE", &path).body(Body::empty()).unwrap()).await;
    assert_eq!(after.problem(), (404, "unknown_upload".to_owned()));
    assert_eq!(after.header("tus-resumable"), "1.0.0");
}

#[tokio::test]
async fn a_dead_connection_does_not_hold_the_upload() {
    let api = TestApi::new().await;
    let path = begun(&api, FILE.len()).await;
    // Sends three bytes, then nothing more, and does not hang up either.
    let silent =
        futures::stream::iter([Ok::<_, std::io::Error>(&FILE[..3])]).chain(futures::stream::pending());
    let (router, hanging) = (api.router.clone(), path.clone());
    let dead = tokio::spawn(async move {
        let request = spoken("PATCH", &hanging).header("content-type", "application/offset+octet-stream");
        let request = request.header("upload-offset", 0).body(Body::from_stream(silent)).unwrap();
        tower::ServiceExt::oneshot(router, request).await.unwrap().status()
    });
    while api.files().iter().all(|file| std::fs::metadata(file).unwrap().len() == 0) {
        tokio::task::yield_now().await;
    }
    assert_eq!(offset(&api, &path).await, "3");
    assert_eq!(dead.await.unwrap(), StatusCode::BAD_REQUEST);
    assert_eq!(append(&api, &path, 3, Body::from(&FILE[3..])).await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn what_is_wrong_is_refused_and_changes_nothing() {
    let api = TestApi::new().await;
    let begin = |length: &str| {
        api.send(spoken("POST", "/api/uploads").header("upload-length", length).body(Body::empty()).unwrap())
    };
    let too_large = (UPLOAD_MAX_BYTES + 1).to_string();
    assert_eq!(begin(&too_large).await.problem(), (413, "too_large".to_owned()));
    assert_eq!(begin("0").await.problem(), (422, "empty_file".to_owned()));
    for length in ["-1", "1e3", "", "99999999999999999999999"] {
        assert_eq!(begin(length).await.problem().0, 400, "{length}");
    }
    let old = Request::post("/api/uploads").header("tus-resumable", "0.2.2").header("upload-length", "3");
    let old = api.send(old.body(Body::empty()).unwrap()).await;
    assert_eq!((old.problem().0, old.header("tus-version")), (412, "1.0.0"));

    let path = begun(&api, 5).await;
    let more = append(&api, &path, 0, Body::from(FILE)).await;
    assert_eq!(more.problem(), (413, "too_large".to_owned()));
    let form = spoken("PATCH", &path).header("content-type", "text/plain").header("upload-offset", 0);
    assert_eq!(api.send(form.body(Body::from("12345")).unwrap()).await.problem().0, 415);
    assert_eq!(offset(&api, &path).await, "0");
    for id in ["x", "..%2f..%2fblobs", &format!("{}-5", "0".repeat(32)), &format!("{}-05", "0".repeat(32))] {
        let none = append(&api, &format!("/api/uploads/{id}"), 0, Body::from("12345")).await;
        assert_eq!(none.problem(), (404, "unknown_upload".to_owned()), "{id}");
        let named = Request::post(format!("/api/performances?upload={id}")).body(Body::empty()).unwrap();
        assert_eq!(api.send(named).await.problem(), (404, "unknown_upload".to_owned()), "{id}");
    }
    let told = api.send(Request::options("/api/uploads").body(Body::empty()).unwrap()).await;
    assert_eq!(told.status, StatusCode::NO_CONTENT);
    assert_eq!(told.header("tus-extension"), "creation,expiration,termination");
    assert_eq!(told.header("tus-max-size"), UPLOAD_MAX_BYTES.to_string());
}
