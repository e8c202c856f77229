//! HTTP to an instance: JSON in and out, files streamed both ways, problems told apart.

use crate::exit::Refusal;
use anyhow::{Context, anyhow, bail};
use eightcount_domain::FailureCode;
use futures::{StreamExt, TryStreamExt};
use reqwest::{Body, Client, Method, RequestBuilder, Response, StatusCode, header};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::{path::Path, time::Duration};
use tokio::{fs::File, io::AsyncWriteExt};
use tokio_util::io::ReaderStream;

const CONNECT_WITHIN: Duration = Duration::from_secs(5);
/// Longest silence: an upload is looked at for up to a minute before it is answered.
const SILENCE_MAX: Duration = Duration::from_mins(2);

/// An instance.
#[derive(Clone, Debug)]
pub struct Api {
    base: String,
    http: Client,
}

/// A refusal or fault that the instance told.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{detail}{}", limit.as_ref().map(|limit| format!(" (limit: {limit})")).unwrap_or_default())]
pub struct ApiError {
    /// The HTTP status.
    pub status: StatusCode,
    /// The stable code; none for one that this program does not know.
    pub code: Option<FailureCode>,
    /// What to do about it.
    pub detail: String,
    /// The limit that was passed.
    pub limit: Option<String>,
}

impl ApiError {
    /// The same request may succeed shortly.
    pub fn may_pass(&self) -> bool {
        use FailureCode as C;
        matches!(self.code, Some(C::NotReadyYet | C::Busy | C::SongNotReady | C::Unavailable))
    }

    fn refusal(&self) -> Option<Refusal> {
        match self.status.as_u16() {
            502..=504 => Some(Refusal::Missing(self.to_string())),
            400..=499 => Some(Refusal::Input(self.to_string())),
            _ => None,
        }
    }
}

#[derive(Deserialize)]
struct Problem {
    code: Option<String>,
    title: Option<String>,
    detail: Option<String>,
    limit: Option<String>,
}

impl Api {
    /// The instance at `base`.
    pub fn new(base: &str) -> anyhow::Result<Self> {
        let http = Client::builder()
            .connect_timeout(CONNECT_WITHIN)
            .read_timeout(SILENCE_MAX)
            .user_agent(concat!("eightcount/", env!("CARGO_PKG_VERSION")))
            .build()
            .context("preparing HTTP")?;
        Ok(Self { base: base.trim_end_matches('/').to_owned(), http })
    }

    /// Does it answer?
    pub async fn check(&self) -> anyhow::Result<()> {
        self.send(self.request(Method::GET, "/healthz")).await.map(drop)
    }

    /// GET.
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> anyhow::Result<T> {
        read(self.send(self.request(Method::GET, path)).await?).await
    }

    /// POST or PUT of JSON.
    pub async fn send_json<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: &(impl Serialize + Sync),
    ) -> anyhow::Result<T> {
        read(self.send(self.request(method, path).json(body)).await?).await
    }

    /// POST of a file as it is. `sent` hears of each piece's length.
    pub async fn upload<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, &str)],
        file: &Path,
        mut sent: impl FnMut(u64) + Send + 'static,
    ) -> anyhow::Result<T> {
        let opening = || format!("opening {}", file.display());
        let reader = File::open(file).await.with_context(opening)?;
        let length = reader.metadata().await.with_context(opening)?.len();
        let pieces =
            ReaderStream::with_capacity(reader, 256 * 1024).inspect_ok(move |piece| sent(piece.len() as u64));
        let request = self
            .request(Method::POST, path)
            .query(query)
            .header(header::CONTENT_TYPE, "application/octet-stream")
            .header(header::CONTENT_LENGTH, length)
            .body(Body::wrap_stream(pieces));
        read(self.send(request).await?).await
    }

    /// GET into a file, which appears whole or not at all.
    pub async fn download(&self, path: &str, file: &Path) -> anyhow::Result<()> {
        let response = self.send(self.request(Method::GET, path)).await?;
        let length = response.content_length();
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let writing = || format!("writing {}", file.display());
        tokio::fs::create_dir_all(folder).await.with_context(writing)?;
        let part = tempfile::Builder::new()
            .prefix(".eightcount.")
            .suffix(".part")
            .tempfile_in(folder)
            .with_context(writing)?;
        let (part, path_of_part) = part.into_parts();
        let mut part = File::from_std(part);
        let mut written = 0;
        let mut pieces = response.bytes_stream();
        while let Some(piece) = pieces.next().await {
            let piece = piece.context("the download broke off")?;
            written += piece.len() as u64;
            part.write_all(&piece).await.with_context(writing)?;
        }
        if length.is_some_and(|length| length != written) {
            bail!("the download broke off");
        }
        part.sync_all().await.with_context(writing)?;
        path_of_part.persist(file).with_context(writing)?;
        readable_by_all(file).with_context(writing)
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base))
    }

    async fn send(&self, request: RequestBuilder) -> anyhow::Result<Response> {
        let answer = request.send().await;
        let response = answer
            .with_context(|| Refusal::Missing(format!("the instance at {} does not answer", self.base)))?;
        if response.status().is_success() { Ok(response) } else { Err(problem(response).await) }
    }
}

/// Temporary files are private; results are ordinary files.
fn readable_by_all(file: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o644))
}

async fn read<T: DeserializeOwned>(response: Response) -> anyhow::Result<T> {
    let body = response.bytes().await.context("the answer broke off")?;
    serde_json::from_slice(&body).context("the instance's answer cannot be understood (another version?)")
}

async fn problem(response: Response) -> anyhow::Error {
    let status = response.status();
    let body = response.bytes().await.unwrap_or_default();
    let told = serde_json::from_slice::<Problem>(&body).ok();
    let error = ApiError {
        status,
        code: told.as_ref().and_then(|p| p.code.as_deref()).and_then(|code| code.parse().ok()),
        detail: told
            .as_ref()
            .and_then(|p| Some(format!("{}: {}", p.title.as_ref()?, p.detail.as_ref()?)))
            .unwrap_or_else(|| format!("the instance answered {status}")),
        limit: told.and_then(|p| p.limit),
    };
    match error.refusal() {
        Some(refusal) => anyhow!(error).context(refusal),
        None => error.into(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn error(status: u16, code: FailureCode) -> ApiError {
        ApiError {
            status: StatusCode::from_u16(status).unwrap(),
            code: Some(code),
            detail: "no".into(),
            limit: Some("2 eights".into()),
        }
    }

    #[test]
    fn refused_input_and_an_absent_service_end_differently() {
        assert!(matches!(error(422, FailureCode::SectionTooShort).refusal(), Some(Refusal::Input(_))));
        assert!(matches!(error(503, FailureCode::Unavailable).refusal(), Some(Refusal::Missing(_))));
        assert!(error(500, FailureCode::Internal).refusal().is_none());
        assert_eq!(error(422, FailureCode::SectionTooShort).to_string(), "no (limit: 2 eights)");
    }

    #[test]
    fn only_what_may_pass_is_waited_for() {
        assert!(error(409, FailureCode::NotReadyYet).may_pass());
        assert!(!error(409, FailureCode::EmptyLibrary).may_pass());
    }
}
