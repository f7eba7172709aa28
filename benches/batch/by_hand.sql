-- What somebody without bantam would write for `definition.yaml`, as of 2025-12-17T00:00:00Z.
-- `{leads}` and `{events}` are read by `by_hand.py`, `{output}` is a file. Times are microseconds; 2592000000000 of them are thirty days.
COPY (
  WITH event AS (
    SELECT lead_id, event, path, channel, value, age, age // 2592000000000 AS halvings
    FROM (SELECT *, 1765929600000000 - epoch_us("timestamp") AS age FROM {events})
    WHERE age >= 0
  ),
  rule AS (
    SELECT
      lead_id,
      sum(CASE WHEN event = 'page_view' AND age < 7776000000000 THEN 1 ELSE 0 END) AS any_page,
      sum(CASE WHEN event = 'page_view' AND path LIKE '/pricing%' AND age < 7776000000000 THEN 5 >> halvings ELSE 0 END) AS pricing,
      sum(CASE WHEN event = 'page_view' AND path LIKE '/careers%' AND age < 15552000000000 THEN -2 ELSE 0 END) AS careers,
      sum(CASE WHEN event = 'email_open' THEN 1 >> halvings ELSE 0 END) AS opened,
      sum(CASE WHEN event = 'email_click' AND channel <> 'bot' THEN 3 >> halvings ELSE 0 END) AS clicked,
      sum(CASE WHEN event = 'form_submit' THEN 10 >> halvings ELSE 0 END) AS form,
      sum(CASE WHEN event = 'demo_request' AND age < 15552000000000 THEN 30 ELSE 0 END) AS demo,
      sum(CASE WHEN event = 'webinar_attend' THEN 8 >> halvings ELSE 0 END) AS webinar,
      sum(CASE WHEN event = 'content_download' AND value >= 30 THEN 4 >> halvings ELSE 0 END) AS content,
      sum(CASE WHEN event = 'login' AND age < 10368000000000 THEN 1 >> halvings ELSE 0 END) AS login,
      sum(CASE WHEN event = 'trial_start' AND age < 5184000000000 THEN 40 ELSE 0 END) AS trial,
      sum(CASE WHEN event = 'unsubscribe' THEN -25 ELSE 0 END) AS unsubscribed
    FROM event
    GROUP BY lead_id
  ),
  engagement AS (
    SELECT
      lead_id,
      least(any_page, 10) + least(pricing, 30) + greatest(careers, -10) + least(opened, 15) + least(clicked, 30) + form
        + least(demo, 60) + least(webinar, 24) + least(content, 20) + least(login, 20) + least(trial, 40) + unsubscribed
        AS engagement
    FROM rule
  ),
  fit AS (
    SELECT
      lead_id,
      CASE WHEN industry IN ('software', 'fintech', 'healthcare') THEN 15 ELSE 0 END
        + CASE WHEN employees >= 1000 THEN 10 WHEN employees >= 50 THEN 20 WHEN employees < 5 THEN -10 ELSE 0 END
        + CASE WHEN country IN ('US', 'GB', 'DE', 'CA') THEN 10 WHEN country IN ('IR', 'KP') THEN -50 ELSE 0 END
        + CASE WHEN title LIKE 'VP of %' OR title LIKE 'Chief %' OR title LIKE 'Head of %' THEN 15
               WHEN title LIKE 'Student %' OR title LIKE 'Intern %' THEN -20 ELSE 0 END
        + CASE WHEN department IN ('marketing', 'sales') THEN 10 ELSE 0 END
        + CASE WHEN annual_revenue >= 10000000 THEN 15 ELSE 0 END
        + CASE WHEN email LIKE '%@gmail.com' OR email LIKE '%@yahoo.com' THEN -15 ELSE 0 END
        + CASE WHEN lead_source = 'referral' AND consent THEN 10 ELSE 0 END
        AS fit
    FROM {leads}
  ),
  score AS (
    SELECT lead_id, fit, coalesce(engagement, 0) AS engagement, fit + coalesce(engagement, 0) AS score
    FROM fit LEFT JOIN engagement USING (lead_id)
  )
  SELECT
    lead_id,
    CASE WHEN score >= 90 THEN 'Sales-ready' WHEN score >= 60 THEN 'Qualified' WHEN score >= 30 THEN 'Engaged' ELSE 'Raw' END AS stage,
    CAST(score AS BIGINT) AS score, CAST(fit AS BIGINT) AS fit, CAST(engagement AS BIGINT) AS engagement
  FROM score
) TO '{output}' (FORMAT parquet);
