//! The shared view with a Redis that is alive, dead, slow, flushed, full of garbage, or none.

use crate::{
    samples::{blob, choreography, choreography_id, hash, step},
    servers::{Redis, free_port, until},
};
use eightcount_domain::*;
use eightcount_storage::{
    EightKey, Likeness, PREPRO_TTL, Preparation, SectionKey, Selections, SharedView, USER_TTL, Whereabouts,
};
use redis::AsyncCommands;
use rustix::process::Signal;
use std::time::{Duration, Instant};

/// Long enough for a busy machine, far shorter than a hundred timeouts.
const HARDLY_ANY_WAIT: Duration = Duration::from_secs(2);

fn song() -> SongId {
    SongId(hash(1))
}

fn eight_key(eight: u32) -> EightKey {
    let section = Section { start_ms: Millis(10_000), end_ms: Millis(40_000) };
    SectionKey { song: song(), hearing: blob(2), section }.eight(eight)
}

fn preparation() -> Preparation {
    Preparation { status: SongStatus::Ready, failure: None, hearing: Some(blob(2)) }
}

fn amplitude() -> Amplitude {
    let rms_dbfs = std::array::from_fn(|beat| -20.0 / (beat as f32 + 3.0));
    Amplitude { rms_dbfs, peak: [1.0; 8], onset: [0.5; 8], level: [10; 8] }
}

fn likeness() -> Likeness {
    let similar = vec![SimilarStep { step: step(1, 2).id, similarity: 0.75 }];
    Likeness { cluster: ClusterLabel(2), library_version: 4, similar }
}

fn whereabouts(version: u64) -> Whereabouts {
    Whereabouts::from(&choreography(1, version))
}

async fn fill(view: &SharedView) {
    view.set_prepro(&song(), GridCorrection::default(), &preparation()).await;
    view.set_ampl(&eight_key(0), &amplitude()).await;
    view.set_smlr(&eight_key(0), &likeness()).await;
    view.set_user(&choreography_id(1), &whereabouts(5)).await;
    view.set_selection(&choreography_id(1), &Selections::from(&choreography(1, 5))).await;
}

/// How many of the five are there. What is there must be right.
async fn held(view: &SharedView) -> usize {
    let prepro = view.prepro(&song(), GridCorrection::default()).await;
    let ampl = view.ampl(&eight_key(0)).await;
    let smlr = view.smlr(&eight_key(0)).await;
    let user = view.user(&choreography_id(1)).await;
    let selection = view.selection(&choreography_id(1)).await;
    assert!(prepro.iter().all(|held| *held == preparation()));
    assert!(ampl.iter().all(|held| *held == amplitude()));
    assert!(smlr.iter().all(|held| *held == likeness()));
    assert!(user.iter().all(|held| *held == whereabouts(5)));
    assert!(selection.iter().all(|held| *held == Selections::from(&choreography(1, 5))));
    [prepro.is_some(), ampl.is_some(), smlr.is_some(), user.is_some(), selection.is_some()]
        .into_iter()
        .filter(|there| *there)
        .count()
}

#[tokio::test]
async fn five_views_each_with_a_lifetime() {
    let server = Redis::start().await;
    let view = SharedView::connect(&server.address()).unwrap();
    assert_eq!(held(&view).await, 0);
    fill(&view).await;
    assert_eq!(held(&view).await, 5);
    assert_eq!(view.ampl(&eight_key(1)).await, None, "another eight");
    let corrected = GridCorrection { octave: 1, ..GridCorrection::default() };
    assert_eq!(view.prepro(&song(), corrected).await, None, "another grid");

    let mut direct = server.connection().await;
    let keys: Vec<String> = direct.keys("*").await.unwrap();
    for key in &keys {
        let ttl_ms: i64 = direct.pttl(key).await.unwrap();
        assert!(ttl_ms > 0, "{key} would stay for ever");
    }
    let mut views: Vec<_> = keys.iter().map(|key| key.split_once(':').unwrap().0).collect();
    views.sort_unstable();
    assert_eq!(views, ["ampl", "prepro", "selection", "smlr", "user"]);
    let ttl_ms: i64 = direct.pttl(format!("prepro:{}:0.0.0.0", song())).await.unwrap();
    assert!(u128::try_from(ttl_ms).unwrap() <= PREPRO_TTL.as_millis());
    assert!(view.version().await.unwrap().0.starts_with("Redis "));
}

#[tokio::test]
async fn an_older_version_never_replaces_a_newer_one() {
    let server = Redis::start().await;
    let view = SharedView::connect(&server.address()).unwrap();
    let id = choreography_id(1);
    for version in [3, 7, 4, 7, 6] {
        view.set_user(&id, &whereabouts(version)).await;
    }
    assert_eq!(view.user(&id).await, Some(whereabouts(7)));
    // A refused write must not leave the key without a lifetime either.
    let ttl_ms: i64 = server.connection().await.pttl(format!("user:{id}")).await.unwrap();
    assert!(ttl_ms > 0 && u128::try_from(ttl_ms).unwrap() <= USER_TTL.as_millis());
}

