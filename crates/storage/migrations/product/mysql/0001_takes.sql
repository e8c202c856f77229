-- Rendered takes, by the key of their plan.
CREATE TABLE IF NOT EXISTS takes (
    take_key  CHAR(64) NOT NULL PRIMARY KEY,
    blob_hash CHAR(64) NOT NULL,
    frames    BIGINT   NOT NULL
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
