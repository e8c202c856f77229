//! Settings: every one is a flag and an environment variable, grouped by the subsystem they are for.

#![expect(clippy::doc_markdown, reason = "these comments are the texts of --help")]

use crate::{embedded::Instance, exit};
use anyhow::Context;
use clap::Args;
use eightcount_storage::{BlobsConfig, S3Access, StorageConfig};
use std::path::{self, Path, PathBuf};
use url::Url;

/// The data folder.
#[derive(Args, Clone, Debug)]
pub struct DataArgs {
    /// Folder that holds everything: databases, blobs, workflow history, logs
    #[arg(long = "data", value_name = "DIR", env = "EIGHTCOUNT_DATA", default_value = ".data")]
    pub folder: PathBuf,
}

/// Servers and stores to use instead of embedded ones.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Servers and stores (instead of embedded ones)")]
pub struct ServerArgs {
    /// Temporal server: host:port, or https://host:port for TLS
    #[arg(long, value_name = "ADDRESS", env = "EIGHTCOUNT_TEMPORAL_ADDRESS")]
    pub temporal_address: Option<String>,
    /// Temporal namespace
    #[arg(long, value_name = "NAME", env = "EIGHTCOUNT_TEMPORAL_NAMESPACE", default_value = "default")]
    pub temporal_namespace: String,
    /// Redis: redis://host:port
    #[arg(long, value_name = "URL", env = "EIGHTCOUNT_REDIS_URL", hide_env_values = true)]
    pub redis_url: Option<String>,
    /// Database of the audio context: sqlite:///path or mysql://user:password@host/name
    #[arg(long, value_name = "URL", env = "EIGHTCOUNT_AUDIO_DATABASE_URL", hide_env_values = true)]
    pub audio_database_url: Option<String>,
    /// Database of the choreo context
    #[arg(long, value_name = "URL", env = "EIGHTCOUNT_CHOREO_DATABASE_URL", hide_env_values = true)]
    pub choreo_database_url: Option<String>,
    /// Database of the product context
    #[arg(long, value_name = "URL", env = "EIGHTCOUNT_PRODUCT_DATABASE_URL", hide_env_values = true)]
    pub product_database_url: Option<String>,
    /// Blob store: file:///folder or s3://bucket/prefix
    #[arg(long, value_name = "URL", env = "EIGHTCOUNT_BLOBS_URL", hide_env_values = true)]
    pub blobs_url: Option<String>,
    /// With an S3 blob store: megabytes of local copies to keep in the data folder
    #[arg(long, value_name = "MB", env = "EIGHTCOUNT_BLOB_CACHE_MB", default_value_t = 20_000)]
    pub blob_cache_mb: u64,
}

/// Where everything is, once that is settled. May hold passwords.
#[derive(Clone)]
pub struct Addresses {
    /// `host:port` or URL of Temporal.
    pub temporal: String,
    /// Its namespace.
    pub namespace: String,
    /// Redis; none: slower, same answers.
    pub redis: Option<String>,
    /// The audio context's database.
    pub audio_database: String,
    /// The choreo context's database.
    pub choreo_database: String,
    /// The product context's database.
    pub product_database: String,
    /// The blob store.
    pub blobs: String,
    /// Where local copies of blobs in S3 are kept.
    pub blob_cache_folder: PathBuf,
    /// How many bytes of them.
    pub blob_cache_bytes: u64,
}

impl Addresses {
    /// As the stores are opened. How to reach S3 comes from `EIGHTCOUNT_S3_*` and `AWS_*`.
    pub fn storage(&self) -> StorageConfig {
        StorageConfig {
            audio: self.audio_database.clone(),
            choreo: self.choreo_database.clone(),
            product: self.product_database.clone(),
            redis: self.redis.clone(),
            blobs: BlobsConfig {
                address: self.blobs.clone(),
                cache_folder: self.blob_cache_folder.clone(),
                cache_bytes: self.blob_cache_bytes,
                s3: S3Access::from_variables(|name| std::env::var(name).ok()),
            },
        }
    }
}

impl ServerArgs {
    /// The addresses for a part that runs apart: as given, else those of the instance running on the data
    /// folder, else the folder's own databases and blobs.
    pub fn addresses_apart(&self, data: &Path) -> anyhow::Result<Addresses> {
        let running = Instance::running(data);
        let temporal = self.temporal_address.clone().or(running.as_ref().map(|i| i.temporal_address.clone()));
        let temporal = temporal.ok_or_else(|| {
            exit::usage(format!(
                "no Temporal server is known: give --temporal-address, or --data of a running `eightcount up` \
                 ({} has none)",
                data.display()
            ))
        })?;
        let redis = self.redis_url.clone().or(running.and_then(|i| i.redis_url));
        self.addresses(data, temporal, redis)
    }

    /// Is a database or the blob store given?
    pub fn names_a_store(&self) -> bool {
        [&self.audio_database_url, &self.choreo_database_url, &self.product_database_url, &self.blobs_url]
            .into_iter()
            .any(Option::is_some)
    }

    /// All addresses, the databases and blobs of `data` where none are given.
    pub fn addresses(
        &self,
        data: &Path,
        temporal: String,
        redis: Option<String>,
    ) -> anyhow::Result<Addresses> {
        let data = path::absolute(data).context("finding the data folder")?;
        let inside = |name: &str| {
            let url = Url::from_file_path(data.join(name)).map(String::from);
            url.map_err(|()| {
                exit::usage(format!("the data folder {} cannot be written as an address", data.display()))
            })
        };
        let database = |given: &Option<String>, name: &str| match given {
            Some(url) => Ok(url.clone()),
            None => inside(name).map(|url| url.replacen("file", "sqlite", 1)),
        };
        Ok(Addresses {
            temporal,
            namespace: self.temporal_namespace.clone(),
            redis,
            audio_database: database(&self.audio_database_url, "audio.db")?,
            choreo_database: database(&self.choreo_database_url, "choreo.db")?,
            product_database: database(&self.product_database_url, "product.db")?,
            blobs: self.blobs_url.clone().map_or_else(|| inside("blobs"), Ok)?,
            blob_cache_folder: data.join("cache"),
            blob_cache_bytes: self.blob_cache_mb.saturating_mul(1_000_000),
        })
    }
}
