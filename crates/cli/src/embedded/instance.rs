//! `DIR/eightcount.json`: where a running instance can be reached, for the other commands.
//!
//! The file alone proves nothing (a killed instance leaves it behind); with the folder's lock held it is true.
//! It holds no addresses of databases: those may carry passwords.

use super::lock::DataLock;
use anyhow::Context;
use serde::{Deserialize, Serialize};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// What other commands need to know of a running instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instance {
    /// Its process.
    pub pid: u32,
    /// The version of its program.
    pub version: String,
    /// Where its REST API answers.
    pub api_url: String,
    /// `host:port` or URL of its Temporal server.
    pub temporal_address: String,
    /// The namespace in use there.
    pub temporal_namespace: String,
    /// The Temporal Web UI, when the instance started it.
    pub temporal_ui_url: Option<String>,
    /// Its Redis, when the instance started it.
    pub redis_url: Option<String>,
}

impl Instance {
    /// The instance running on `data` now, if any.
    pub fn running(data: &Path) -> Option<Self> {
        if !DataLock::is_taken(data) {
            return None;
        }
        serde_json::from_slice(&fs::read(path(data)).ok()?).ok()
    }

    /// Makes the instance known.
    pub fn publish(&self, data: &Path) -> anyhow::Result<()> {
        let text = serde_json::to_vec_pretty(self).context("describing the instance")?;
        let fresh = data.join("eightcount.json.new");
        fs::write(&fresh, text)
            .and_then(|()| fs::rename(&fresh, path(data)))
            .context("writing eightcount.json")
    }

    /// Forgets what is written there, by this or by a crashed instance. Only the holder of the lock may do so.
    pub fn withdraw(data: &Path) {
        let _ = fs::remove_file(path(data));
    }
}

fn path(data: &Path) -> PathBuf {
    data.join("eightcount.json")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_instance_is_seen_only_while_the_folder_is_held() {
        let data = tempfile::tempdir().unwrap();
        let instance = Instance {
            pid: 7,
            version: "0".into(),
            api_url: "http://127.0.0.1:1".into(),
            temporal_address: "127.0.0.1:2".into(),
            temporal_namespace: "default".into(),
            temporal_ui_url: None,
            redis_url: None,
        };
        let lock = DataLock::take(data.path()).unwrap();
        assert_eq!(Instance::running(data.path()), None);
        instance.publish(data.path()).unwrap();
        assert_eq!(Instance::running(data.path()), Some(instance));
        drop(lock);
        assert_eq!(Instance::running(data.path()), None);
    }
}
