//! Redis as a child: a cache only, so it keeps nothing on disk.

use super::{
    Ports, ports,
    supervise::{ChildSpec, Supervised},
};
use crate::{exit, programs};
use anyhow::{Context, bail};
use eightcount_media::Launcher;
use std::{
    ffi::OsString,
    net::SocketAddr,
    path::Path,
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

const READY_WITHIN: Duration = Duration::from_secs(10);
/// Starts with other free ports before giving up.
const ATTEMPTS: u32 = 3;

/// A running Redis.
#[derive(Debug)]
pub struct Cache {
    /// Keeps it running.
    pub child: Supervised,
    /// Its address.
    pub url: String,
}

/// Starts Redis and waits until it answers.
pub async fn start(data: &Path, wanted: &Ports, launcher: &Launcher) -> anyhow::Result<Cache> {
    let program = programs::redis_server().ok_or_else(|| {
        exit::missing(
            "redis-server is missing: install it (apt-get install redis-server), or give --redis-url",
        )
    })?;
    for attempt in 1.. {
        let port = ports::choose(wanted.redis).context("finding a port for Redis")?;
        let address = SocketAddr::new(ports::LOCAL, port);
        let spec = ChildSpec {
            name: "redis",
            launcher: launcher.clone(),
            program: program.clone(),
            arguments: arguments(data, port),
            data: data.to_owned(),
        };
        let child = Supervised::start(spec)?;
        match ready(&child, address).await {
            Ok(()) => return Ok(Cache { child, url: format!("redis://{address}") }),
            Err(error) => {
                child.stop().await;
                if wanted.redis != 0 || attempt == ATTEMPTS {
                    let log = data.join("log/redis.log");
                    return Err(error).with_context(|| {
                        format!("Redis on port {port} did not start; see {}", log.display())
                    });
                }
            }
        }
    }
    bail!("Redis did not start")
}

fn arguments(data: &Path, port: u16) -> Vec<OsString> {
    let mut argv: Vec<OsString> = Vec::new();
    argv.extend(["--bind", &ports::LOCAL.to_string(), "--port", &port.to_string()].map(Into::into));
    argv.extend(["--save", "", "--appendonly", "no", "--daemonize", "no"].map(Into::into));
    // Leftovers are known by the data folder in their command line: it must stay as it is.
    argv.extend(
        ["--set-proc-title", "no", "--maxmemory", "256mb", "--maxmemory-policy", "allkeys-lru", "--dir"]
            .map(Into::into),
    );
    argv.push(data.into());
    argv
}

async fn ready(child: &Supervised, address: SocketAddr) -> anyhow::Result<()> {
    let deadline = Instant::now() + READY_WITHIN;
    loop {
        match ping(address).await {
            Ok(()) => return Ok(()),
            Err(_) if child.deaths() > 0 => bail!("it ended at once (is the port taken?)"),
            Err(error) if Instant::now() > deadline => return Err(error),
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

async fn ping(address: SocketAddr) -> anyhow::Result<()> {
    let mut answer = [0; 7];
    let talk = async {
        let mut stream = TcpStream::connect(address).await?;
        stream.write_all(b"PING\r\n").await?;
        stream.read_exact(&mut answer).await
    };
    timeout(Duration::from_secs(1), talk).await.context("Redis does not answer")??;
    if &answer == b"+PONG\r\n" { Ok(()) } else { bail!("what answers on {address} is no Redis") }
}
