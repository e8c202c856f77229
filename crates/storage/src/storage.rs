//! All stores together, as a process opens them.

use crate::{
    AudioRecords, Blobs, BlobsConfig, CACHE_BYTES, ChoreoRecords, ProductRecords, S3Access, SharedView,
    StorageError,
};
use std::{fmt, path::Path, time::Duration};
use url::Url;

/// How long a part may take to say how it is.
const HEALTH_WAIT: Duration = Duration::from_secs(5);

/// Where all stores are.
#[derive(Clone)]
pub struct StorageConfig {
    /// Records of the audio context: `sqlite:///path` or `mysql://…`.
    pub audio: String,
    /// Records of the choreo context.
    pub choreo: String,
    /// Records of the product context.
    pub product: String,
    /// `redis://…`; none to do without.
    pub redis: Option<String>,
    /// The blob store.
    pub blobs: BlobsConfig,
}

impl StorageConfig {
    /// The embedded default: three SQLite files and the blobs in one folder, which must exist.
    pub fn in_folder(folder: &Path, redis: Option<String>) -> Result<Self, StorageError> {
        let address = |name: &str| {
            Url::from_file_path(folder.join(name)).map(String::from).map_err(|()| StorageError::BadAddress {
                what: "data folder",
                reason: "its path must be absolute".to_owned(),
            })
        };
        let sqlite = |name: &str| Ok::<_, StorageError>(address(name)?.replacen("file", "sqlite", 1));
        Ok(Self {
            audio: sqlite("audio.sqlite")?,
            choreo: sqlite("choreo.sqlite")?,
            product: sqlite("product.sqlite")?,
            redis,
            blobs: BlobsConfig {
                address: address("files")?,
                cache_folder: folder.join("cache"),
                cache_bytes: CACHE_BYTES,
                s3: S3Access::default(),
            },
        })
    }
}

impl fmt::Debug for StorageConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StorageConfig")
            .field("audio", &without_password(&self.audio))
            .field("choreo", &without_password(&self.choreo))
            .field("product", &without_password(&self.product))
            .field("redis", &self.redis.as_deref().map(without_password))
            .field("blobs", &self.blobs)
            .finish()
    }
}

/// An address fit for logs.
fn without_password(address: &str) -> String {
    match Url::parse(address) {
        Ok(mut url) if url.password().is_some() => {
            // An error says that this kind of address has no place for a password.
            let _ = url.set_password(Some("…"));
            url.to_string()
        }
        Ok(url) => url.to_string(),
        Err(_) => "not an address".to_owned(),
    }
}

/// All stores.
#[derive(Clone, Debug)]
pub struct Storage {
    /// Songs and what was heard in them.
    pub audio: AudioRecords,
    /// The library, suggestions and choreographies.
    pub choreo: ChoreoRecords,
    /// Takes and cross-edits.
    pub product: ProductRecords,
    /// Files by their content.
    pub blobs: Blobs,
    /// What many read at once.
    pub shared: SharedView,
}

impl Storage {
    /// Opens all stores. Databases must answer; what is wrong with the others shows in [`Self::health`].
    pub async fn connect(config: &StorageConfig) -> Result<Self, StorageError> {
        Ok(Self {
            audio: AudioRecords::connect(&config.audio).await?,
            choreo: ChoreoRecords::connect(&config.choreo).await?,
            product: ProductRecords::connect(&config.product).await?,
            blobs: Blobs::open(&config.blobs).await?,
            shared: match &config.redis {
                Some(address) => SharedView::connect(address)?,
                None => SharedView::none(),
            },
        })
    }

    /// Brings all tables up to date. Any number of processes may do so at once.
    pub async fn migrate(&self) -> Result<(), StorageError> {
        self.audio.migrate().await?;
        self.choreo.migrate().await?;
        self.product.migrate().await
    }

    /// How each part is.
    pub async fn health(&self) -> Health {
        let (audio, choreo, product, blobs, shared) = tokio::join!(
            part(self.audio.version()),
            part(self.choreo.version()),
            part(self.product.version()),
            part(self.blobs.version()),
            self.shared.version()
        );
        let shared = match shared {
            Some((version, latency)) => PartHealth::Up { version, latency },
            None if self.shared.is_configured() => PartHealth::Down { reason: "no answer".to_owned() },
            None => PartHealth::Absent,
        };
        Health { audio, choreo, product, blobs, shared }
    }
}

/// How one part is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PartHealth {
    /// It answers.
    Up {
        /// What it is, with its version.
        version: String,
        /// How long the answer took.
        latency: Duration,
    },
    /// It does not.
    Down {
        /// Why, for the operator: the whole chain of causes.
        reason: String,
    },
    /// There is none, on purpose.
    Absent,
}

impl PartHealth {
    /// It answers, or need not.
    pub fn is_well(&self) -> bool {
        !matches!(self, Self::Down { .. })
    }
}

async fn part(asking: impl Future<Output = Result<(String, Duration), StorageError>>) -> PartHealth {
    match tokio::time::timeout(HEALTH_WAIT, asking).await {
        Ok(Ok((version, latency))) => PartHealth::Up { version, latency },
        Ok(Err(error)) => PartHealth::Down { reason: chain(&error) },
        Err(_too_late) => PartHealth::Down { reason: "no answer in time".to_owned() },
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |e| e.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// How all parts are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// Records of the audio context.
    pub audio: PartHealth,
    /// Records of the choreo context.
    pub choreo: PartHealth,
    /// Records of the product context.
    pub product: PartHealth,
    /// Blobs.
    pub blobs: PartHealth,
    /// Shared view.
    pub shared: PartHealth,
}

impl Health {
    /// The service can do its work: everything answers but, maybe, the shared view, without which it is
    /// only slower.
    pub fn is_ready(&self) -> bool {
        [&self.audio, &self.choreo, &self.product, &self.blobs].into_iter().all(PartHealth::is_well)
    }

    /// Each part with its name, for reports.
    pub fn parts(&self) -> [(&'static str, &PartHealth); 5] {
        [
            ("audio", &self.audio),
            ("choreo", &self.choreo),
            ("product", &self.product),
            ("blobs", &self.blobs),
            ("shared", &self.shared),
        ]
    }
}
