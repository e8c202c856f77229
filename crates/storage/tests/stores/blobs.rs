//! Blobs in a folder and in S3: one suite, and what belongs to each.

use crate::servers::{S3, S3_KEYS};
use bytes::Bytes;
use eightcount_domain::BlobHash;
use eightcount_storage::{Blobs, BlobsConfig, INCOMING_KEPT, RESUMABLE_KEPT, S3Access, StorageError};
use futures::{TryStreamExt, future::join_all};
use std::{
    collections::BTreeSet,
    fs::{self, File},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};
use tempfile::TempDir;
use tokio::io::AsyncReadExt;

/// SHA-256 of "abc", from FIPS 180-2.
const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
/// More than one part of an upload in parts (10 MiB), and no round number.
const LARGE_BYTES: usize = (23 << 20) + 7;
/// Bytes that the cache of the tests keeps.
const CACHE_BYTES: u64 = 1000;

fn config(address: String, scratch: &Path, s3: S3Access) -> BlobsConfig {
    BlobsConfig { address, cache_folder: scratch.join("cache"), cache_bytes: CACHE_BYTES, s3 }
}

async fn in_folder(scratch: &Path) -> Blobs {
    // A blank in the path, as users have them.
    let root = scratch.join("my files");
    let address = url::Url::from_file_path(root).unwrap();
    Blobs::open(&config(address.into(), scratch, S3Access::default())).await.unwrap()
}

async fn in_s3(server: &S3, scratch: &Path) -> Blobs {
    let access = S3Access {
        endpoint: Some(server.endpoint()),
        region: Some("us-east-1".to_owned()),
        access_key_id: Some(S3_KEYS.0.to_owned()),
        secret_access_key: Some(S3_KEYS.1.to_owned()),
    };
    let config = config("s3://eightcount/some/prefix".to_owned(), scratch, access);
    assert!(!format!("{config:?}").contains(S3_KEYS.1));
    Blobs::open(&config).await.unwrap()
}

fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_u32;
    let next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    std::iter::repeat_with(next).take(length).collect()
}

fn write(scratch: &TempDir, name: &str, bytes: &[u8]) -> PathBuf {
    let path = scratch.path().join(name);
    fs::write(&path, bytes).unwrap();
    path
}

fn files_in(folder: &Path) -> usize {
    fs::read_dir(folder).unwrap().count()
}

#[tokio::test(flavor = "multi_thread")]
async fn blobs_in_a_folder() {
    let scratch = tempfile::tempdir().unwrap();
    let blobs = in_folder(scratch.path()).await;
    suite(&blobs, &scratch, &scratch.path().join("my files/temporary")).await;
    let (first_two, hash) = (&ABC[..2], ABC);
    assert!(scratch.path().join("my files/blobs").join(first_two).join(hash).is_file());
}

#[tokio::test(flavor = "multi_thread")]
async fn blobs_in_s3() {
    let server = S3::start().await;
    let scratch = tempfile::tempdir().unwrap();
    let blobs = in_s3(&server, scratch.path()).await;
    suite(&blobs, &scratch, &scratch.path().join("cache/temporary")).await;
    assert!(server.object(&format!("some/prefix/blobs/{}/{ABC}", &ABC[..2])).is_file());
}

async fn suite(blobs: &Blobs, scratch: &TempDir, temporary: &Path) {
    putting(blobs, scratch).await;
    ranges(blobs, scratch).await;
    at_once(blobs, scratch).await;
    refusals(blobs, scratch).await;
    uploads(blobs, temporary).await;
    let hash = blobs.put_bytes(b"abc").await.unwrap();
    blobs.delete(&hash).await.unwrap();
    blobs.delete(&hash).await.unwrap();
    assert!(!blobs.exists(&hash).await.unwrap());
    assert!(matches!(blobs.local(&hash).await, Err(StorageError::NoBlob(_))));
    assert!(matches!(blobs.read_range(&hash, 0..1).await, Err(StorageError::NoBlob(_))));
    blobs.put_bytes(b"abc").await.unwrap();
    assert_eq!(files_in(temporary), 0, "nothing half-made is left");
    assert!(!blobs.version().await.unwrap().0.is_empty());
}

