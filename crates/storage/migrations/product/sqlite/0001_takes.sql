-- Rendered takes, by the key of their plan.
CREATE TABLE takes (
    take_key  TEXT    NOT NULL PRIMARY KEY,
    blob_hash TEXT    NOT NULL,
    frames    INTEGER NOT NULL
) STRICT;

-- Every version of every stage of a choreography.
CREATE TABLE cross_edits (
    choreography_id TEXT    NOT NULL,
    stage           TEXT    NOT NULL,
    revision        INTEGER NOT NULL,
    state_json      TEXT    NOT NULL,
    report_json     TEXT    NOT NULL,
    PRIMARY KEY (choreography_id, stage, revision)
) STRICT;
