//! The connection to Redis and the breaker in front of it: no caller waits longer than [`ANSWER_TIMEOUT`],
//! and while Redis is away hardly anyone waits at all.

use redis::{
    AsyncCommands, Client, Cmd, FromRedisValue, RedisError, RedisResult, Script,
    aio::{ConnectionManager, ConnectionManagerConfig},
};
use std::{
    future::Future,
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

/// How long an answer may take before it is a miss.
pub(super) const ANSWER_TIMEOUT: Duration = Duration::from_millis(100);
/// How long making the connection may take; it goes on in the background while callers miss.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
/// How long Redis is left alone after it did not answer. Then one caller tries.
const REST: Duration = Duration::from_secs(1);
/// At most one warning in this time.
const WARNING_PAUSE: Duration = Duration::from_mins(1);

/// Sets a key unless what it holds says that it is newer. Garbage is never newer.
const SET_NEWEST: &str = r"
local held = redis.pcall('GET', KEYS[1])
if type(held) == 'string' then
  local read, value = pcall(cjson.decode, held)
  if read and type(value) == 'table' and type(value.version) == 'number'
     and value.version > tonumber(ARGV[2]) then
    return 0
  end
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[3])
return 1
";

pub(super) struct Link {
    manager: ConnectionManager,
    set_newest: Script,
    breaker: Breaker,
    warned: Breaker,
}

impl std::fmt::Debug for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The connection manager would show the address with its password.
        f.debug_struct("Link").field("resting", &self.breaker.is_open()).finish_non_exhaustive()
    }
}

impl Link {
    pub(super) fn new(client: Client) -> RedisResult<Self> {
        let config = ConnectionManagerConfig::new()
            .set_number_of_retries(1)
            .set_connection_timeout(Some(CONNECT_TIMEOUT))
            .set_response_timeout(Some(ANSWER_TIMEOUT));
        Ok(Self {
            manager: ConnectionManager::new_lazy_with_config(client, config)?,
            set_newest: Script::new(SET_NEWEST),
            breaker: Breaker::new(REST),
            warned: Breaker::new(WARNING_PAUSE),
        })
    }

    pub(super) async fn get(&self, key: &str) -> Option<Vec<u8>> {
        self.command::<Option<Vec<u8>>>(redis::cmd("GET").arg(key)).await.flatten()
    }

    pub(super) async fn set(&self, key: &str, text: &str, ttl: Duration) {
        let milliseconds = u64::try_from(ttl.as_millis()).unwrap_or(u64::MAX);
        self.command::<()>(redis::cmd("SET").arg(key).arg(text).arg("PX").arg(milliseconds)).await;
    }

    pub(super) async fn set_newest(&self, key: &str, text: &str, version: u64, ttl: Duration) {
        let milliseconds = u64::try_from(ttl.as_millis()).unwrap_or(u64::MAX);
        let mut connection = self.manager.clone();
        let mut invocation = self.set_newest.prepare_invoke();
        invocation.key(key).arg(text).arg(version).arg(milliseconds);
        self.guarded(invocation.invoke_async::<()>(&mut connection)).await;
    }

    pub(super) async fn publish(&self, channel: &str, version: u64) {
        let mut connection = self.manager.clone();
        self.guarded(connection.publish::<_, _, ()>(channel, version)).await;
    }

    pub(super) async fn version(&self) -> Option<(String, Duration)> {
        let asked = Instant::now();
        let facts: String = self.command(redis::cmd("INFO").arg("server")).await?;
        let version = facts.lines().find_map(|line| line.strip_prefix("redis_version:"))?;
        Some((format!("Redis {}", version.trim()), asked.elapsed()))
    }

    async fn command<T: FromRedisValue>(&self, command: &Cmd) -> Option<T> {
        let mut connection = self.manager.clone();
        self.guarded(command.query_async(&mut connection)).await
    }

    /// The answer, if there is one in time.
    async fn guarded<T>(&self, asking: impl Future<Output = RedisResult<T>>) -> Option<T> {
        if !self.breaker.may_pass() {
            return None;
        }
        match tokio::time::timeout(ANSWER_TIMEOUT, asking).await {
            Ok(Ok(answer)) => {
                self.breaker.close();
                Some(answer)
            }
            Ok(Err(error)) => {
                // A server that refuses (a wrong type under the key, no memory, loading) is there.
                if error.is_io_error() || error.is_timeout() || error.is_connection_dropped() {
                    self.breaker.open();
                } else {
                    self.breaker.close();
                }
                self.warn(Some(&error));
                None
            }
            Err(_too_late) => {
                self.breaker.open();
                self.warn(None);
                None
            }
        }
    }

    fn warn(&self, error: Option<&RedisError>) {
        if self.warned.may_pass() {
            self.warned.open();
            let reason = error.map_or("no answer in time".to_owned(), ToString::to_string);
            tracing::warn!(reason, "the shared view missed");
        }
    }
}

/// Closed: all pass. Open: nobody passes until the rest is over; then one passes and the rest starts over,
/// until that one closes it.
struct Breaker {
    since: Instant,
    rest: Duration,
    /// When the rest is over, milliseconds after `since`; 0 when closed.
    over_ms: AtomicU64,
}

impl Breaker {
    fn new(rest: Duration) -> Self {
        Self { since: Instant::now(), rest, over_ms: AtomicU64::new(0) }
    }

    fn may_pass(&self) -> bool {
        let over = self.over_ms.load(Ordering::Relaxed);
        if over == 0 {
            return true;
        }
        let (now, next) = self.now_and_next_ms();
        now >= over && self.over_ms.compare_exchange(over, next, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }

    fn is_open(&self) -> bool {
        self.over_ms.load(Ordering::Relaxed) != 0
    }

    fn open(&self) {
        self.over_ms.store(self.now_and_next_ms().1, Ordering::Relaxed);
    }

    fn close(&self) {
        self.over_ms.store(0, Ordering::Relaxed);
    }

    fn now_and_next_ms(&self) -> (u64, u64) {
        let milliseconds = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        let now = milliseconds(self.since.elapsed());
        (now, now.saturating_add(milliseconds(self.rest)).max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_open_breaker_lets_one_caller_try_after_its_rest() {
        let breaker = Breaker::new(Duration::from_millis(30));
        assert!(breaker.may_pass() && breaker.may_pass(), "closed at first");
        breaker.open();
        assert!(!breaker.may_pass());
        std::thread::sleep(Duration::from_millis(40));
        let passed = (0..10).filter(|_| breaker.may_pass()).count();
        assert_eq!(passed, 1, "one caller tries; the rest starts over for the others");
        breaker.close();
        assert!(breaker.may_pass() && breaker.may_pass());
    }
}