async fn putting(blobs: &Blobs, scratch: &TempDir) {
    let source = write(scratch, "abc", b"abc");
    let hash = blobs.put_file(&source).await.unwrap();
    assert_eq!(hash.as_str(), ABC);
    assert!(source.exists(), "a copy was stored");
    assert_eq!(blobs.put_bytes(b"abc").await.unwrap(), hash);
    assert_eq!(blobs.move_file(&source).await.unwrap(), hash);
    assert!(!source.exists(), "the file itself was stored");
    let again = write(scratch, "abc", b"abc");
    blobs.move_hashed(&again, &hash).await.unwrap();
    assert!(!again.exists(), "the file itself was stored");
    assert_eq!(blobs.len(&hash).await.unwrap(), 3);
    assert_eq!(fs::read(blobs.local(&hash).await.unwrap()).unwrap(), b"abc");
    assert_eq!(blobs.read(&hash).await.unwrap(), b"abc");
    assert!(blobs.exists(&hash).await.unwrap());

    let empty = blobs.put_bytes(b"").await.unwrap();
    assert_eq!(blobs.len(&empty).await.unwrap(), 0);
    assert_eq!(blobs.read(&empty).await.unwrap(), b"");
}

async fn ranges(blobs: &Blobs, scratch: &TempDir) {
    let bytes = noise(LARGE_BYTES);
    let hash = blobs.move_file(&write(scratch, "large", &bytes)).await.unwrap();
    let length = LARGE_BYTES as u64;
    let read = async |range: std::ops::Range<u64>| {
        let pieces: Vec<Bytes> = blobs.read_range(&hash, range).await?.try_collect().await?;
        Ok::<_, StorageError>(pieces.concat())
    };
    for range in
        [0..1, 0..0, length..length, 65_535..65_537, 10_485_759..10_485_762, length - 9..length, 0..length]
    {
        let wanted = &bytes[usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap()];
        assert!(read(range.clone()).await.unwrap() == wanted, "{range:?}");
    }
    #[expect(clippy::reversed_empty_ranges, reason = "a hostile client may ask for one")]
    for range in [0..length + 1, length + 1..length + 2, 5..4, 0..u64::MAX] {
        assert!(matches!(read(range).await, Err(StorageError::BadRange { .. })));
    }
    // What is being read stays readable when it is deleted meanwhile.
    let held = blobs.local(&hash).await.unwrap();
    let mut file = tokio::fs::File::open(&*held).await.unwrap();
    blobs.delete(&hash).await.unwrap();
    let mut copy = Vec::new();
    file.read_to_end(&mut copy).await.unwrap();
    assert!(copy == bytes);
}

async fn at_once(blobs: &Blobs, scratch: &TempDir) {
    let bytes = noise(3 << 20);
    let source = write(scratch, "shared", &bytes);
    let put = join_all((0..8).map(async |n| match n % 3 {
        0 => blobs.put_bytes(&bytes).await.unwrap(),
        1 => blobs.put_file(&source).await.unwrap(),
        _ => {
            let own = scratch.path().join(format!("own {n}"));
            fs::write(&own, &bytes).unwrap();
            blobs.move_file(&own).await.unwrap()
        }
    }));
    let read_meanwhile = async {
        let hash = blobs.put_bytes(&bytes).await.unwrap();
        for _ in 0..8 {
            assert!(blobs.read(&hash).await.unwrap() == bytes, "never half of it");
        }
    };
    let (hashes, ()) = futures::future::join(put, read_meanwhile).await;
    assert_eq!(hashes.iter().collect::<BTreeSet<_>>().len(), 1);
    assert!(blobs.read(&hashes[0]).await.unwrap() == bytes);
}

async fn refusals(blobs: &Blobs, scratch: &TempDir) {
    let secret = write(scratch, "secret", b"not yours");
    let link = scratch.path().join("link");
    std::os::unix::fs::symlink(&secret, &link).unwrap();
    let missing = scratch.path().join("missing");
    for path in [link.as_path(), scratch.path(), &missing, Path::new("/dev/zero")] {
        assert!(matches!(blobs.put_file(path).await, Err(StorageError::File { .. })), "{}", path.display());
        assert!(matches!(blobs.move_file(path).await, Err(StorageError::File { .. })), "{}", path.display());
    }
    assert!(secret.exists() && link.exists());
}

