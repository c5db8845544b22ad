-- As services.sql, from the figures of quarters of an hour, and the spans that these do not tell of.
WITH edge AS MATERIALIZED (
    SELECT {place} AS service, {entry} AS is_entry, kind, type, version, start, duration, error, attack
    FROM ({spans})
    WHERE {condition}
),
chosen AS MATERIALIZED (
    SELECT id, {work_place} AS service, is_request OR is_job AS is_entry, kind, type, version
    FROM works
    WHERE {work_condition}
),
parts AS MATERIALIZED (
    SELECT
        service, is_entry, piece, kind, type, version, sum(calls) AS calls, sum(errors) AS errors, sum(attacks) AS attacks,
        sum(total) AS total, max(last) AS last
    FROM (
        SELECT
            work, (slot * {slot}::UBIGINT - ?::UBIGINT) // ?::UBIGINT AS piece, sum(calls) AS calls, sum(errors) AS errors,
            sum(attacks) AS attacks, sum(total) AS total, max(last) AS last
        FROM rollups
        WHERE {slots} AND work IN (SELECT id FROM chosen)
        GROUP BY work, piece
    ) JOIN chosen ON id = work
    GROUP BY ALL
    UNION ALL
    SELECT
        service, is_entry, (start - ?::UBIGINT) // ?::UBIGINT AS piece, kind, type, version, count(*), count(*) FILTER (error),
        count(*) FILTER (attack), sum(duration)::DOUBLE, max(start)
    FROM edge
    GROUP BY ALL
),
durations AS (
    SELECT service, bucket, sum(calls) AS calls
    FROM (
        SELECT service, bucket, calls
        FROM (
            SELECT work, bucket, sum(calls) AS calls
            FROM latencies
            WHERE {slots} AND work IN (SELECT id FROM chosen WHERE is_entry)
            GROUP BY work, bucket
        ) JOIN chosen ON id = work
        UNION ALL
        SELECT service, {bucket} AS bucket, count(*) AS calls FROM edge WHERE is_entry GROUP BY service, bucket
    )
    GROUP BY service, bucket
),
ranked AS (
    SELECT
        *, sum(calls) OVER (PARTITION BY service ORDER BY bucket) AS upto, sum(calls) OVER (PARTITION BY service) - 1 AS most,
        pow({growth}, bucket + 0.5) AS middle
    FROM durations
),
quantiles AS (
    SELECT
        service,
        [
            min(middle) FILTER (upto > 0.5 * most), min(middle) FILTER (upto > 0.95 * most),
            min(middle) FILTER (upto > 0.99 * most)
        ] AS quantiles
    FROM ranked
    GROUP BY service
),
sparks AS (
    SELECT service, map_from_entries(list((piece, calls))) AS buckets
    FROM (SELECT service, piece, sum(calls)::BIGINT AS calls FROM parts WHERE is_entry GROUP BY service, piece)
    GROUP BY service
),
sums AS (
    SELECT
        service,
        coalesce(sum(calls) FILTER (is_entry), 0)::BIGINT AS calls,
        coalesce(sum(errors) FILTER (is_entry), 0)::BIGINT AS errors,
        sum(attacks)::BIGINT AS attacks,
        sum(calls)::BIGINT AS spans,
        sum(total) FILTER (is_entry) AS total,
        bool_and(kind IN ('client', 'producer')) AS dependency,
        any_value(type) FILTER (type NOT IN ('', 'template')) AS type,
        max(version) AS version,
        max(last) AS last
    FROM parts
    WHERE calls <> 0
    GROUP BY service
    HAVING sum(parts.calls) > 0
)
SELECT service, calls, errors, attacks, spans, total, quantiles, buckets, dependency, type, version, last
FROM sums LEFT JOIN quantiles USING (service) LEFT JOIN sparks USING (service)
ORDER BY dependency, calls DESC, spans DESC
LIMIT 500
