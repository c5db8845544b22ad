-- One row per span. `seq` numbers the spans in the order of their arrival: it is the age that retention goes by,
-- and since rows are stored in that order, "the newest" is a look at the last row groups only.
CREATE TABLE spans (
    seq        UBIGINT NOT NULL,
    received   UBIGINT NOT NULL,  -- ns since the epoch, the agent's clock
    trace_id   UUID NOT NULL,     -- the 128 bits as they are, not an RFC 4122 UUID
    span_id    UBIGINT NOT NULL,
    parent_id  UBIGINT NOT NULL,  -- 0: none
    service    VARCHAR NOT NULL,
    env        VARCHAR NOT NULL,
    version    VARCHAR NOT NULL,
    name       VARCHAR NOT NULL,
    resource   VARCHAR NOT NULL,
    type       VARCHAR NOT NULL,
    kind       VARCHAR NOT NULL,
    start      UBIGINT NOT NULL,  -- ns since the epoch, the sender's clock
    duration   UBIGINT NOT NULL,  -- ns
    error      BOOLEAN NOT NULL,
    status     VARCHAR NOT NULL,  -- status of the response; empty: none
    attack     BOOLEAN NOT NULL,
    blocked    BOOLEAN NOT NULL,
    attributes VARCHAR NOT NULL,  -- JSON object
    events     VARCHAR NOT NULL,  -- JSON list of {name, time_unix_nano, attributes}; empty: none
    links      VARCHAR NOT NULL,  -- JSON list of {trace_id, span_id, tracestate, flags, attributes}; empty: none
    failure    VARCHAR NOT NULL,  -- JSON object {type, message, stack}; empty: none
    structures VARCHAR NOT NULL,  -- JSON object, the Datadog `meta_struct`; empty: none
    process    VARCHAR NOT NULL   -- JSON object, what all spans of the process share (OpenTelemetry resource)
);