#[tokio::test]
async fn garbage_is_a_miss_and_the_next_write_heals_it() {
    let server = Redis::start().await;
    let view = SharedView::connect(&server.address()).unwrap();
    fill(&view).await;
    let mut direct = server.connection().await;
    let keys: Vec<String> = direct.keys("*").await.unwrap();
    let wrong_type = async |key: &str| {
        let mut direct = server.connection().await;
        let _: () = direct.del(key).await.unwrap();
        let _: () = direct.lpush(key, "x").await.unwrap();
    };
    for garbage in [&b""[..], b"\xff\xfe\x00", b"{", b"[]", b"{\"version\":\"high\"}", b"null"] {
        for key in &keys {
            let _: () = direct.set(key, garbage).await.unwrap();
        }
        assert_eq!(held(&view).await, 0, "{garbage:?}");
        fill(&view).await;
        assert_eq!(held(&view).await, 5, "{garbage:?}");
    }
    for key in &keys {
        wrong_type(key).await;
    }
    assert_eq!(held(&view).await, 0);
    fill(&view).await;
    assert_eq!(held(&view).await, 5);
}

#[tokio::test]
async fn a_flushed_redis_is_filled_again() {
    let server = Redis::start().await;
    let view = SharedView::connect(&server.address()).unwrap();
    fill(&view).await;
    let mut direct = server.connection().await;
    let _: () = redis::cmd("FLUSHALL").query_async(&mut direct).await.unwrap();
    let _: () = redis::cmd("SCRIPT").arg("FLUSH").query_async(&mut direct).await.unwrap();
    assert_eq!(held(&view).await, 0);
    fill(&view).await;
    assert_eq!(held(&view).await, 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_that_dies_costs_little_and_is_found_again() {
    let mut server = Redis::start().await;
    let view = SharedView::connect(&server.address()).unwrap();
    fill(&view).await;
    assert_eq!(held(&view).await, 5);

    server.server = None;
    let started = Instant::now();
    for _ in 0..100 {
        fill(&view).await;
        assert_eq!(held(&view).await, 0);
    }
    assert!(started.elapsed() < HARDLY_ANY_WAIT, "{:?} for 1000 misses", started.elapsed());
    assert_eq!(view.version().await, None);

    server.restart().await;
    until("the view is filled again", async || {
        fill(&view).await;
        held(&view).await == 5
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_that_hangs_costs_little_and_is_found_again() {
    let server = Redis::start().await;
    let view = SharedView::connect(&server.address()).unwrap();
    fill(&view).await;
    let process = server.server.as_ref().unwrap();
    process.signal(Signal::STOP);
    let started = Instant::now();
    for _ in 0..100 {
        fill(&view).await;
        assert_eq!(held(&view).await, 0);
    }
    let waited = started.elapsed();
    process.signal(Signal::CONT);
    assert!(waited < HARDLY_ANY_WAIT, "{waited:?} for 1000 misses");
    until("the view answers again", async || held(&view).await == 5).await;
}

#[tokio::test]
async fn a_redis_that_never_was_or_was_not_wanted_is_a_miss() {
    let absent = SharedView::connect(&format!("redis://127.0.0.1:{}", free_port())).unwrap();
    let unknown = SharedView::connect("redis://no-such-host.invalid").unwrap();
    for view in [absent, unknown, SharedView::none()] {
        let started = Instant::now();
        fill(&view).await;
        assert_eq!(held(&view).await, 0);
        view.publish(&choreography_id(1), 1).await;
        assert!(started.elapsed() < HARDLY_ANY_WAIT);
    }
    let error = SharedView::connect("http://user:secret@host").unwrap_err();
    assert!(!format!("{error:?}").contains("secret"));
    let view = SharedView::connect("redis://user:secret@127.0.0.1").unwrap();
    assert!(!format!("{view:?}").contains("secret"), "{view:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn news_travel_between_processes_and_after_a_restart() {
    let mut server = Redis::start().await;
    let (writer, reader) =
        (SharedView::connect(&server.address()).unwrap(), SharedView::connect(&server.address()).unwrap());
    let (mine, other) = (choreography_id(1), choreography_id(2));
    for _life in 0..2 {
        let mut news = reader.subscribe(&mine);
        // The subscription takes a moment; garbage on the channels must not end it.
        let mut heard = None;
        let mut direct = server.connection().await;
        until("news arrive", async || {
            let _: () = direct.publish(format!("choreography:{mine}"), "garbage").await.unwrap();
            let _: () = direct.publish("choreography:nobody", "1").await.unwrap();
            writer.publish(&other, 99).await;
            writer.publish(&mine, 42).await;
            heard = tokio::time::timeout(Duration::from_millis(50), news.changed()).await.ok();
            heard.is_some()
        })
        .await;
        assert_eq!(heard, Some(Some(42)), "mine, and not the other's");
        server.restart().await;
    }
}

#[tokio::test]
async fn without_redis_news_travel_inside_the_process() {
    let view = SharedView::none();
    let mut news = view.subscribe(&choreography_id(1));
    view.clone().publish(&choreography_id(1), 7).await;
    assert_eq!(news.changed().await, Some(7));
    for version in 0..5000 {
        view.publish(&choreography_id(2), version).await;
    }
    assert_eq!(news.changed().await, None, "a watcher that fell behind is told to look");
}
