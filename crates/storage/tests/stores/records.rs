//! One suite of behaviour, run on both backends.

use crate::{
    samples::{
        blob, choreography, choreography_id, conformed, hash, performance, song, stage, step, suggestion,
    },
    servers::{MariaDb, until},
};
use eightcount_domain::*;
use eightcount_storage::{AudioRecords, ChoreoRecords, Cursor, DroppableTake, Page, ProductRecords};
use futures::future::join_all;
use std::collections::BTreeSet;

/// Migrations and first steps are taken by this many at once.
const CROWD: usize = 8;

#[tokio::test(flavor = "multi_thread")]
async fn records_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let address = |name: &str| format!("sqlite://{}/{name}.sqlite", folder.path().display());
    suite(&address("audio"), &address("choreo"), &address("product")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn records_on_mysql() {
    let mut server = MariaDb::start().await;
    let audio = server.database("audio").await;
    let choreo = server.database("choreo").await;
    let product = server.database("product").await;
    interrupted_migration(&audio).await;
    suite(&audio, &choreo, &product).await;

    let records = AudioRecords::connect(&audio).await.unwrap();
    server.restart().await;
    until("it is found again", async || match records.song(&song(1, 0).id).await {
        Ok(found) => found.is_some(),
        Err(error) => {
            assert!(error.is_transient(), "{error:?}");
            false
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_sqlite_file_is_worth_another_try() {
    let folder = tempfile::tempdir().unwrap();
    let address = format!("sqlite://{}/audio.sqlite", folder.path().display());
    let records = AudioRecords::connect(&address).await.unwrap();
    records.migrate().await.unwrap();
    let other = sqlx::SqlitePool::connect(&address).await.unwrap();
    let writing = other.begin_with("BEGIN IMMEDIATE").await.unwrap();
    assert_eq!(records.song(&song(1, 0).id).await.unwrap(), None, "reading goes on meanwhile");
    let error = records.insert_song(&song(1, 0)).await.unwrap_err();
    assert!(error.is_transient(), "{error:?}");
    drop(writing);
    assert!(records.insert_song(&song(1, 0)).await.unwrap());
}

async fn suite(audio: &str, choreo: &str, product: &str) {
    // Each on a pool of its own, as several processes would be.
    let crowd = join_all((0..CROWD).map(async |_| {
        let audio = AudioRecords::connect(audio).await.unwrap();
        audio.migrate().await.unwrap();
        let choreo = ChoreoRecords::connect(choreo).await.unwrap();
        choreo.migrate().await.unwrap();
        let product = ProductRecords::connect(product).await.unwrap();
        product.migrate().await.unwrap();
        (audio, choreo, product)
    }));
    let crowd = crowd.await;
    let (audio, choreo, product) = &crowd[0];
    let choreos: Vec<_> = crowd.iter().map(|(_, choreo, _)| choreo).collect();

    songs(audio).await;
    pages(audio).await;
    hearings(audio).await;
    performances(choreo).await;
    publishing(choreo).await;
    hiding(choreo).await;
    publishing_at_once(&choreos).await;
    suggestions(&choreos).await;
    choreographies(&choreos).await;
    takes(product).await;
    cross_edits(product).await;
}

/// A migration whose process was killed is run again over its own leftovers.
async fn interrupted_migration(address: &str) {
    let records = AudioRecords::connect(address).await.unwrap();
    records.migrate().await.unwrap();
    let pool = sqlx::MySqlPool::connect(address).await.unwrap();
    for statement in ["UPDATE _sqlx_migrations SET success = FALSE", "DROP TABLE section_analyses"] {
        sqlx::query(statement).execute(&pool).await.unwrap();
    }
    records.migrate().await.unwrap();
    assert_eq!(records.section_analysis("any").await.unwrap(), None, "the table is there again");
}

async fn songs(audio: &AudioRecords) {
    let first = song(1, 1000);
    assert!(audio.insert_song(&first).await.unwrap());
    let second = Song { title: "another".to_owned(), ..first.clone() };
    assert!(!audio.insert_song(&second).await.unwrap(), "the same file again");
    assert_eq!(audio.song(&first.id).await.unwrap(), Some(first.clone()), "the first one stays");
    let nobody = SongId(hash(250));
    assert_eq!(audio.song(&nobody).await.unwrap(), None);
    assert!(!audio.set_song_status(&nobody, SongStatus::Ready, None).await.unwrap());

    for code in FailureCode::ALL {
        assert!(audio.set_song_status(&first.id, SongStatus::Failed, Some(*code)).await.unwrap());
        assert_eq!(audio.song(&first.id).await.unwrap().unwrap().failure, Some(*code));
    }
    for _twice in 0..2 {
        assert!(audio.set_song_status(&first.id, SongStatus::Ready, None).await.unwrap());
    }
    let stored = audio.song(&first.id).await.unwrap().unwrap();
    assert_eq!(stored, Song { status: SongStatus::Ready, ..first });
}

async fn pages(audio: &AudioRecords) {
    // Three at the same time: only the id tells them apart.
    for n in 10..15 {
        audio.insert_song(&song(n, if n < 13 { 5000 } else { 5000 + u64::from(n) })).await.unwrap();
    }
    let mut seen = Vec::new();
    let mut page = Page::first(2);
    loop {
        let listed = audio.songs(&page).await.unwrap();
        assert!(listed.items.len() <= 2);
        seen.extend(listed.items.iter().map(|song| (song.uploaded_at_ms, song.id.clone())));
        let Some(next) = listed.next else { break };
        // One that comes in meanwhile is newer, and so neither repeats nor hides others.
        audio.insert_song(&song(100 + u8::try_from(seen.len()).unwrap(), 9000)).await.unwrap();
        let text = next.to_string();
        page.after = Some(text.parse::<Cursor>().unwrap());
    }
    assert_eq!(seen.len(), 6, "five, and the one of the test before");
    assert!(seen.is_sorted_by(|a, b| a > b), "newest first: {seen:?}");
    let all = audio.songs(&Page::first(u32::MAX)).await.unwrap();
    assert_eq!((all.items.len(), all.next), (8, None));
}

async fn hearings(audio: &AudioRecords) {
    let id = song(1, 0).id;
    let plain = GridCorrection::default();
    let tap = Some(Tap { beat_us: u32::MAX, one_ms: u32::MAX });
    let corrected = GridCorrection { tap, octave: -1, shift_beats: -7, shift_quarters: 3, nudge_ms: -500 };
    assert_eq!(audio.hearing(&id, plain).await.unwrap(), None);
    for hearing in [1, 1, 2] {
        audio.put_hearing(&id, plain, &blob(hearing)).await.unwrap();
    }
    audio.put_hearing(&id, corrected, &blob(3)).await.unwrap();
    assert_eq!(audio.hearing(&id, plain).await.unwrap(), Some(blob(2)), "the last one counts");
    assert_eq!(audio.hearing(&id, corrected).await.unwrap(), Some(blob(3)));

    assert_eq!(audio.grid(&id).await.unwrap(), SongGrid::default(), "as it was heard");
    let [first, second, other] = [(1, corrected), (2, plain), (2, corrected)]
        .map(|(revision, correction)| SongGrid { revision, correction });
    assert!(audio.insert_grid(&id, first).await.unwrap());
    assert!(audio.insert_grid(&id, second).await.unwrap());
    assert!(!audio.insert_grid(&id, other).await.unwrap(), "a revision is made once");
    assert_eq!(audio.grid(&id).await.unwrap(), second);
    let earlier = [0, 1, 3].map(|revision| audio.grid_at(&id, revision));
    let earlier: Vec<_> = join_all(earlier).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(earlier, [Some(SongGrid::default()), Some(first), None]);

    let longest = "k".repeat(255);
    audio.put_section_analysis(&longest, &blob(4)).await.unwrap();
    audio.put_section_analysis(&longest, &blob(5)).await.unwrap();
    assert_eq!(audio.section_analysis(&longest).await.unwrap(), Some(blob(5)));
    assert_eq!(audio.section_analysis(&longest.to_uppercase()).await.unwrap(), None, "case counts");
    let too_long = audio.put_section_analysis(&"k".repeat(256), &blob(6)).await;
    assert!(!too_long.expect_err("never cut silently").is_transient());
}

async fn performances(choreo: &ChoreoRecords) {
    let first = performance(1, 1000);
    assert!(choreo.insert_performance(&first).await.unwrap());
    assert!(
        !choreo.insert_performance(&Performance { title: String::new(), ..first.clone() }).await.unwrap()
    );
    assert_eq!(choreo.performance(&first.id).await.unwrap(), Some(first.clone()));
    let failure = Some(FailureCode::NoBeats);
    assert!(choreo.set_performance_status(&first.id, PerformanceStatus::Failed, failure).await.unwrap());
    let failed = Performance { status: PerformanceStatus::Failed, failure, ..first.clone() };
    assert_eq!(choreo.performance(&first.id).await.unwrap(), Some(failed));
    assert!(choreo.insert_performance(&performance(2, 2000)).await.unwrap());
    let listed = choreo.performances(&Page::first(10)).await.unwrap();
    let ids: Vec<_> = listed.items.into_iter().map(|p| p.id).collect();
    assert_eq!(ids, [performance(2, 0).id, first.id.clone()]);
    assert!(choreo.delete_performance(&first.id).await.unwrap());
    assert!(!choreo.delete_performance(&first.id).await.unwrap());
    assert_eq!(choreo.performance(&first.id).await.unwrap(), None);
    assert_eq!(choreo.library_version().await.unwrap(), 0, "nothing of this concerned the library");
}

async fn publishing(choreo: &ChoreoRecords) {
    let one = Performance { conformed: Some(conformed(3)), ..performance(1, 1000) };
    choreo.insert_performance(&performance(1, 1000)).await.unwrap();
    assert!(choreo.library().await.unwrap().steps.is_empty(), "not published yet");
    let steps: Vec<_> = (0..3).map(|index| step(1, index)).collect();
    choreo.publish_performance(&one, &steps).await.unwrap();

    let published = choreo.performance(&one.id).await.unwrap().unwrap();
    assert_eq!(published, Performance { status: PerformanceStatus::Published, ..one.clone() });
    assert_eq!(choreo.steps(&one.id).await.unwrap(), steps, "every number reads back bit for bit");
    assert_eq!(choreo.step(&steps[2].id).await.unwrap().as_ref(), Some(&steps[2]));
    assert_eq!(choreo.step(&step(1, 3).id).await.unwrap(), None);
    let library = choreo.library().await.unwrap();
    assert_eq!((library.version, &library.steps), (1, &steps));
    assert_eq!(library.titles[&one.id], one.title);

    // Ingested anew: out of the library, but choreographies that use its steps still find them.
    choreo.set_performance_status(&one.id, PerformanceStatus::Ingesting, None).await.unwrap();
    let library = choreo.library().await.unwrap();
    assert!(library.steps.is_empty() && library.titles.is_empty() && library.version == 2);
    assert!(choreo.step(&steps[0].id).await.unwrap().is_some());

    // A step that cannot be stored takes the whole publication with it.
    let mut bad = steps.clone();
    bad[2].id.index = 1;
    assert!(choreo.publish_performance(&one, &bad).await.is_err());
    assert_eq!(choreo.steps(&one.id).await.unwrap(), steps);
    assert_eq!(choreo.library_version().await.unwrap(), 2);

    choreo.publish_performance(&one, &steps[..2]).await.unwrap();
    assert_eq!(choreo.library().await.unwrap().steps, steps[..2]);
}

async fn hiding(choreo: &ChoreoRecords) {
    let one = Performance { conformed: Some(conformed(2)), ..performance(1, 1000) };
    let steps = [step(1, 0), Step { hidden: true, ..step(1, 1) }, Step { hidden: true, ..step(1, 2) }];
    let before = choreo.library_version().await.unwrap();
    assert!(choreo.set_step_hidden(&steps[0].id, true).await.unwrap());
    assert!(choreo.set_step_hidden(&steps[0].id, true).await.unwrap(), "again is harmless");
    assert!(!choreo.set_step_hidden(&step(1, 9).id, true).await.unwrap());
    assert!(choreo.library_version().await.unwrap() > before);
    assert!(choreo.step(&steps[0].id).await.unwrap().unwrap().hidden);

    let before = choreo.library_version().await.unwrap();
    assert!(choreo.set_step_on_screen_text(&steps[0].id, true).await.unwrap());
    assert!(!choreo.set_step_on_screen_text(&step(1, 9).id, true).await.unwrap());
    assert!(choreo.library_version().await.unwrap() > before);

    // What a curator decided stays; a new step is as the ingest says.
    choreo.publish_performance(&one, &steps).await.unwrap();
    let hidden: Vec<_> = choreo.steps(&one.id).await.unwrap().iter().map(|step| step.hidden).collect();
    assert_eq!(hidden, [true, false, true]);
    let text: Vec<_> = choreo.steps(&one.id).await.unwrap().iter().map(|step| step.on_screen_text).collect();
    assert_eq!(text, [true, false, false]);
    assert_eq!(choreo.library().await.unwrap().steps.len(), 3, "hidden ones are listed, as hidden");

    let before = choreo.library_version().await.unwrap();
    assert!(choreo.delete_performance(&one.id).await.unwrap());
    assert!(choreo.steps(&one.id).await.unwrap().is_empty());
    assert!(choreo.library_version().await.unwrap() > before);
}

/// While performances are published again and again, nobody ever sees a part of one, and versions only grow.
async fn publishing_at_once(choreos: &[&ChoreoRecords]) {
    let rounds = 6;
    let publish = async |n: usize| {
        let number = 20 + u8::try_from(n % 2).unwrap();
        let performance = Performance { conformed: Some(conformed(5)), ..performance(number, 3000) };
        let steps: Vec<_> = (0..5).map(|index| step(number, index)).collect();
        for _ in 0..rounds {
            choreos[n].publish_performance(&performance, &steps).await.unwrap();
        }
    };
    let watch = async |n: usize| {
        let mut version = 0;
        for _ in 0..rounds {
            let library = choreos[n].library().await.unwrap();
            assert_eq!(library.steps.len(), library.titles.len() * 5);
            assert!(library.version >= version);
            version = library.version;
        }
    };
    let before = choreos[0].library_version().await.unwrap();
    let half = CROWD / 2;
    futures::future::join(join_all((0..half).map(publish)), join_all((half..CROWD).map(watch))).await;
    let published = u64::try_from(half * rounds).unwrap();
    assert_eq!(choreos[0].library_version().await.unwrap(), before + published);
}

async fn suggestions(choreos: &[&ChoreoRecords]) {
    let id = suggestion(1, 0.0).id;
    assert_eq!(choreos[0].suggestion(&id).await.unwrap(), None);
    let scores = (0..CROWD).map(|n| n as f32 / 7.0);
    let stored = join_all(
        choreos
            .iter()
            .zip(scores)
            .map(async |(choreo, score)| choreo.put_suggestion(&suggestion(1, score)).await.unwrap()),
    )
    .await;
    let kept = choreos[0].suggestion(&id).await.unwrap().unwrap();
    assert!(stored.iter().all(|one| *one == kept), "all attempts report the one that is stored");
}

async fn choreographies(choreos: &[&ChoreoRecords]) {
    assert_eq!(choreos[0].choreography(&choreography_id(1)).await.unwrap(), None);
    // Versions arrive in any order, from several at once: the newest stays.
    join_all(choreos.iter().enumerate().map(async |(n, choreo)| {
        choreo.put_choreography(&choreography(1, (n as u64 * 5) % 8)).await.unwrap();
    }))
    .await;
    assert_eq!(choreos[0].choreography(&choreography_id(1)).await.unwrap(), Some(choreography(1, 7)));
    for late in [3, 5] {
        choreos[0].put_choreography(&choreography(1, late)).await.unwrap();
    }
    assert_eq!(choreos[0].choreography(&choreography_id(1)).await.unwrap().unwrap().version, 7);

    let finished = ChoreographyState { status: ChoreographyStatus::Finished, ..choreography(1, 9) };
    for state in [choreography(2, 0), choreography(3, 0), finished] {
        tokio::time::sleep(std::time::Duration::from_millis(2)).await; // another millisecond, another place
        choreos[0].put_choreography(&state).await.unwrap();
    }
    let ids = async |limit, status| {
        let mut page = Page::first(limit);
        let mut ids = Vec::new();
        loop {
            let listed = choreos[0].choreographies(&page, status).await.unwrap();
            ids.extend(listed.items.into_iter().map(|state| state.id));
            page.after = listed.next;
            if page.after.is_none() {
                return ids;
            }
        }
    };
    let [one, two, three] = [1, 2, 3].map(choreography_id);
    assert_eq!(ids(2, None).await, [three.clone(), two.clone(), one.clone()], "by creation, not by change");
    assert_eq!(ids(1, Some(ChoreographyStatus::Selecting)).await, [three, two]);
    assert_eq!(ids(1, Some(ChoreographyStatus::Finished)).await, [one], "the status is the newest one's");
    assert_eq!(ids(1, Some(ChoreographyStatus::Failed)).await, []);
}

async fn takes(product: &ProductRecords) {
    let key = TakeKey(hash(1));
    assert_eq!(product.take(&key).await.unwrap(), None);
    for (take, frames) in [(1, 112), (1, 112), (2, 113)] {
        product.put_take(&key, &blob(take), (frames, 1000)).await.unwrap();
        assert_eq!(product.take(&key).await.unwrap(), Some((blob(take), frames)));
    }
    dropped_takes(product, &key).await;
}

async fn dropped_takes(product: &ProductRecords, first: &TakeKey) {
    let (second, twin) = (TakeKey(hash(3)), TakeKey(hash(4)));
    for key in [&second, &twin] {
        // Two plans that come to the same bytes.
        product.put_take(key, &blob(9), (50, 500)).await.unwrap();
    }
    assert_eq!(product.take_bytes().await.unwrap(), 2000);
    tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    product.use_takes(&[second.clone(), first.clone()]).await.unwrap();
    let least = product.least_used_takes().await.unwrap();
    assert_eq!(least[0], DroppableTake { key: twin.clone(), blob: blob(9), bytes: 500 });
    assert!(!product.begin_dropping(&least[0]).await.unwrap(), "its file is that of another take too");
    product.end_dropping(&twin).await.unwrap();
    assert!(
        product.was_take_dropped(&twin).await.unwrap() && !product.was_take_dropped(&second).await.unwrap()
    );
    assert_eq!((product.take(&twin).await.unwrap(), product.take_bytes().await.unwrap()), (None, 1500));
    let of = |key: &TakeKey, least: &[DroppableTake]| least.iter().find(|take| take.key == *key).cloned();
    let own = of(&second, &product.least_used_takes().await.unwrap()).unwrap();
    assert!(product.begin_dropping(&own).await.unwrap());
    // Killed here, whoever drops next finds it first; and made anew, it is as if nothing had been.
    assert_eq!(product.least_used_takes().await.unwrap()[0], own);
    product.put_take(&second, &blob(9), (50, 500)).await.unwrap();
    product.end_dropping(&second).await.unwrap();
    assert_eq!(product.take(&second).await.unwrap(), Some((blob(9), 50)));
    assert_eq!(product.take_bytes().await.unwrap(), 1500);
}

async fn cross_edits(product: &ProductRecords) {
    let (one, two) = (choreography_id(1), choreography_id(2));
    assert_eq!(product.cross_edit(&one, StageName::Whole).await.unwrap(), None);
    let report = |n: u32| serde_json::json!({ "eights": [{ "time_s": 0.1 + f64::from(n), "reason": "춤" }] });
    // Revision 10 is newer than 9: they are numbers, not texts. A late attempt for an old one changes nothing.
    for revision in [1, 9, 10, 10, 2] {
        let state = stage(StageName::Whole, revision);
        product.put_cross_edit(&one, &state, &report(revision)).await.unwrap();
    }
    product.put_cross_edit(&one, &stage(StageName::Half, 3), &report(3)).await.unwrap();
    product.put_cross_edit(&two, &stage(StageName::Whole, 1), &report(1)).await.unwrap();
    let newest = product.cross_edit(&one, StageName::Whole).await.unwrap().unwrap();
    assert_eq!((newest.state, newest.report), (stage(StageName::Whole, 10), report(10)));

    assert_eq!(product.forget_choreography(&one).await.unwrap(), 5);
    assert_eq!(product.forget_choreography(&one).await.unwrap(), 0);
    assert_eq!(product.cross_edit(&one, StageName::Half).await.unwrap(), None);
    assert!(product.cross_edit(&two, StageName::Whole).await.unwrap().is_some(), "the other's stay");
}

#[tokio::test]
async fn an_address_that_is_none_is_refused_without_repeating_it() {
    let mut reasons = BTreeSet::new();
    for address in ["", "audio.db", "postgres://u:secret@h/d", "mysql://u:secret@h:notaport/d"] {
        let error = AudioRecords::connect(address).await.unwrap_err();
        assert!(!error.is_transient());
        assert!(!format!("{error} {error:?}").contains("secret"), "{error:?}");
        reasons.insert(error.to_string());
    }
    assert!(reasons.iter().all(|reason| reason.contains("audio")), "{reasons:?}");
}
