-- Each repository with each of its tracked bases, and why that does not count; the rules are told by `derivatives.classify`.
-- Tables: listing, its rows sorted by model and numbered (row), its times in UTC; tags (row, tag: each of a row that may name a base
-- or a format, and maybe others); tracked (said: as a tag may name it, base: its id now, organisation, place: of the base in the
-- alphabet), formats (word, format, rank from the first asked for; weights: a tag of ordinary weights, rank null; within: stored as
-- safetensors). $widest: the length of the longest word. Each row of the listing is judged by itself.
-- Capitals are ASCII's: of other letters that have one of A to Z for their small or their capital form none has both.
WITH named AS (
    SELECT row, tag, split_part(tag, ':', -1) AS said
    FROM tags WHERE starts_with(tag, 'base_model:') AND length(tag) <= $longest
),
parents AS (
    SELECT row, place,
        coalesce(min(told_as) FILTER (told_as IN ('finetune', 'adapter', 'merge', 'quantized')), 'unknown') AS relation
    FROM (
        SELECT row, place, substr(tag, 12, greatest(length(tag) - length(said) - 12, 0)) AS told_as
        FROM named JOIN tracked USING (said)
    )
    GROUP BY row, place
),
derived AS (
    SELECT row, model, created_at, downloads_all_time, library_name FROM listing WHERE row IN (SELECT row FROM parents)
),
told AS (
    SELECT row, tag AS text, true AS tagged FROM tags WHERE length(tag) <= $widest
    UNION ALL
    SELECT row, library_name, false FROM derived
    UNION ALL
    SELECT row, unnest(string_split_regex(substr(model, strpos(model, '/') + 1), '[^A-Za-z0-9]+')), false
    FROM derived WHERE contains(model, '/')
),
stored AS (
    SELECT
        row,
        min(rank) FILTER (tagged) AS beside,
        least(
            min(rank) FILTER (NOT tagged),
            CASE WHEN bool_or(weights AND tagged) THEN min(rank) FILTER (tagged AND within) ELSE min(rank) FILTER (tagged) END
        ) AS format
    FROM told JOIN formats ON lower(text) = word WHERE (upper(text) = upper(word)) IS TRUE  -- asked of the few that are left
    GROUP BY row
),
judged AS (
    SELECT row, model, created_at, place, relation, bases.organisation, bases.base, downloads_all_time, stored.format, stored.beside,
        CASE
            WHEN bases.base = model THEN 'own-base'
            WHEN stored.format IS NOT NULL THEN 'reupload'
            WHEN downloads_all_time IS NULL THEN 'downloads-unknown'
            WHEN downloads_all_time <= $threshold THEN 'too-few-downloads'
        END AS reason
    FROM derived
    JOIN parents USING (row)
    JOIN (SELECT DISTINCT place, base, organisation FROM tracked) AS bases USING (place)
    LEFT JOIN stored USING (row)
),
counted AS (
    SELECT row, organisation, min(place) AS first FROM judged WHERE reason IS NULL GROUP BY ALL
)
SELECT
    model,
    date_trunc('month', created_at)::TIMESTAMP AS month,
    base,
    relation,
    organisation,
    downloads_all_time,
    held.format,
    CASE WHEN judged.format IS NULL THEN other.format END AS beside,
    CASE WHEN place <> first THEN 'organisation-counted-already' ELSE reason END AS reason
FROM judged
LEFT JOIN counted USING (row, organisation)
LEFT JOIN formats AS held ON held.rank = judged.format
LEFT JOIN formats AS other ON other.rank = judged.beside
ORDER BY row, place
