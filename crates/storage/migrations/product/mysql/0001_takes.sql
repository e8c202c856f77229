-- Rendered takes, by the key of their plan. `bytes` are those on the disk, 0 when there are none any more; `kept` is 0
-- when the file was dropped, or is being dropped; `used_ms` is when it was wanted last.
CREATE TABLE IF NOT EXISTS takes (
    take_key  CHAR(64) NOT NULL PRIMARY KEY,
    blob_hash CHAR(64) NOT NULL,
    frames    BIGINT   NOT NULL,
    bytes     BIGINT   NOT NULL,
    used_ms   BIGINT   NOT NULL,
    kept      BIGINT   NOT NULL,
    INDEX takes_by_use (kept, used_ms),
    INDEX takes_by_blob (blob_hash)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Every version of every stage of a choreography.
CREATE TABLE IF NOT EXISTS cross_edits (
    choreography_id CHAR(36)    NOT NULL,
    stage           VARCHAR(16) NOT NULL,
    revision        BIGINT      NOT NULL,
    state_json      LONGTEXT    NOT NULL,
    report_json     LONGTEXT    NOT NULL,
    PRIMARY KEY (choreography_id, stage, revision)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
