-- Accounts under attack: what each sign-in looked like from where it stood, then the accounts that were attacked.
WITH chosen AS (
    SELECT *, start::BIGINT AS moment FROM sign_ins WHERE event <> 'signup' AND {condition}
),
seen AS (
    SELECT
        *,
        count(*) FILTER (event = 'failure') OVER lately AS in_time,
        count(DISTINCT address) FILTER (event = 'failure' AND address <> '') OVER lately AS from_addresses,
        event = 'success' AND row_number() OVER (PARTITION BY account, address, event ORDER BY moment) = 1 AS is_first
    FROM chosen
    WINDOW lately AS (PARTITION BY account ORDER BY moment RANGE BETWEEN {window} PRECEDING AND CURRENT ROW)
)
SELECT
    account,
    count(*) FILTER (event = 'failure') AS failures,
    count(*) FILTER (event = 'success') AS successes,
    count(DISTINCT address) FILTER (event = 'failure' AND address <> '') AS addresses,
    max(from_addresses) >= {account_addresses} AS is_distributed,
    bool_or(is_first AND (in_time >= {account_failures} OR from_addresses >= {account_addresses})) AS is_taken,
    arg_max(replace(trace_id::VARCHAR, '-', ''), moment)
        FILTER (is_first AND (in_time >= {account_failures} OR from_addresses >= {account_addresses})) AS taken_trace,
    bool_or(known = 'true') OR count(*) FILTER (event = 'success') > 0 AS is_known,
    bool_or(known = 'false') AS is_unknown,
    histogram(address) FILTER (event = 'failure' AND address <> '') AS by_address,
    list_sort(list(DISTINCT service))[:5] AS services,
    min(start) FILTER (event = 'failure') AS first,
    max(start) AS last,
    histogram((start - ?::UBIGINT) // ?::UBIGINT) FILTER (event = 'failure') AS buckets
FROM seen
GROUP BY account
HAVING max(in_time) >= {account_failures} OR max(from_addresses) >= {account_addresses}
ORDER BY is_taken DESC, failures DESC, account
LIMIT 100
