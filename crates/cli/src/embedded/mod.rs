//! The embedded default: a real Temporal server and a real Redis as children of this process, everything on disk
//! in one data folder.
//!
//! ```text
//! DIR/lock             held while an instance runs
//! DIR/eightcount.json  where the running instance can be reached
//! DIR/temporal.db      workflow history
//! DIR/{audio,choreo,product}.db, DIR/blobs/
//! DIR/log/, DIR/run/   logs and process ids of the children
//! ```

mod instance;
mod leftovers;
mod lock;
mod ports;
mod redis;
mod supervise;
mod temporal;

pub use instance::Instance;

use crate::config::{Addresses, ServerArgs};
use anyhow::Context;
use eightcount_media::Launcher;
use lock::DataLock;
use std::{
    fs,
    path::{Path, PathBuf},
};
use supervise::Supervised;

/// Ports wanted for the children; 0: any free one.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ports {
    /// Temporal's front end.
    pub temporal: u16,
    /// Temporal's Web UI.
    pub temporal_ui: u16,
    /// Redis.
    pub redis: u16,
}

/// The running children, and the data folder they work in.
pub struct Embedded {
    temporal: Option<Supervised>,
    redis: Option<Supervised>,
    /// Where everything is.
    pub addresses: Addresses,
    /// The Temporal Web UI, when its server is a child.
    pub temporal_ui_url: Option<String>,
    /// The data folder, absolute.
    pub data: PathBuf,
    _lock: DataLock,
}

impl Embedded {
    /// Takes the data folder and starts what `servers` does not name.
    pub async fn start(
        data: &Path,
        servers: &ServerArgs,
        ports: &Ports,
        launcher: &Launcher,
    ) -> anyhow::Result<Self> {
        let data = prepare(data)?;
        let lock = DataLock::take(&data)?;
        Instance::withdraw(&data);
        leftovers::end_leftovers(&data);
        let redis = async {
            match &servers.redis_url {
                Some(_) => Ok(None),
                None => redis::start(&data, ports, launcher).await.map(Some),
            }
        };
        let temporal = async {
            match &servers.temporal_address {
                Some(_) => Ok(None),
                None => temporal::start(&data, ports, &servers.temporal_namespace, launcher).await.map(Some),
            }
        };
        let (redis, temporal) = tokio::try_join!(redis, temporal)?;
        let addresses = servers.addresses(
            &data,
            temporal
                .as_ref()
                .map(|t| t.address.clone())
                .or(servers.temporal_address.clone())
                .unwrap_or_default(),
            redis.as_ref().map(|r| r.url.clone()).or(servers.redis_url.clone()),
        )?;
        Ok(Self {
            temporal_ui_url: temporal.as_ref().map(|t| t.ui_url.clone()),
            temporal: temporal.map(|t| t.child),
            redis: redis.map(|r| r.child),
            addresses,
            data,
            _lock: lock,
        })
    }

    /// Makes the instance known to the other commands, once `api_url` answers.
    pub fn publish(&self, api_url: &str) -> anyhow::Result<()> {
        let started_redis = self.redis.is_some();
        Instance {
            pid: std::process::id(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            api_url: api_url.to_owned(),
            temporal_address: self.addresses.temporal.clone(),
            temporal_namespace: self.addresses.namespace.clone(),
            temporal_ui_url: self.temporal_ui_url.clone(),
            // A Redis of others may have a password in its address.
            redis_url: self.addresses.redis.clone().filter(|_| started_redis),
        }
        .publish(&self.data)
    }

    /// Stops the children and gives the folder back.
    pub async fn stop(mut self) {
        Instance::withdraw(&self.data);
        let stop = |child: Option<Supervised>| async {
            if let Some(child) = child {
                child.stop().await;
            }
        };
        tokio::join!(stop(self.temporal.take()), stop(self.redis.take()));
    }
}

/// Makes the folder, and gives its absolute form.
fn prepare(data: &Path) -> anyhow::Result<PathBuf> {
    let make = || {
        for folder in [data.to_owned(), data.join("log"), data.join("run"), data.join("blobs")] {
            fs::create_dir_all(folder)?;
        }
        data.canonicalize()
    };
    make().with_context(|| format!("making the data folder {}", data.display()))
}
