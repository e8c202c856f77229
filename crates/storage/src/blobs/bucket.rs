//! Blobs in an S3 bucket: `prefix/blobs/ab/abcdef…` and `prefix/incoming/abcdef…`. Objects appear whole when
//! their upload ends. Parts of an upload whose process was killed are invisible; a lifecycle rule of the
//! bucket (abort incomplete multipart uploads) removes them.

use super::{
    BlobsConfig, ByteStream, INCOMING_KEPT, LocalBlob,
    cache::Cache,
    files::{CHUNK_BYTES, blocking, hash_bytes, hash_file, hash_of, length, remove},
    temporary::{TemporaryFile, TemporaryFolder},
};
use crate::StorageError;
use bytes::Bytes;
use eightcount_domain::BlobHash;
use futures::{StreamExt, TryStreamExt};
use object_store::{
    ClientConfigKey, ObjectStore, ObjectStoreExt, PutPayload, RetryConfig,
    aws::{AmazonS3Builder, AmazonS3ConfigKey},
    buffered::BufWriter,
    path::Path as Key,
};
use sha2::{Digest, Sha256};
use std::{
    fmt, io,
    ops::Range,
    path::Path,
    sync::Arc,
    time::{Duration, SystemTime},
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// How long one request may take, its body included; a broken download goes on where it stopped.
const REQUEST_TIMEOUT: &str = "300 seconds";
/// How often, and for how long, a request that failed is tried again here; whoever asked tries again too.
const RETRIES: usize = 4;
const RETRY_TIME: Duration = Duration::from_secs(20);

/// How to reach S3. What is left out comes from the `AWS_*` environment.
#[derive(Clone, Default)]
pub struct S3Access {
    /// Address of the service for one that is not Amazon's: `https://host:port`, or `http://` for tests.
    pub endpoint: Option<String>,
    /// Region.
    pub region: Option<String>,
    /// Access key id.
    pub access_key_id: Option<String>,
    /// Secret access key.
    pub secret_access_key: Option<String>,
}

impl S3Access {
    /// From `EIGHTCOUNT_S3_ENDPOINT`, `_REGION`, `_ACCESS_KEY_ID` and `_SECRET_ACCESS_KEY`, as `variable`
    /// gives them.
    pub fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Self {
        Self {
            endpoint: variable("EIGHTCOUNT_S3_ENDPOINT"),
            region: variable("EIGHTCOUNT_S3_REGION"),
            access_key_id: variable("EIGHTCOUNT_S3_ACCESS_KEY_ID"),
            secret_access_key: variable("EIGHTCOUNT_S3_SECRET_ACCESS_KEY"),
        }
    }
}

impl fmt::Debug for S3Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("S3Access")
            .field("endpoint", &self.endpoint)
            .field("region", &self.region)
            .field("access_key_id", &self.access_key_id)
            .finish_non_exhaustive()
    }
}

#[derive(Clone, Debug)]
pub(super) struct Bucket {
    store: Arc<dyn ObjectStore>,
    prefix: String,
    cache: Cache,
}

impl Bucket {
    pub(super) async fn open(bucket: &str, prefix: &str, config: &BlobsConfig) -> Result<Self, StorageError> {
        crate::tls::install();
        let access = &config.s3;
        let mut builder = AmazonS3Builder::from_env()
            .with_bucket_name(bucket)
            .with_retry(RetryConfig {
                max_retries: RETRIES,
                retry_timeout: RETRY_TIME,
                ..RetryConfig::default()
            })
            .with_config(AmazonS3ConfigKey::Client(ClientConfigKey::Timeout), REQUEST_TIMEOUT);
        if let Some(endpoint) = &access.endpoint {
            builder = builder.with_endpoint(endpoint).with_allow_http(endpoint.starts_with("http://"));
        }
        if let Some(region) = &access.region {
            builder = builder.with_region(region);
        }
        if let Some(id) = &access.access_key_id {
            builder = builder.with_access_key_id(id);
        }
        if let Some(secret) = &access.secret_access_key {
            builder = builder.with_secret_access_key(secret);
        }
        let store = builder.build().map_err(StorageError::object("opening the bucket"))?;
        let (folder, limit_bytes) = (config.cache_folder.clone(), config.cache_bytes);
        let cache = blocking("opening the blob cache", move || Cache::open(&folder, limit_bytes)).await?;
        Ok(Self { store: Arc::new(store), prefix: prefix.trim_matches('/').to_owned(), cache })
    }

    pub(super) fn temporary(&self) -> &TemporaryFolder {
        &self.cache.temporary
    }

