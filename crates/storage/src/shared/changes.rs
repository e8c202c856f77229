//! News of choreographies, from whichever process to whoever watches. One subscription serves all watchers of
//! a process; it starts with the first of them and is made again for as long as the process lives.

use eightcount_domain::ChoreographyId;
use futures::StreamExt;
use redis::{Client, Msg};
use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};
use tokio::{sync::broadcast, task::AbortHandle};

/// News that a slow watcher may fall behind by before it is told "some were missed".
const BACKLOG: usize = 1024;
/// Pause before a lost subscription is made again.
const AGAIN_PAUSE: Duration = Duration::from_secs(1);
/// How long making the subscription may take.
const SUBSCRIBE_TIMEOUT: Duration = Duration::from_secs(2);
/// After so long a silence the subscription is made again: a peer that vanished says nothing either.
const SILENCE: Duration = Duration::from_secs(30);

const CHANNELS: &str = "choreography:";

/// The channel of a choreography's news.
pub(super) fn channel(choreography: &ChoreographyId) -> String {
    format!("{CHANNELS}{choreography}")
}

type News = (ChoreographyId, u64);

#[derive(Debug)]
pub(super) struct Changes {
    news: broadcast::Sender<News>,
    client: Option<Client>,
    listener: OnceLock<Listener>,
}

#[derive(Debug)]
struct Listener(AbortHandle);

impl Drop for Listener {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Changes {
    pub(super) fn new(client: Option<Client>) -> Self {
        Self { news: broadcast::Sender::new(BACKLOG), client, listener: OnceLock::new() }
    }

    /// Tells the watchers of this process.
    pub(super) fn tell_here(&self, choreography: &ChoreographyId, version: u64) {
        // An error says that nobody watches.
        let _ = self.news.send((choreography.clone(), version));
    }

    pub(super) fn watch(changes: &Arc<Self>, choreography: &ChoreographyId) -> ChoreographyChanges {
        if let Some(client) = &changes.client {
            changes.listener.get_or_init(|| {
                let listening = listen_for_ever(client.clone(), changes.news.clone());
                Listener(tokio::spawn(listening).abort_handle())
            });
        }
        ChoreographyChanges {
            choreography: choreography.clone(),
            news: changes.news.subscribe(),
            _listening: Arc::clone(changes),
        }
    }
}

/// News of one choreography.
#[derive(Debug)]
pub struct ChoreographyChanges {
    choreography: ChoreographyId,
    news: broadcast::Receiver<News>,
    _listening: Arc<Changes>,
}

impl ChoreographyChanges {
    /// Waits for news: a version, or none when some were missed. Either way, look. The same version may come
    /// twice. Without news it waits for ever: look from time to time anyway. Safe to cancel.
    pub async fn changed(&mut self) -> Option<u64> {
        loop {
            match self.news.recv().await {
                Ok((choreography, version)) if choreography == self.choreography => return Some(version),
                Ok(_other) => {}
                Err(broadcast::error::RecvError::Lagged(_)) => return None,
                // The sender lives in what this holds; were it gone, there would be no news any more.
                Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
            }
        }
    }
}

async fn listen_for_ever(client: Client, news: broadcast::Sender<News>) {
    loop {
        if let Err(error) = listen(&client, &news).await {
            tracing::debug!(%error, "not subscribed to Redis: event streams are not hurried");
            tokio::time::sleep(AGAIN_PAUSE).await;
        }
    }
}

/// Passes news on until the subscription ends or falls silent.
async fn listen(client: &Client, news: &broadcast::Sender<News>) -> redis::RedisResult<()> {
    let late = |_| redis::RedisError::from(std::io::Error::from(std::io::ErrorKind::TimedOut));
    let subscribing = async {
        let mut subscription = client.get_async_pubsub().await?;
        subscription.psubscribe(format!("{CHANNELS}*")).await?;
        Ok::<_, redis::RedisError>(subscription)
    };
    let subscription = tokio::time::timeout(SUBSCRIBE_TIMEOUT, subscribing).await.map_err(late)??;
    let mut messages = subscription.into_on_message();
    loop {
        match tokio::time::timeout(SILENCE, messages.next()).await {
            Ok(Some(message)) => {
                if let Some(one) = news_of(&message) {
                    let _ = news.send(one);
                }
            }
            Ok(None) => return Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset).into()),
            Err(_silent) => return Ok(()),
        }
    }
}

/// None for what nobody of ours wrote.
fn news_of(message: &Msg) -> Option<News> {
    let choreography = message.get_channel_name().strip_prefix(CHANNELS)?.parse().ok()?;
    let version: String = message.get_payload().ok()?;
    Some((choreography, version.parse().ok()?))
}
