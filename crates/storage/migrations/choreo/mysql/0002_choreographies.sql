CREATE TABLE IF NOT EXISTS choreographies (
    choreography_id CHAR(36)    NOT NULL PRIMARY KEY,
    status          VARCHAR(32) NOT NULL,
    version         BIGINT      NOT NULL,
    created_at_ms   BIGINT      NOT NULL,
    state_json      LONGTEXT    NOT NULL,
    INDEX choreographies_newest (created_at_ms, choreography_id),
    INDEX choreographies_by_status (status, created_at_ms, choreography_id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- What was offered for an eight: kept as it was first written, for the user has seen it.
CREATE TABLE IF NOT EXISTS suggestions (
    choreography_id CHAR(36) NOT NULL,
    eight           BIGINT   NOT NULL,
    serial          BIGINT   NOT NULL,
    suggestion_json LONGTEXT NOT NULL,
    PRIMARY KEY (choreography_id, eight, serial)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
