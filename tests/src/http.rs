//! The API as a client sees it.

use anyhow::{Context, Result, bail, ensure};
use futures::Stream;
use reqwest::{
    Body, Client, Method,
    header::{HeaderMap, HeaderName, HeaderValue},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::{fs, path::Path, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

/// Longest wait for an answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(40);

/// A client of one instance.
#[derive(Clone, Debug)]
pub struct Http {
    client: Client,
    base: String,
}

/// What is uploaded.
#[derive(Debug)]
pub enum Upload<'a> {
    /// A file.
    File(&'a Path),
    /// Bytes.
    Bytes(&'a [u8]),
}

impl Http {
    /// Speaks to `base`, for example `http://127.0.0.1:8080`.
    pub fn new(base: &str) -> Result<Self> {
        // An error says that there is a provider already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client =
            Client::builder().timeout(ANSWER_WITHIN).no_proxy().build().context("making a client")?;
        Ok(Self { client, base: base.to_owned() })
    }

    /// Where it speaks to.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// `GET`.
    pub async fn get(&self, path: &str) -> Result<Answer> {
        self.get_with(path, &[]).await
    }

    /// `GET` with headers.
    pub async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Result<Answer> {
        self.send(Method::GET, path, headers, None).await
    }

    /// `GET` of JSON.
    pub async fn read<T: DeserializeOwned>(&self, path: &str) -> Result<T> {
        self.get(path).await?.json()
    }

    /// `POST` of JSON.
    pub async fn post(&self, path: &str, body: &impl Serialize) -> Result<Answer> {
        self.send(Method::POST, path, &JSON, Some(serde_json::to_vec(body)?.into())).await
    }

    /// `PUT` of JSON.
    pub async fn put(&self, path: &str, body: &impl Serialize) -> Result<Answer> {
        self.send(Method::PUT, path, &JSON, Some(serde_json::to_vec(body)?.into())).await
    }

    /// `PATCH` of JSON.
    pub async fn patch(&self, path: &str, body: &impl Serialize) -> Result<Answer> {
        self.send(Method::PATCH, path, &JSON, Some(serde_json::to_vec(body)?.into())).await
    }

    /// `POST` of a file.
    pub async fn upload(&self, path: &str, upload: Upload<'_>, headers: &[(&str, &str)]) -> Result<Answer> {
        let bytes = match upload {
            Upload::File(file) => fs::read(file).with_context(|| format!("reading {}", file.display()))?,
            Upload::Bytes(bytes) => bytes.to_owned(),
        };
        self.send(Method::POST, path, headers, Some(bytes.into())).await
    }

    /// `POST` of a body that is announced and never sent: what is answered to the announcement.
    pub async fn announce(&self, path: &str, bytes: u64, headers: &[(&str, &str)]) -> Result<Answer> {
        let authority = self.base.trim_start_matches("http://");
        let mut stream = TcpStream::connect(authority).await?;
        let mut head = format!("POST {path} HTTP/1.1\r\nhost: {authority}\r\ncontent-length: {bytes}\r\n");
        for (name, value) in headers {
            head.extend([*name, ": ", *value, "\r\n"]);
        }
        head.push_str("connection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).await?;
        let mut answer = Vec::new();
        timeout(ANSWER_WITHIN, stream.read_to_end(&mut answer)).await.context("no answer")??;
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n").context("no end of the head")?;
        let head = String::from_utf8_lossy(&answer[..end]).into_owned();
        let mut lines = head.lines();
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).context("no status")?.parse()?;
        let headers = lines.filter_map(|line| {
            let (name, value) = line.split_once(':')?;
            Some((HeaderName::try_from(name).ok()?, HeaderValue::try_from(value.trim()).ok()?))
        });
        Ok(Answer {
            asked: format!("POST {path}"),
            status,
            headers: headers.collect(),
            body: answer[end + 4..].to_vec(),
        })
    }

    /// Any request.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Body>,
    ) -> Result<Answer> {
        let mut request = self.client.request(method.clone(), format!("{}{path}", self.base));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.body(body);
        }
        let response = request.send().await.with_context(|| format!("{method} {path}"))?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.bytes().await.with_context(|| format!("{method} {path}"))?;
        Ok(Answer { asked: format!("{method} {path}"), status, headers, body: body.to_vec() })
    }

    /// The data of server-sent events, as they come.
    pub async fn events(
        &self,
        path: &str,
    ) -> Result<impl Stream<Item = reqwest::Result<bytes::Bytes>> + use<>> {
        // It stays open for longer than an answer takes.
        let request = self.client.get(format!("{}{path}", self.base)).timeout(Duration::from_secs(600));
        Ok(request.send().await?.error_for_status()?.bytes_stream())
    }
}

const JSON: [(&str, &str); 1] = [("content-type", "application/json")];

/// An answer, read to its end.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Method and path.
    pub asked: String,
    /// Status.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub body: Vec<u8>,
}

impl Answer {
    /// The body of a success.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        ensure!((200..300).contains(&self.status), "{} {}", self.asked, self.said());
        serde_json::from_slice(&self.body).with_context(|| format!("{} answered {}", self.asked, self.text()))
    }

    /// The problem of a refusal.
    pub fn problem(&self) -> Result<Problem> {
        if (200..400).contains(&self.status) {
            bail!("{} was not refused: {}", self.asked, self.said());
        }
        ensure!(self.header("content-type")? == "application/problem+json", "{} {}", self.asked, self.said());
        serde_json::from_slice(&self.body).with_context(|| format!("{} answered {}", self.asked, self.text()))
    }

    /// A header.
    pub fn header(&self, name: &str) -> Result<&str> {
        let value = self.headers.get(name).with_context(|| format!("{} has no {name}", self.asked))?;
        Ok(value.to_str()?)
    }

    /// Status and the beginning of the body, for messages.
    pub fn said(&self) -> String {
        format!("answered {} {}", self.status, self.text())
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).chars().take(500).collect()
    }
}

/// Problem JSON.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Problem {
    /// The stable code.
    pub code: String,
    /// The status once more.
    pub status: u16,
    /// A short text.
    pub title: String,
    /// What to do.
    pub detail: String,
    /// The limit that was passed.
    pub limit: Option<String>,
    /// The request's name in the log.
    pub request_id: String,
}
