-- One row per endpoint of an application, with all that its requests have told: it outlives the spans.
CREATE TABLE endpoints (
    service   VARCHAR NOT NULL,
    method    VARCHAR NOT NULL,
    route     VARCHAR NOT NULL,
    last_seen UBIGINT NOT NULL,  -- ns since the epoch
    known     VARCHAR NOT NULL,  -- JSON object, see inventory/endpoint.py
    PRIMARY KEY (service, method, route)
);
-- The number of the newest span that endpoints have learned from; one row, once there is one.
CREATE TABLE endpoints_progress (seq UBIGINT NOT NULL);
