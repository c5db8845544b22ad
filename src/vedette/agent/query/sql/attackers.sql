-- Addresses that attack accounts: many accounts fail from there and few succeed, or one account fails again and again.
WITH chosen AS (
    SELECT *, start::BIGINT AS moment FROM sign_ins WHERE event <> 'signup' AND address <> '' AND {condition}
    ORDER BY seq DESC LIMIT {most}
),
worth AS (
    -- Windows are dear: only for addresses that could be attackers at all.
    SELECT * FROM chosen WHERE address IN (
        SELECT address FROM chosen WHERE event = 'failure' GROUP BY address
        HAVING count(*) >= least({account_failures}, {address_accounts})
    )
),
seen AS (
    SELECT
        *,
        count(*) FILTER (event = 'failure') OVER lately AS in_time,
        count(*) OVER lately AS attempts,
        count(DISTINCT account) FILTER (event = 'failure') OVER lately AS at_accounts,
        count(*) FILTER (event = 'failure') OVER one AS of_one
    FROM worth
    WINDOW
        lately AS (PARTITION BY address ORDER BY moment RANGE BETWEEN {window} PRECEDING AND CURRENT ROW),
        one AS (PARTITION BY address, account ORDER BY moment RANGE BETWEEN {window} PRECEDING AND CURRENT ROW)
),
marked AS (
    SELECT *, at_accounts >= {address_accounts} AND in_time >= attempts * {failure_ratio} AS is_stuffing FROM seen
)
SELECT
    address,
    count(*) FILTER (event = 'failure') AS failures,
    count(*) FILTER (event = 'success') AS successes,
    count(DISTINCT account) FILTER (event = 'failure') AS accounts,
    count(DISTINCT account) FILTER (event = 'failure' AND known = 'false') AS unknown_accounts,
    bool_or(is_stuffing) AS is_stuffing,
    list_sort(list(DISTINCT account) FILTER (event = 'success' AND is_stuffing))[:20] AS entered,
    list_sort(list(DISTINCT account) FILTER (event = 'failure'))[:20] AS tried,
    list_sort(list(DISTINCT service))[:5] AS services,
    min(start) AS first,
    max(start) AS last,
    histogram((start - ?::UBIGINT) // ?::UBIGINT) FILTER (event = 'failure') AS buckets
FROM marked
GROUP BY address
HAVING bool_or(is_stuffing) OR max(of_one) >= {account_failures}
ORDER BY failures DESC, address
LIMIT 100
