//! The Temporal dev server as a child: file-backed, with its Web UI.

use super::{
    Ports, ports,
    supervise::{ChildSpec, Supervised},
};
use crate::{exit, programs, temporal};
use anyhow::{Context, bail};
use eightcount_media::Launcher;
use eightcount_workflows::contract::SEARCH_ATTRIBUTES;
use std::{
    ffi::OsString,
    path::Path,
    time::{Duration, Instant},
};

/// A first start writes the schema; on a busy machine that takes a while.
const READY_WITHIN: Duration = Duration::from_mins(1);
/// Starts with other free ports before giving up: someone may have taken one meanwhile.
const ATTEMPTS: u32 = 3;

/// A running dev server.
#[derive(Debug)]
pub struct DevServer {
    /// Keeps it running.
    pub child: Supervised,
    /// `host:port` of its front end.
    pub address: String,
    /// Its Web UI.
    pub ui_url: String,
}

/// Starts the server on `data` and waits until it answers.
pub async fn start(
    data: &Path,
    wanted: &Ports,
    namespace: &str,
    launcher: &Launcher,
) -> anyhow::Result<DevServer> {
    let program = programs::temporal().ok_or_else(|| {
        exit::missing(
            "the Temporal CLI is missing: run scripts/setup, put `temporal` on PATH or name it in \
             EIGHTCOUNT_TEMPORAL_BIN",
        )
    })?;
    for attempt in 1.. {
        let port = ports::choose(wanted.temporal).context("finding a port for Temporal")?;
        let ui_port = ports::choose(wanted.temporal_ui).context("finding a port for the Temporal Web UI")?;
        let spec = ChildSpec {
            name: "temporal",
            launcher: launcher.clone(),
            program: program.clone(),
            arguments: arguments(data, port, ui_port, namespace),
            data: data.to_owned(),
        };
        let server = DevServer {
            child: Supervised::start(spec)?,
            address: format!("{}:{port}", ports::LOCAL),
            ui_url: format!("http://{}:{ui_port}", ports::LOCAL),
        };
        match ready(&server, namespace).await {
            Ok(()) => return Ok(server),
            Err(error) => {
                server.child.stop().await;
                let fixed = wanted.temporal != 0 && wanted.temporal_ui != 0;
                if fixed || attempt == ATTEMPTS {
                    let log = data.join("log/temporal.log");
                    return Err(error).with_context(|| {
                        format!("the Temporal server on port {port} did not start; see {}", log.display())
                    });
                }
            }
        }
    }
    bail!("the Temporal server did not start")
}

fn arguments(data: &Path, port: u16, ui_port: u16, namespace: &str) -> Vec<OsString> {
    let mut argv = Vec::new();
    argv.extend(
        [
            "server",
            "start-dev",
            "--log-level",
            "warn",
            "--color",
            "never",
            "--ui-disable-news-fetch",
            "--db-filename",
        ]
        .map(Into::into),
    );
    argv.push(data.join("temporal.db").into());
    argv.extend(["--ip", &ports::LOCAL.to_string(), "--ui-ip", &ports::LOCAL.to_string()].map(Into::into));
    argv.extend(["--port", &port.to_string(), "--ui-port", &ui_port.to_string()].map(Into::into));
    argv.extend(["--namespace", namespace].map(Into::into));
    for (name, kind) in SEARCH_ATTRIBUTES {
        argv.extend(["--search-attribute".into(), format!("{name}={kind}").into()]);
    }
    argv
}

async fn ready(server: &DevServer, namespace: &str) -> anyhow::Result<()> {
    let deadline = Instant::now() + READY_WITHIN;
    loop {
        let answer = temporal::check(&server.address, namespace).await;
        match answer {
            Ok(()) => return Ok(()),
            Err(_) if server.child.deaths() > 0 => bail!("it ended at once (is the port taken?)"),
            Err(error) if Instant::now() > deadline => return Err(error),
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_search_attribute_is_on_the_command_line() {
        let argv = arguments(Path::new("/data"), 1, 2, "default");
        let argv: Vec<_> = argv.iter().map(|part| part.to_string_lossy().into_owned()).collect();
        for (name, kind) in SEARCH_ATTRIBUTES {
            assert!(argv.contains(&format!("{name}={kind}")), "{argv:?}");
        }
        assert!(argv.windows(2).any(|pair| pair == ["--db-filename", "/data/temporal.db"]));
    }
}