    fn key(&self, hash: &BlobHash) -> Key {
        let name = hash.as_str();
        Key::from(format!("{}/blobs/{}/{name}", self.prefix, &name[..2]))
    }

    fn incoming_key(&self, hash: &BlobHash) -> Key {
        Key::from(format!("{}/incoming/{hash}", self.prefix))
    }

    pub(super) async fn put_file(&self, source: &Path) -> Result<BlobHash, StorageError> {
        let file = source.to_owned();
        let (hash, bytes) = blocking("hashing a file", move || {
            let hash = hash_file(&file)?;
            Ok((hash, length(&file)?))
        })
        .await?;
        self.put_hashed(source, &hash, bytes).await?;
        Ok(hash)
    }

    async fn put_hashed(
        &self,
        source: &Path,
        hash: &BlobHash,
        bytes: Option<u64>,
    ) -> Result<(), StorageError> {
        let key = self.key(hash);
        if bytes.is_none() || self.length(&key).await? != bytes {
            self.upload(source, &key, hash).await?;
        }
        Ok(())
    }

    pub(super) async fn move_file(&self, source: &Path) -> Result<BlobHash, StorageError> {
        let hash = self.put_file(source).await?;
        self.adopt(source, &hash).await?;
        Ok(hash)
    }

    pub(super) async fn move_hashed(&self, source: &Path, hash: &BlobHash) -> Result<(), StorageError> {
        let file = source.to_owned();
        let bytes = blocking("measuring a file", move || length(&file)).await?;
        self.put_hashed(source, hash, bytes).await?;
        self.adopt(source, hash).await
    }

    /// Keeps the stored file as the local copy.
    async fn adopt(&self, source: &Path, hash: &BlobHash) -> Result<(), StorageError> {
        let (cache, name, source) = (self.cache.clone(), hash.clone(), source.to_owned());
        blocking("moving a file into the blob cache", move || {
            // Its maker will likely read it next. On another file system than the cache it is only removed.
            match cache.adopt(&source, &name) {
                Err(error) if error.kind() == io::ErrorKind::CrossesDevices => remove(&source),
                adopted => adopted.map(drop),
            }
        })
        .await
    }

    pub(super) async fn put_bytes(&self, bytes: &[u8]) -> Result<BlobHash, StorageError> {
        let hash = hash_bytes(bytes);
        let key = self.key(&hash);
        if self.length(&key).await? != Some(bytes.len() as u64) {
            let payload = PutPayload::from_bytes(Bytes::copy_from_slice(bytes));
            self.store.put(&key, payload).await.map_err(StorageError::object("storing bytes as a blob"))?;
        }
        Ok(hash)
    }

    /// Uploads a file, and lets it appear only if its bytes are those that were hashed.
    async fn upload(&self, source: &Path, key: &Key, hash: &BlobHash) -> Result<(), StorageError> {
        let read = |source| StorageError::File { doing: "reading a file for its upload", source };
        let mut file = tokio::fs::File::open(source).await.map_err(read)?;
        let mut writer = BufWriter::new(self.store.clone(), key.clone());
        let mut digest = Sha256::new();
        let mut chunk = vec![0; CHUNK_BYTES];
        loop {
            let count = file.read(&mut chunk).await.map_err(read)?;
            if count == 0 {
                break;
            }
            digest.update(&chunk[..count]);
            let sent = writer.put(Bytes::copy_from_slice(&chunk[..count])).await;
            sent.map_err(StorageError::object("uploading a file"))?;
        }
        if hash_of(digest) != *hash {
            writer.abort().await.map_err(StorageError::object("giving up an upload"))?;
            return Err(read(io::Error::other("the file changed while it was read")));
        }
        writer.shutdown().await.map_err(StorageError::file("finishing an upload to the object store"))
    }

    pub(super) async fn local(&self, hash: &BlobHash) -> Result<LocalBlob, StorageError> {
        let (cache, name) = (self.cache.clone(), hash.clone());
        if let Some(copy) = blocking("finding a blob's copy", move || cache.get(&name)).await? {
            return Ok(copy);
        }
        let file = self.download(&self.key(hash), hash).await?;
        let (cache, name) = (self.cache.clone(), hash.clone());
        blocking("keeping a blob's copy", move || cache.adopt(file.path(), &name)).await
    }

    pub(super) async fn incoming(&self, hash: &BlobHash) -> Result<LocalBlob, StorageError> {
        Ok(Cache::lend(self.download(&self.incoming_key(hash), hash).await?))
    }

