-- Rendered takes, by the key of their plan. `bytes` are those on the disk, 0 when there are none any more; `kept` is 0
-- when the file was dropped, or is being dropped; `used_ms` is when it was wanted last.
CREATE TABLE takes (
    take_key  TEXT    NOT NULL PRIMARY KEY,
    blob_hash TEXT    NOT NULL,
    frames    INTEGER NOT NULL,
    bytes     INTEGER NOT NULL,
    used_ms   INTEGER NOT NULL,
    kept      INTEGER NOT NULL
) STRICT;
CREATE INDEX takes_by_use ON takes (kept, used_ms);
CREATE INDEX takes_by_blob ON takes (blob_hash);

-- Every version of every stage of a choreography.
CREATE TABLE cross_edits (
    choreography_id TEXT    NOT NULL,
    stage           TEXT    NOT NULL,
    revision        INTEGER NOT NULL,
    state_json      TEXT    NOT NULL,
    report_json     TEXT    NOT NULL,
    PRIMARY KEY (choreography_id, stage, revision)
) STRICT;
