CREATE TABLE choreographies (
    choreography_id TEXT    NOT NULL PRIMARY KEY,
    status          TEXT    NOT NULL,
    version         INTEGER NOT NULL,
    created_at_ms   INTEGER NOT NULL,
    state_json      TEXT    NOT NULL
) STRICT;
CREATE INDEX choreographies_newest ON choreographies (created_at_ms, choreography_id);
CREATE INDEX choreographies_by_status ON choreographies (status, created_at_ms, choreography_id);

-- What was offered for an eight: kept as it was first written, for the user has seen it.
CREATE TABLE suggestions (
    choreography_id TEXT    NOT NULL,
    eight           INTEGER NOT NULL,
    serial          INTEGER NOT NULL,
    suggestion_json TEXT    NOT NULL,
    PRIMARY KEY (choreography_id, eight, serial)
) STRICT;