async fn uploads(blobs: &Blobs, temporary: &Path) {
    let upload = async |text: &'static str| {
        let mut upload = blobs.staging().await.unwrap();
        for piece in text.as_bytes().chunks(2) {
            upload.write(Bytes::from_static(piece)).await.unwrap();
        }
        upload.finish().await.unwrap()
    };
    let (hash, length) = upload("a song").await;
    assert_eq!(length, 6);
    assert!(!blobs.exists(&hash).await.unwrap(), "it waits");
    assert_eq!(fs::read(blobs.incoming(&hash).await.unwrap()).unwrap(), b"a song");
    assert_eq!(upload("a song").await.0, hash, "the same again, meanwhile");
    blobs.promote(&hash).await.unwrap();
    blobs.promote(&hash).await.unwrap();
    assert_eq!(blobs.read(&hash).await.unwrap(), b"a song");
    assert!(matches!(blobs.incoming(&hash).await, Err(StorageError::NoBlob(_))));

    let (unwanted, _) = upload("a virus").await;
    blobs.discard_incoming(&unwanted).await.unwrap();
    blobs.discard_incoming(&unwanted).await.unwrap();
    assert!(matches!(blobs.promote(&unwanted).await, Err(StorageError::NoBlob(_))));

    let mut given_up = blobs.staging().await.unwrap();
    given_up.write(Bytes::from_static(b"half of")).await.unwrap();
    assert_eq!((given_up.len(), given_up.is_empty()), (7, false));
    assert_eq!(files_in(temporary), 1);
    drop(given_up);
    assert_eq!(files_in(temporary), 0);
    let (empty, length) = blobs.staging().await.unwrap().finish().await.unwrap();
    assert_eq!(length, 0);
    blobs.discard_incoming(&empty).await.unwrap();
}

/// Makes a file older.
fn age(path: &Path, by: Duration) {
    File::options().append(true).open(path).unwrap().set_modified(SystemTime::now() - by).unwrap();
}

#[tokio::test]
async fn leftovers_of_killed_writers_are_swept_by_age() {
    let scratch = tempfile::tempdir().unwrap();
    let blobs = in_folder(scratch.path()).await;
    let temporary = scratch.path().join("my files/temporary");
    // As a killed process leaves them: nobody drops anything.
    let mut killed = blobs.staging().await.unwrap();
    killed.write(Bytes::from_static(b"half of")).await.unwrap();
    std::mem::forget(killed);
    let waits = blobs.staging().await.unwrap().finish().await.unwrap().0;
    assert_eq!(files_in(&temporary), 1);

    let hour = Duration::from_hours(1);
    assert_eq!(blobs.sweep_temporary(hour).await.unwrap(), 0, "someone may be writing it");
    assert_eq!(blobs.sweep_temporary(Duration::ZERO).await.unwrap(), 1);
    assert_eq!(files_in(&temporary), 0);
    assert!(blobs.incoming(&waits).await.is_ok(), "an upload is somebody's still");
    age(&blobs.incoming(&waits).await.unwrap(), INCOMING_KEPT + hour);
    assert_eq!(blobs.sweep_temporary(hour).await.unwrap(), 1);
    assert!(blobs.incoming(&waits).await.is_err(), "nobody came for it");
}

#[tokio::test]
async fn an_upload_that_breaks_off_is_kept_for_a_day() {
    let scratch = tempfile::tempdir().unwrap();
    let blobs = in_folder(scratch.path()).await;
    let id = blobs.begin_resumable(6).await.unwrap();
    assert_eq!(id.to_string().parse(), Ok(id));
    let mut writer = blobs.resume(&id).await.unwrap().unwrap();
    writer.write(Bytes::from_static(b"abc")).await.unwrap();
    writer.settle().await.unwrap();
    assert_eq!(blobs.finish_resumable(&id).await.unwrap(), None, "bytes are missing");
    assert_eq!(blobs.sweep_temporary(Duration::ZERO).await.unwrap(), 0, "a restart loses nothing");
    let mut writer = blobs.resume(&id).await.unwrap().unwrap();
    assert_eq!(writer.left_bytes(), 3);
    writer.write(Bytes::from_static(b"defghi")).await.unwrap();
    writer.settle().await.unwrap();
    assert_eq!(blobs.resumable(&id).await.unwrap().unwrap().offset_bytes, 6, "no more than was announced");
    let hash = blobs.finish_resumable(&id).await.unwrap().unwrap();
    assert_eq!(blobs.finish_resumable(&id).await.unwrap(), Some(hash.clone()), "asked again");
    blobs.promote(&hash).await.unwrap();
    assert_eq!(blobs.read(&hash).await.unwrap(), b"abcdef");

    age(&scratch.path().join("my files/temporary/resumable").join(id.to_string()), RESUMABLE_KEPT);
    assert_eq!(blobs.resumable(&id).await.unwrap(), None, "it has expired");
    assert!(blobs.resume(&id).await.unwrap().is_none());
    assert_eq!(blobs.sweep_resumable().await.unwrap(), 1);
    assert_eq!(blobs.read(&hash).await.unwrap(), b"abcdef", "what became of it stays");
}