    async fn download(&self, key: &Key, hash: &BlobHash) -> Result<TemporaryFile, StorageError> {
        let object = |source| missing(hash, "downloading a blob", source);
        let write = |source| StorageError::File { doing: "writing a blob's copy", source };
        let mut pieces = self.store.get(key).await.map_err(object)?.into_stream();
        let name = self.cache.temporary.name();
        let mut file = tokio::fs::File::create_new(name.path()).await.map_err(write)?;
        let mut digest = Sha256::new();
        while let Some(piece) = pieces.try_next().await.map_err(object)? {
            digest.update(&piece);
            file.write_all(&piece).await.map_err(write)?;
        }
        file.flush().await.map_err(write)?;
        if hash_of(digest) == *hash { Ok(name) } else { Err(StorageError::DamagedBlob(hash.clone())) }
    }

    pub(super) async fn len(&self, hash: &BlobHash) -> Result<Option<u64>, StorageError> {
        self.length(&self.key(hash)).await
    }

    async fn length(&self, key: &Key) -> Result<Option<u64>, StorageError> {
        match self.store.head(key).await {
            Ok(facts) => Ok(Some(facts.size)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(source) => Err(StorageError::Object { doing: "finding a blob", source }),
        }
    }

    pub(super) async fn read_range(
        &self,
        hash: &BlobHash,
        range: Range<u64>,
    ) -> Result<ByteStream, StorageError> {
        let options = object_store::GetOptions { range: Some(range.into()), ..Default::default() };
        let got = self.store.get_opts(&self.key(hash), options).await;
        let pieces = got.map_err(|source| missing(hash, "reading a blob", source))?.into_stream();
        Ok(pieces.map_err(StorageError::object("reading a blob")).boxed())
    }

    pub(super) async fn delete(&self, hash: &BlobHash) -> Result<(), StorageError> {
        let (cache, name) = (self.cache.clone(), hash.clone());
        blocking("forgetting a blob's copy", move || cache.forget(&name)).await?;
        self.remove(&self.key(hash)).await
    }

    async fn remove(&self, key: &Key) -> Result<(), StorageError> {
        match self.store.delete(key).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(source) => Err(StorageError::Object { doing: "deleting a blob", source }),
        }
    }

    pub(super) async fn accept_incoming(
        &self,
        file: TemporaryFile,
        hash: &BlobHash,
    ) -> Result<(), StorageError> {
        self.upload(file.path(), &self.incoming_key(hash), hash).await
    }

    pub(super) async fn promote(&self, hash: &BlobHash) -> Result<(), StorageError> {
        let (waiting, target) = (self.incoming_key(hash), self.key(hash));
        match self.store.copy(&waiting, &target).await {
            Ok(()) => self.remove(&waiting).await,
            Err(object_store::Error::NotFound { .. }) if self.length(&target).await?.is_some() => Ok(()),
            Err(source) => Err(missing(hash, "promoting an upload", source)),
        }
    }

    pub(super) async fn discard_incoming(&self, hash: &BlobHash) -> Result<(), StorageError> {
        self.remove(&self.incoming_key(hash)).await
    }

    pub(super) async fn sweep(&self, older_than: Duration) -> Result<u64, StorageError> {
        let cache = self.cache.clone();
        let swept = tokio::task::spawn_blocking(move || cache.sweep(older_than)).await;
        let mut swept = swept.unwrap_or_else(|stopped| {
            Err(StorageError::file("sweeping temporary files")(io::Error::other(stopped)))
        })?;
        let kept = SystemTime::now() - older_than.max(INCOMING_KEPT);
        let prefix = Key::from(format!("{}/incoming", self.prefix));
        let mut waiting = self.store.list(Some(&prefix));
        let listed = StorageError::object("listing uploads that wait");
        let mut old = Vec::new();
        while let Some(object) = waiting.next().await.transpose().map_err(&listed)? {
            if SystemTime::from(object.last_modified) < kept {
                old.push(object.location);
            }
        }
        for key in old {
            self.remove(&key).await?;
            swept += 1;
        }
        Ok(swept)
    }

    /// Asks for an object that need not be there: credentials, bucket and network show here.
    pub(super) async fn probe(&self) -> Result<String, StorageError> {
        self.length(&Key::from(format!("{}/probe", self.prefix))).await?;
        Ok("S3 bucket".to_owned())
    }
}

fn missing(hash: &BlobHash, doing: &'static str, source: object_store::Error) -> StorageError {
    match source {
        object_store::Error::NotFound { .. } => StorageError::NoBlob(hash.clone()),
        source => StorageError::Object { doing, source },
    }
}
