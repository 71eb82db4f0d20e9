-- Each repository that is tracked or has $least lifetime downloads or more, the largest first; the others are one row without an id.
-- Tables: listing, its times in UTC, tracked (model: the ids that tracked models have and had, each once).
WITH told AS (
    SELECT listing.*, tracked.model IS NOT NULL AS tracked, coalesce(downloads_all_time >= $least, false) AS large
    FROM listing LEFT JOIN tracked ON tracked.model = listing.model
)
SELECT model, created_at, downloads_all_time, tags, library_name, pipeline_tag, tracked, 1 AS repositories
FROM told WHERE tracked OR large
UNION ALL
SELECT NULL, NULL, sum(downloads_all_time)::BIGINT, NULL, NULL, NULL, false, count(*)
FROM told WHERE NOT (tracked OR large)
ORDER BY downloads_all_time DESC NULLS LAST, model