#[tokio::test]
async fn storing_again_heals_a_damaged_file() {
    let scratch = tempfile::tempdir().unwrap();
    let blobs = in_folder(scratch.path()).await;
    let hash = blobs.put_bytes(b"a song").await.unwrap();
    let path = blobs.local(&hash).await.unwrap().to_owned();
    fs::write(&path, b"a so").unwrap();
    assert!(!blobs.intact(&hash).await.unwrap());
    blobs.put_bytes(b"a song").await.unwrap();
    assert_eq!(blobs.read(&hash).await.unwrap(), b"a song");
    assert!(blobs.intact(&hash).await.unwrap());
    fs::write(&path, b"a s0ng").unwrap();
    assert!(!blobs.intact(&hash).await.unwrap());
    blobs.put_file(&write(&scratch, "source", b"a song")).await.unwrap();
    assert_eq!(blobs.read(&hash).await.unwrap(), b"a song");
}

#[tokio::test(flavor = "multi_thread")]
async fn local_copies_of_s3_are_bounded_checked_and_held() {
    let server = S3::start().await;
    let scratch = tempfile::tempdir().unwrap();
    let blobs = in_s3(&server, scratch.path()).await;
    let copies = scratch.path().join("cache/copies");
    let mut held = Vec::new();
    for n in 0..5_u8 {
        let hash = blobs.put_bytes(&[n; 400]).await.unwrap();
        held.push((n, hash.clone(), blobs.local(&hash).await.unwrap()));
        age(&copies.join(hash.as_str()), Duration::from_secs(100 - u64::from(n)));
    }
    assert_eq!(files_in(&copies), 2, "as many as fit into {CACHE_BYTES} bytes");
    for (n, _, local) in &held {
        assert_eq!(fs::read(local).unwrap(), [*n; 400], "in use, whatever the cache forgets");
    }
    let kept: BlobHash = held[4].1.clone();
    drop(held);
    assert_eq!(files_in(&scratch.path().join("cache/in-use")), 0);

    let object = server.object(&format!("some/prefix/blobs/{}/{kept}", &kept.as_str()[..2]));
    fs::write(&object, [9; 400]).unwrap();
    assert_eq!(blobs.read(&kept).await.unwrap(), [4; 400], "from the local copy");
    fs::remove_dir_all(&copies).unwrap();
    fs::create_dir(&copies).unwrap();
    assert!(matches!(blobs.read(&kept).await, Err(StorageError::DamagedBlob(_))));
}

#[tokio::test]
async fn an_s3_client_speaks_tls() {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let access = S3Access {
        endpoint: Some(format!("https://{}", listener.local_addr().unwrap())),
        region: Some("us-east-1".to_owned()),
        access_key_id: Some("id".to_owned()),
        secret_access_key: Some("secret".to_owned()),
    };
    let scratch = tempfile::tempdir().unwrap();
    let blobs = Blobs::open(&config("s3://bucket".to_owned(), scratch.path(), access)).await.unwrap();
    let asking = tokio::spawn(async move { blobs.version().await.map(drop) });
    let (mut socket, _) = listener.accept().await.unwrap();
    let first = socket.read_u8().await.unwrap();
    assert_eq!(first, 0x16, "a TLS handshake record");
    asking.abort();
}

#[tokio::test]
async fn an_address_that_is_none_is_refused() {
    let scratch = tempfile::tempdir().unwrap();
    for address in ["", "relative/path", "http://host/path", "s3:///prefix", "file://host/path"] {
        let opened = Blobs::open(&config(address.to_owned(), scratch.path(), S3Access::default())).await;
        assert!(matches!(opened, Err(StorageError::BadAddress { .. })), "{address:?}: {opened:?}");
    }
}
