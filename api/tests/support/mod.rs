//! The real router on real stores in a temporary folder. Temporal is away: every call is answered as unavailable.

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, StatusCode},
};
use eightcount_api::{ApiConfig, App, Limits, router};
use eightcount_domain::{
    BeatGrid, BlobHash, ChoreographyId, ChoreographyOptions, ChoreographyState, ChoreographyStatus,
    Confidence, GridCorrection, Hearing, Millis, Section, Song, SongId, SongStatus, Waveform,
};
use eightcount_storage::{BlobsConfig, S3Access, Storage, StorageConfig};
use serde_json::Value;
use std::sync::Arc;
use temporalio_client::{
    Client, ClientOptions, Connection, ConnectionOptions, RetryOptions, Url,
    callback_based::{CallbackBasedGrpcService, GrpcRequest, GrpcSuccessResponse},
    tonic,
};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// The largest upload that the tests' API takes, bytes.
pub const UPLOAD_MAX_BYTES: u64 = 1000;

pub struct TestApi {
    pub router: Router,
    pub storage: Arc<Storage>,
    pub folder: tempfile::TempDir,
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Status and code of a problem.
    pub fn problem(&self) -> (u16, String) {
        assert_eq!(self.header("content-type"), "application/problem+json");
        let body = self.json();
        assert_eq!(body["status"], self.status.as_u16());
        assert_eq!(body["request_id"], self.header("x-request-id"));
        (self.status.as_u16(), body["code"].as_str().unwrap().to_owned())
    }
}

impl TestApi {
    pub async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name).display().to_string();
        let blobs = BlobsConfig {
            address: format!("file://{}", at("blobs")),
            cache_folder: folder.path().join("cache"),
            cache_bytes: 1 << 20,
            s3: S3Access::default(),
        };
        let config = StorageConfig {
            audio: format!("sqlite://{}", at("audio.db")),
            choreo: format!("sqlite://{}", at("choreo.db")),
            product: format!("sqlite://{}", at("product.db")),
            redis: None,
            blobs,
        };
        let storage = Arc::new(Storage::connect(&config).await.unwrap());
        storage.migrate().await.unwrap();
        let limits = Limits { upload_max_bytes: UPLOAD_MAX_BYTES, ..Limits::default() };
        let config = ApiConfig { limits, ..ApiConfig::default() };
        let app = App::new(away().await, Arc::clone(&storage), config, CancellationToken::new()).unwrap();
        Self { router: router(app), storage, folder }
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 1 << 24).await.unwrap().to_vec();
        Answer { status: parts.status, headers: parts.headers, bytes }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    pub async fn post_json(&self, path: &str, body: &str) -> Answer {
        let request = Request::post(path).header("content-type", "application/json");
        self.send(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    /// Files anywhere under the blob folder.
    pub fn files(&self) -> Vec<String> {
        let mut folders = vec![self.folder.path().join("blobs")];
        let mut files = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    files.push(path.display().to_string());
                }
            }
        }
        files
    }

    /// A song of 200 s at 120 BPM with its hearing; the file is `bytes`.
    pub async fn song(&self, bytes: &[u8], status: SongStatus) -> SongId {
        let BlobHash(hash) = self.storage.blobs.put_bytes(bytes).await.unwrap();
        let id = SongId(hash);
        let song = Song {
            id: id.clone(),
            title: "춤 \"1\"".to_owned(),
            duration_ms: Millis(200_000),
            uploaded_at_ms: Millis(1),
            status,
            failure: None,
        };
        assert!(self.storage.audio.insert_song(&song).await.unwrap());
        let grid = BeatGrid {
            beats: (0..400).map(|i| f64::from(i) * 0.5).collect(),
            downbeats: (0..100).map(|i| i * 4).collect(),
            tempo: 120.0.try_into().unwrap(),
            metre: 4,
            phase: 0,
            confidence: Confidence::default(),
        };
        let hearing = Hearing {
            duration_s: 200.0,
            loudness_lufs: Some(-9.5),
            grid,
            aubio_tempo_bpm: None,
            waveform: vec![[-100, 100]; 2000],
        };
        let blob = self.storage.blobs.put_bytes(&serde_json::to_vec(&hearing).unwrap()).await.unwrap();
        self.storage.audio.put_hearing(&id, GridCorrection::default(), &blob).await.unwrap();
        if status == SongStatus::Ready {
            let waveform = Waveform::new(44_100, vec![[-100, 100]; 200 * 44_100 / 128 + 1]);
            let blob = self.storage.blobs.put_bytes(&waveform.to_bytes()).await.unwrap();
            self.storage.audio.put_waveform(&id, &blob).await.unwrap();
        }
        id
    }
}

/// A choreography without eights.
pub fn choreography(id: &ChoreographyId, song: &SongId, status: ChoreographyStatus) -> ChoreographyState {
    ChoreographyState {
        id: id.clone(),
        song: song.clone(),
        revision: 2,
        version: 7,
        status,
        hearing: None,
        failure: None,
        section: Section { start_ms: Millis(0), end_ms: Millis(8000) },
        options: ChoreographyOptions::default(),
        progress_percent: 0,
        open_eight: None,
        refused_signal: None,
        eights: Vec::new(),
        plan: None,
        stages: Vec::new(),
        analysis: None,
        sound: None,
    }
}

async fn away() -> Client {
    let answer = |request: GrpcRequest| async move {
        // Connecting asks for this once; afterwards nobody is there.
        match request.rpc.as_str() {
            "GetSystemInfo" => Ok(GrpcSuccessResponse { headers: HeaderMap::new(), proto: Vec::new() }),
            _ => Err(tonic::Status::unavailable("away")),
        }
    };
    let service = CallbackBasedGrpcService { callback: Arc::new(move |request| Box::pin(answer(request))) };
    let options = ConnectionOptions::new(Url::parse("http://localhost:1").unwrap())
        .service_override(service)
        .dns_load_balancing(None)
        .retry_options(RetryOptions::no_retries())
        .build();
    let connection = Connection::connect(options).await.unwrap();
    Client::new(connection, ClientOptions::new("default").build()).unwrap()
}
