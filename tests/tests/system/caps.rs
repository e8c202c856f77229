//! Caps: takes use no more disk and no more processes than they were given, and nobody misses those that were dropped.

use anyhow::{Context, Result, ensure};
use eightcount_domain::StageName;
use eightcount_tests::{Answer, Dance, Fixture, Instance, ffmpegs_of, until};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    time::Duration,
};

/// Room for a few takes, not for the previews of one eight.
const MOST_MIB: &str = "0.03";
const MOST_BYTES: u64 = 31_457;

#[tokio::test]
async fn takes_keep_within_their_disk_and_cores() -> Result<()> {
    let fixture = Fixture::get().await?;
    let data = fixture.data()?;
    let instance = Instance::start_with(data.path(), &["--cores", "1", "--takes-max-mib", MOST_MIB]).await?;
    let mut start = fixture.start(4..6, 360)?;
    start.options.previews = true;
    let dances = [Dance::start(&instance.http, &start).await?, Dance::start(&instance.http, &start).await?];
    let mut previews = BTreeSet::new();
    for dance in &dances {
        let offered = until("every preview was rendered", Duration::from_secs(240), async || {
            let encoders = ffmpegs_of(data.path())?;
            let encoders = encoders.iter().filter(|tool| tool.command.contains("libx264")).count();
            ensure!(encoders <= 1, "{encoders} takes are rendered at once on one core");
            let offered = dance.candidates(0).await?.candidates;
            Ok(offered.iter().all(|candidate| candidate.preview_ready).then_some(offered))
        })
        .await?;
        for candidate in offered {
            previews.insert(candidate.preview_url);
        }
    }
    let mut wanted = BTreeMap::new();
    for address in &previews {
        let take = fetched(&instance, address).await?;
        wanted.insert(address, (take.header("etag")?.trim_matches('"').to_owned(), take.body));
    }
    let all = wanted.values().map(|(_, body)| body.len() as u64).sum::<u64>();
    ensure!(all > 2 * MOST_BYTES, "{all} bytes of takes: the cap means nothing");
    let largest = wanted.values().map(|(_, body)| body.len() as u64).max().unwrap_or(0);
    let kept = wanted.values().filter(|(hash, _)| is_stored(data.path(), hash));
    let kept = kept.map(|(_, body)| body.len() as u64).sum::<u64>();
    println!("{kept} bytes of {all} are kept");
    ensure!(kept > 0 && kept <= MOST_BYTES + largest, "{kept} bytes are kept");

    // The same bytes again, whatever was dropped since.
    for (address, (_, body)) in &wanted {
        ensure!(fetched(&instance, address).await?.body == *body, "{address} is another take now");
    }
    for eight in 0..2 {
        dances[0].choose_best(eight).await?;
    }
    let product = dances[0].stage(StageName::Whole).await?;
    let file = instance.http.get(&dances[0].path("/product")).await?;
    assert_eq!(file.status, 200);
    // A product is no take: it stays.
    ensure!(is_stored(data.path(), &product.blob.to_string()));
    let live: Value = instance.http.read(&dances[0].path("/live")).await?;
    for fragment in live["fragments"].as_array().context("no fragments")? {
        let url = fragment["url"].as_str().context("no address")?;
        assert_eq!(fragment["ready"], true, "a dropped take can be had: {fragment}");
        fetched(&instance, url).await?;
    }
    instance.stop().await
}

/// A take, at once or when it was made anew.
async fn fetched(instance: &Instance, address: &str) -> Result<Answer> {
    until(&format!("{address} is there"), Duration::from_secs(120), async || {
        let take = instance.http.get(address).await?;
        ensure!(take.status == 200 || take.problem()?.code == "not_ready_yet", "{}", take.said());
        Ok((take.status == 200).then_some(take))
    })
    .await
}

fn is_stored(data: &Path, hash: &str) -> bool {
    let folders = fs::read_dir(data.join("blobs/blobs")).into_iter().flatten().flatten();
    folders.map(|folder| folder.path().join(hash)).any(|file| file.exists())
}
