//! Takes that are damaged, cut short or gone on the disk: noticed by their hash, and made again.

use anyhow::{Context, Result};
use eightcount_domain::{BlobHash, StageName};
use eightcount_tests::{Dance, Fixture, Instance};
use std::{
    fs,
    path::{Path, PathBuf},
};

#[tokio::test]
async fn a_damaged_a_cut_and_a_missing_take_are_made_again() -> Result<()> {
    let fixture = Fixture::get().await?;
    let expected = fixture.undisturbed().await?;
    let data = fixture.data()?;
    let instance = Instance::start(data.path()).await?;
    let dance = Dance::start(&instance.http, &fixture.compared()?).await?;
    for eight in 0..3 {
        dance.choose(eight, &expected.steps[eight]).await?;
    }
    let state = dance
        .until("three takes are rendered", |state| {
            let selected = state.eights.iter().filter_map(|eight| eight.selection.as_ref());
            selected.filter(|selection| selection.rendered).count() == 3
        })
        .await?;
    let mut files = Vec::new();
    for eight in &state.eights[..3] {
        let take = eight.selection.as_ref().and_then(|s| s.take.clone()).context("it is rendered")?;
        let bytes = instance.http.get(&format!("/api/takes/{take}")).await?.body;
        files.push((stored(data.path(), &bytes)?, bytes));
    }
    let mut flipped = files[0].1.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 1;
    fs::write(&files[0].0, flipped)?;
    fs::write(&files[1].0, &files[1].1[..files[1].1.len() / 2])?;
    fs::remove_file(&files[2].0)?;

    dance.choose(3, &expected.steps[3]).await?;
    let product = dance.stage(StageName::Whole).await?;
    assert_eq!(product.blob, expected.product.blob, "the product shows what it would have shown");
    for (file, bytes) in &files {
        assert!(fs::read(file)? == *bytes, "{} is not mended", file.display());
    }
    instance.stop().await
}

/// Where the blob store keeps these bytes.
fn stored(data: &Path, bytes: &[u8]) -> Result<PathBuf> {
    let folder = data.join("blobs/blobs");
    let wanted = |path: &PathBuf| fs::read(path).is_ok_and(|found| found == bytes);
    let folders = fs::read_dir(&folder)?.flatten().map(|entry| entry.path());
    let mut files = folders.filter_map(|folder| fs::read_dir(folder).ok()).flat_map(|entries| {
        entries.flatten().map(|entry| entry.path()).filter(|path| name(path).is_some()).collect::<Vec<_>>()
    });
    files.find(wanted).context("no blob holds these bytes")
}

fn name(path: &Path) -> Option<BlobHash> {
    path.file_name()?.to_str()?.parse().ok()
}
