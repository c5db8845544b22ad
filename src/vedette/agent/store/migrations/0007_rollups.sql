-- Figures of quarters of an hour, made from the spans in the background (`store/rollups.py`): pages about a day add up
-- these instead of reading millions of spans. A row says what changed; several of one kind of work are added.
CREATE TABLE works (
    id         UBIGINT NOT NULL,  -- hash of all that follows
    service    VARCHAR NOT NULL,
    owner      VARCHAR NOT NULL,  -- the service whose process made the spans
    env        VARCHAR NOT NULL,
    version    VARCHAR NOT NULL,
    name       VARCHAR NOT NULL,
    resource   VARCHAR NOT NULL,
    type       VARCHAR NOT NULL,
    kind       VARCHAR NOT NULL,
    peer       VARCHAR NOT NULL,  -- of calls of others: who; empty: it is none
    method     VARCHAR NOT NULL,  -- and how
    is_request BOOLEAN NOT NULL,
    is_query   BOOLEAN NOT NULL,
    is_call    BOOLEAN NOT NULL,
    is_job     BOOLEAN NOT NULL
);
CREATE TABLE rollups (
    slot    UINTEGER NOT NULL,  -- which quarter of an hour since the epoch, by the start of the spans
    work    UBIGINT NOT NULL,
    calls   BIGINT NOT NULL,    -- below zero for spans that were removed
    errors  BIGINT NOT NULL,
    attacks BIGINT NOT NULL,
    total   DOUBLE NOT NULL,    -- ns
    longest UBIGINT NOT NULL,   -- ns
    last    UBIGINT NOT NULL    -- the latest start, ns since the epoch
);
CREATE TABLE latencies (
    slot   UINTEGER NOT NULL,
    work   UBIGINT NOT NULL,
    bucket USMALLINT NOT NULL,  -- of the duration: whole part of its logarithm
    calls  BIGINT NOT NULL
);
-- Failed spans, with what is said of the failure read from their JSON.
CREATE TABLE failures (
    seq         UBIGINT NOT NULL,
    start       UBIGINT NOT NULL,
    trace_id    UUID NOT NULL,
    service     VARCHAR NOT NULL,
    owner       VARCHAR NOT NULL,
    env         VARCHAR NOT NULL,
    name        VARCHAR NOT NULL,
    resource    VARCHAR NOT NULL,
    type        VARCHAR NOT NULL,
    message     VARCHAR NOT NULL,
    fingerprint VARCHAR NOT NULL  -- the same for the same failure
);
-- Spans with findings, with all that tells what: a text in millions of spans takes as long to reach as its neighbours do
-- together, and attacks are few and far between.
CREATE TABLE attacks (
    seq        UBIGINT NOT NULL,
    trace_id   UUID NOT NULL,
    span_id    UBIGINT NOT NULL,
    service    VARCHAR NOT NULL,
    owner      VARCHAR NOT NULL,
    env        VARCHAR NOT NULL,
    name       VARCHAR NOT NULL,
    resource   VARCHAR NOT NULL,
    start      UBIGINT NOT NULL,
    duration   UBIGINT NOT NULL,
    status     VARCHAR NOT NULL,
    blocked    BOOLEAN NOT NULL,
    attributes VARCHAR NOT NULL,
    structures VARCHAR NOT NULL,
    events     VARCHAR NOT NULL
);
-- The number of the newest span that all of these have.
CREATE TABLE rollups_progress (seq UBIGINT NOT NULL);
INSERT INTO rollups_progress VALUES (0);
