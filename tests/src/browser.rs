//! A page in a real Chromium that tells the test what it saw.

use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::{
    process::{Child, Command, Stdio},
    time::Duration,
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// A browser with one page. Dropped, it is closed.
#[derive(Debug)]
pub struct Browser {
    process: Child,
    listener: TcpListener,
    page: String,
    _profile: TempDir,
}

impl Browser {
    /// Opens a page. Its scripts may read from anywhere, and tell the test by a `POST` of JSON to `/said`.
    pub fn open(page: String) -> Result<Self> {
        let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let profile = tempfile::tempdir()?;
        let mut command = Command::new("chromium");
        command
            .args([
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--mute-audio",
            ])
            .args(["--disable-web-security", "--autoplay-policy=no-user-gesture-required", "--no-first-run"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg(format!("http://{address}/"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let process = command.spawn().context("starting chromium; scripts/setup --test brings it")?;
        Ok(Self { process, listener: TcpListener::from_std(listener)?, page, _profile: profile })
    }

    /// What the page says first.
    pub async fn said(self, patience: Duration) -> Result<Value> {
        let saying = async {
            loop {
                let (stream, _) = self.listener.accept().await?;
                if let Some(said) = self.answer(stream).await? {
                    return serde_json::from_slice(&said).context("what the page said");
                }
            }
        };
        tokio::time::timeout(patience, saying).await.unwrap_or_else(|_| bail!("the page said nothing"))
    }

    /// Gives the page to whom asks, and what was posted to the test.
    async fn answer(&self, mut stream: TcpStream) -> Result<Option<Vec<u8>>> {
        let mut request = Vec::new();
        let body = loop {
            let mut piece = [0; 4096];
            let got = stream.read(&mut piece).await?;
            request.extend_from_slice(&piece[..got]);
            if let Some(end) = request.windows(4).position(|four| four == b"\r\n\r\n") {
                let head = String::from_utf8_lossy(&request[..end]).to_lowercase();
                let length =
                    head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
                if request.len() >= end + 4 + length.unwrap_or(0_usize) {
                    break request.split_off(end + 4);
                }
            }
            if got == 0 {
                return Ok(None);
            }
        };
        let page = if request.starts_with(b"GET / ") { self.page.as_str() } else { "" };
        let head = "HTTP/1.1 200 OK\r\ncontent-type: text/html; charset=utf-8\r\nconnection: close\r\ncontent-length: ";
        stream.write_all(format!("{head}{}\r\n\r\n{page}", page.len()).as_bytes()).await?;
        Ok(request.starts_with(b"POST /said").then_some(body))
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // It is gone either way when the test's process is.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
