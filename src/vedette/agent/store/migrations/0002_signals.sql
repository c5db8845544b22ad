-- Logs and metrics as OpenTelemetry tells of them. `seq` and `received` as in `spans`.
CREATE TABLE logs (
    seq        UBIGINT NOT NULL,
    received   UBIGINT NOT NULL,  -- ns since the epoch, the agent's clock
    time       UBIGINT NOT NULL,  -- ns since the epoch, the sender's clock
    trace_id   UUID NOT NULL,     -- all zero: none
    span_id    UBIGINT NOT NULL,  -- 0: none
    service    VARCHAR NOT NULL,
    severity   UTINYINT NOT NULL, -- 1 (trace) to 24 (fatal); 0: unknown
    level      VARCHAR NOT NULL,  -- severity as the sender calls it
    logger     VARCHAR NOT NULL,
    body       VARCHAR NOT NULL,  -- text; what is none is JSON
    event      VARCHAR NOT NULL,  -- name of the event, for records that are one
    attributes VARCHAR NOT NULL,  -- JSON object; empty: none
    process    VARCHAR NOT NULL   -- JSON object
);

CREATE TABLE metrics (
    seq         UBIGINT NOT NULL,
    received    UBIGINT NOT NULL,
    time        UBIGINT NOT NULL,
    start       UBIGINT NOT NULL,  -- beginning of what the point sums up; 0: none
    service     VARCHAR NOT NULL,
    name        VARCHAR NOT NULL,
    kind        VARCHAR NOT NULL,  -- gauge, sum, histogram, exponential_histogram, summary
    value       DOUBLE,            -- of a distribution: its sum
    unit        VARCHAR NOT NULL,  -- UCUM
    description VARCHAR NOT NULL,
    temporality VARCHAR NOT NULL,  -- delta, cumulative, or empty
    monotonic   BOOLEAN NOT NULL,
    details     VARCHAR NOT NULL,  -- JSON object: count, buckets, quantiles of a distribution; empty: none
    attributes  VARCHAR NOT NULL,  -- JSON object; empty: none
    process     VARCHAR NOT NULL   -- JSON object
);
