//! All stores together.

use crate::servers::Redis;
use eightcount_storage::{PartHealth, Storage, StorageConfig};
use std::{fs, path::Path};

#[tokio::test(flavor = "multi_thread")]
async fn the_embedded_default_lives_in_one_folder_and_says_how_it_is() {
    let scratch = tempfile::tempdir().unwrap();
    // Characters that mean something in an address.
    let folder = scratch.path().join("my data? 100% #1");
    fs::create_dir(&folder).unwrap();
    let redis = Redis::start().await;
    let config = StorageConfig::in_folder(&folder, Some(redis.address())).unwrap();
    let storage = Storage::connect(&config).await.unwrap();
    storage.migrate().await.unwrap();
    for file in ["audio.sqlite", "choreo.sqlite", "product.sqlite", "files"] {
        assert!(folder.join(file).exists(), "{file}");
    }
    let health = storage.health().await;
    assert!(health.is_ready() && health.parts().iter().all(|(_, part)| part.is_well()), "{health:?}");
    assert!(matches!(&health.audio, PartHealth::Up { version, .. } if version.starts_with("SQLite 3")));
    assert!(matches!(&health.shared, PartHealth::Up { version, .. } if version.starts_with("Redis ")));

    drop(redis);
    fs::remove_dir_all(folder.join("files")).unwrap();
    let health = storage.health().await;
    assert!(matches!(&health.shared, PartHealth::Down { .. }), "{health:?}");
    assert!(matches!(&health.blobs, PartHealth::Down { reason } if reason.contains(": ")), "{health:?}");
    assert!(!health.is_ready());
}

#[tokio::test]
async fn without_redis_it_is_ready() {
    let folder = tempfile::tempdir().unwrap();
    let config = StorageConfig::in_folder(folder.path(), None).unwrap();
    let health = Storage::connect(&config).await.unwrap().health().await;
    assert_eq!(health.shared, PartHealth::Absent);
    assert!(health.is_ready());
    assert!(StorageConfig::in_folder(Path::new("relative"), None).is_err());
}

#[tokio::test]
async fn a_configuration_shows_no_password() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = StorageConfig::in_folder(folder.path(), None).unwrap();
    config.audio = "mysql://user:hush@host/audio".to_owned();
    config.redis = Some("rediss://:hush@host".to_owned());
    config.blobs.s3.secret_access_key = Some("hush".to_owned());
    let shown = format!("{config:?}");
    assert!(!shown.contains("hush") && shown.contains("host/audio"), "{shown}");
}
