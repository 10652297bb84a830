-- name: may_delete_history
SELECT set_config('trygkort.retention', 'on', true);

-- name: create_gone
-- What the incidents that go have counted for in the panel.
CREATE TEMPORARY TABLE gone ON COMMIT DROP AS
SELECT cell, shift_date, weight_ppm, partnership, area, shift, category, basis FROM panel_entry WITH NO DATA;

-- name: copy_gone
COPY gone (cell, shift_date, weight_ppm, partnership, area, shift, category, basis) FROM STDIN (FORMAT binary);

-- name: create_leaving
CREATE TEMPORARY TABLE leaving ON COMMIT DROP AS
SELECT ctid AS tid, source_key, version, in_force FROM incident WITH NO DATA;

-- name: fill_leaving
-- Every version of an incident that ended before the cut-off and that no hold protects. A hold's days reach one day
-- further, as a night belongs to the date it starts on.
INSERT INTO leaving
SELECT i.ctid, i.source_key, i.version, i.in_force FROM incident AS i
WHERE i.partnership = %(partnership)s AND i.occurred_to < %(before)s::timestamptz
  AND NOT EXISTS (
      SELECT FROM legal_hold AS h
      WHERE h.partnership = i.partnership AND h.lifted_at IS NULL
        AND (h.expires_on IS NULL OR h.expires_on > %(today)s::date)
        AND (h.area IS NULL OR h.area = i.area) AND (h.category IS NULL OR h.category = i.category)
        AND i.occurred_to >= h.start_on::timestamp AT TIME ZONE %(zone)s::text
        AND i.occurred_from < (h.stop_on + 1)::timestamp AT TIME ZONE %(zone)s::text
  );

-- name: incidents_leaving
SELECT lon, lat, accuracy_m, cell, area, edge, category, basis, from_s, to_s, known_s
FROM (
    SELECT
        st_x(i.point) AS lon, st_y(i.point) AS lat, i.accuracy_m, i.cell, i.area, i.edge, i.category, i.basis,
        extract(epoch FROM i.occurred_from)::bigint AS from_s, extract(epoch FROM i.occurred_to)::bigint AS to_s,
        extract(epoch FROM i.known_at)::bigint AS known_s
    FROM leaving AS l JOIN incident AS i ON i.ctid = l.tid
    WHERE l.in_force
) AS found;

-- name: delete_incidents
WITH d AS (
    DELETE FROM incident AS i USING leaving AS l WHERE i.ctid = l.tid RETURNING i.source_key, i.version
)
SELECT count(*), coalesce(sum(hashtextextended(encode(source_key, 'hex'), version)::numeric), 0) FROM d;

-- name: keep_area_days
INSERT INTO area_day (partnership, area, shift_date, shift, category, basis, weight_ppm)
SELECT partnership, area, shift_date, shift, category, basis, sum(weight_ppm)::bigint
FROM gone GROUP BY partnership, cell, area, shift_date, shift, category, basis HAVING sum(weight_ppm) <> 0;

-- name: create_staying
-- Taking out by adding would leave the cells in the ledger: what stays is written anew.
CREATE TEMPORARY TABLE staying ON COMMIT DROP AS SELECT * FROM panel_entry WITH NO DATA;

-- name: fill_staying
INSERT INTO staying (partnership, cell, area, shift_date, shift, category, basis, weight_ppm)
SELECT partnership, cell, area, shift_date, shift, category, basis, sum(weight_ppm)::bigint
FROM (
    SELECT partnership, cell, area, shift_date, shift, category, basis, weight_ppm FROM panel_entry
    WHERE partnership = %(partnership)s AND shift_date <= %(cut_off)s::date
    UNION ALL
    SELECT partnership, cell, area, shift_date, shift, category, basis, -weight_ppm FROM gone
) AS entries
GROUP BY partnership, cell, area, shift_date, shift, category, basis HAVING sum(weight_ppm) <> 0;

-- name: delete_entries
-- The rows of the panel that went; those that stay are put back.
WITH d AS (
    DELETE FROM panel_entry WHERE partnership = %(partnership)s AND shift_date <= %(cut_off)s::date
), g AS (
    SELECT cell, area, shift_date, shift, category, basis, sum(weight_ppm) AS weight_ppm FROM gone
    GROUP BY cell, area, shift_date, shift, category, basis
)
SELECT count(*), coalesce(sum(hashtextextended(g::text, 0)::numeric), 0) FROM g;

-- name: put_back
INSERT INTO panel_entry (partnership, cell, area, shift_date, shift, category, basis, weight_ppm)
SELECT partnership, cell, area, shift_date, shift, category, basis, weight_ppm FROM staying;

-- name: delete_area_days
WITH d AS (
    DELETE FROM area_day AS a
    WHERE a.partnership = %(partnership)s AND a.shift_date < %(cut_off)s::date
      AND NOT EXISTS (
          SELECT FROM legal_hold AS h
          WHERE h.partnership = a.partnership AND h.lifted_at IS NULL
            AND (h.expires_on IS NULL OR h.expires_on > %(today)s::date)
            AND (h.area IS NULL OR h.area = a.area) AND (h.category IS NULL OR h.category = a.category)
            AND a.shift_date >= h.start_on - 1 AND a.shift_date <= h.stop_on
      )
    RETURNING a.*
), kept AS (
    INSERT INTO area_month (partnership, area, month, category, basis, weight_ppm)
    SELECT partnership, area, date_trunc('month', shift_date)::date, category, basis, sum(weight_ppm)::bigint
    FROM d GROUP BY 1, 2, 3, 4, 5
    ON CONFLICT (partnership, month, area, category, basis)
    DO UPDATE SET weight_ppm = area_month.weight_ppm + excluded.weight_ppm
)
SELECT count(*), coalesce(sum(hashtextextended(d::text, 0)::numeric), 0) FROM d;

-- name: delete_area_months
WITH d AS (
    DELETE FROM area_month AS a
    WHERE a.partnership = %(partnership)s AND a.month < %(cut_off)s::date
      AND NOT EXISTS (
          SELECT FROM legal_hold AS h
          WHERE h.partnership = a.partnership AND h.lifted_at IS NULL
            AND (h.expires_on IS NULL OR h.expires_on > %(today)s::date)
            AND (h.area IS NULL OR h.area = a.area) AND (h.category IS NULL OR h.category = a.category)
            AND a.month < h.stop_on AND a.month + interval '1 month' > h.start_on
      )
    RETURNING a.*
)
SELECT count(*), coalesce(sum(hashtextextended(d::text, 0)::numeric), 0) FROM d;

-- name: delete_points
WITH d AS (
    UPDATE incident AS i SET point = 'SRID=4326;POINT EMPTY'::geometry
    WHERE i.partnership = %(partnership)s AND i.occurred_to < %(before)s::timestamptz AND NOT st_isempty(i.point)
      AND NOT EXISTS (
          SELECT FROM legal_hold AS h
          WHERE h.partnership = i.partnership AND h.lifted_at IS NULL
            AND (h.expires_on IS NULL OR h.expires_on > %(today)s::date)
            AND (h.area IS NULL OR h.area = i.area) AND (h.category IS NULL OR h.category = i.category)
            AND i.occurred_to >= h.start_on::timestamp AT TIME ZONE %(zone)s::text
            AND i.occurred_from < (h.stop_on + 1)::timestamp AT TIME ZONE %(zone)s::text
      )
    RETURNING i.source_key, i.version
)
SELECT count(*), coalesce(sum(hashtextextended(encode(source_key, 'hex'), version)::numeric), 0) FROM d;

-- name: delete_products
-- Of runs before the cut-off: those that show areas alone, or the others. A hold protects what may show its days.
WITH d AS (
    DELETE FROM run_product AS p USING run AS r
    WHERE r.id = p.run_id AND r.partnership = %(partnership)s AND r.run_date < %(cut_off)s::date
      AND (p.name = ANY (%(area_products)s::text[])) = %(areas)s::boolean
      AND NOT EXISTS (
          SELECT FROM legal_hold AS h
          WHERE h.partnership = r.partnership AND h.lifted_at IS NULL
            AND (h.expires_on IS NULL OR h.expires_on > %(today)s::date)
            AND r.run_date >= h.start_on AND r.run_date <= h.stop_on + %(shown_days)s::integer
      )
    RETURNING p.run_id, p.name, p.etag
)
SELECT count(*), coalesce(sum(hashtextextended(d::text, 0)::numeric), 0) FROM d;

-- name: create_leaving_plan
CREATE TEMPORARY TABLE leaving_plan (id bigint NOT NULL) ON COMMIT DROP;

-- name: fill_leaving_plan
INSERT INTO leaving_plan
SELECT p.id FROM plan AS p
WHERE p.partnership = %(partnership)s AND p.day < %(cut_off)s::date
  AND NOT EXISTS (
      SELECT FROM legal_hold AS h
      WHERE h.partnership = p.partnership AND h.lifted_at IS NULL
        AND (h.expires_on IS NULL OR h.expires_on > %(today)s::date)
        AND p.day >= h.start_on AND p.day <= h.stop_on
  );

-- name: delete_plan_documents
WITH d AS (
    DELETE FROM plan_document WHERE plan IN (SELECT l.id FROM leaving_plan AS l) RETURNING plan, digest
)
SELECT count(*), coalesce(sum(hashtextextended(d::text, 0)::numeric), 0) FROM d;

-- name: delete_plan_visits
WITH d AS (
    DELETE FROM plan_visit WHERE plan IN (SELECT l.id FROM leaving_plan AS l) RETURNING plan, cell, number
)
SELECT count(*), coalesce(sum(hashtextextended(d::text, 0)::numeric), 0) FROM d;

-- name: delete_plan_events
WITH d AS (
    DELETE FROM plan_event WHERE plan IN (SELECT l.id FROM leaving_plan AS l) RETURNING plan, id
)
SELECT count(*), coalesce(sum(hashtextextended(d::text, 0)::numeric), 0) FROM d;

-- name: delete_plans
WITH d AS (
    DELETE FROM plan WHERE id IN (SELECT l.id FROM leaving_plan AS l) RETURNING id, digest
)
SELECT count(*), coalesce(sum(hashtextextended(d::text, 0)::numeric), 0) FROM d;

-- name: delete_plan_rules
WITH d AS (
    DELETE FROM plan_rule WHERE partnership = %(partnership)s AND stop_on <= %(cut_off)s::date RETURNING id, cell
)
SELECT count(*), coalesce(sum(hashtextextended(d::text, 0)::numeric), 0) FROM d;

-- name: delete_saved_questions
-- They may name a cell; what it held is gone by then.
WITH d AS (
    DELETE FROM saved_question WHERE partnership = %(partnership)s AND saved_at < %(before)s::timestamptz
    RETURNING id, account
)
SELECT count(*), coalesce(sum(hashtextextended(d::text, 0)::numeric), 0) FROM d;

-- name: delete_plan_feedback
WITH d AS (
    DELETE FROM plan_feedback WHERE partnership = %(partnership)s AND day < %(cut_off)s::date RETURNING day, planned
)
SELECT count(*), coalesce(sum(hashtextextended(d::text, 0)::numeric), 0) FROM d;

-- name: delete_evidence
WITH d AS (
    DELETE FROM alert_evidence AS e USING alert AS a
    WHERE a.id = e.alert AND a.partnership = %(partnership)s AND e.day < %(cut_off)s::date
      AND NOT EXISTS (
          SELECT FROM legal_hold AS h
          WHERE h.partnership = a.partnership AND h.lifted_at IS NULL
            AND (h.expires_on IS NULL OR h.expires_on > %(today)s::date)
            AND e.day >= h.start_on AND e.day <= h.stop_on + %(shown_days)s::integer
      )
    RETURNING e.alert, e.day, e.sha256
)
SELECT count(*), coalesce(sum(hashtextextended(d::text, 0)::numeric), 0) FROM d;

-- name: delete_power
WITH d AS (
    DELETE FROM watch_power WHERE partnership = %(partnership)s AND month < %(cut_off)s::date RETURNING digest
)
SELECT count(*), coalesce(sum(hashtextextended(encode(digest, 'hex'), 0)::numeric), 0) FROM d;

-- name: create_leaving_alert
CREATE TEMPORARY TABLE leaving_alert (id bigint NOT NULL) ON COMMIT DROP;

-- name: fill_leaving_alert
-- Not one whose evidence a hold protects.
INSERT INTO leaving_alert
SELECT a.id FROM alert AS a
WHERE a.partnership = %(partnership)s AND a.last_on < %(cut_off)s::date
  AND NOT EXISTS (SELECT FROM alert_evidence AS e WHERE e.alert = a.id)
  AND NOT EXISTS (
      SELECT FROM legal_hold AS h
      WHERE h.partnership = a.partnership AND h.lifted_at IS NULL
        AND (h.expires_on IS NULL OR h.expires_on > %(today)s::date)
        AND a.last_on >= h.start_on AND a.onset_from <= h.stop_on
  );

-- name: keep_linked_alerts
-- What an alert that stays is linked to stays as well; asked again until nothing follows.
DELETE FROM leaving_alert WHERE id IN (
    SELECT o.other FROM alert_event AS o
    WHERE o.other IS NOT NULL AND NOT EXISTS (SELECT FROM leaving_alert AS l WHERE l.id = o.alert)
);

-- name: delete_outbox
WITH d AS (
    DELETE FROM webhook_outbox WHERE alert IN (SELECT l.id FROM leaving_alert AS l) RETURNING event
)
SELECT count(*), coalesce(sum(hashtextextended(event::text, 0)::numeric), 0) FROM d;

-- name: delete_events
WITH d AS (
    DELETE FROM alert_event WHERE alert IN (SELECT l.id FROM leaving_alert AS l) RETURNING alert, id
)
SELECT count(*), coalesce(sum(hashtextextended(d::text, 0)::numeric), 0) FROM d;

-- name: delete_alerts
WITH d AS (
    DELETE FROM alert WHERE id IN (SELECT l.id FROM leaving_alert AS l) RETURNING alert.*
)
SELECT count(*), coalesce(sum(hashtextextended(d::text, 0)::numeric), 0) FROM d;

-- name: add_proof
-- Once a cut-off where there was nothing to delete; always where there was.
INSERT INTO retention_proof (partnership, tier, place, cut_off, rows, digest, actor)
SELECT %(partnership)s, %(tier)s, %(place)s, %(cut_off)s::date, %(rows)s::bigint, %(digest)s::bytea, %(actor)s
WHERE %(rows)s::bigint > 0 OR NOT EXISTS (
    SELECT FROM retention_proof AS p
    WHERE p.partnership = %(partnership)s AND p.tier = %(tier)s AND p.place = %(place)s
      AND p.cut_off = %(cut_off)s::date
);

-- name: applied
SELECT tier, max(cut_off) FROM retention_proof WHERE partnership = %(partnership)s GROUP BY tier;

-- name: proofs
SELECT at, tier, place, cut_off, rows, encode(digest, 'hex') AS digest, actor FROM retention_proof
WHERE partnership = %(partnership)s ORDER BY id DESC LIMIT %(limit)s;

-- name: newest_proof
SELECT coalesce(max(id), 0) FROM retention_proof WHERE partnership = %(partnership)s AND rows > 0;

-- name: add_hold
INSERT INTO legal_hold (partnership, start_on, stop_on, area, category, reason, expires_on, placed_by)
VALUES (
    %(partnership)s, %(start)s, %(stop)s, %(area)s, %(category)s, %(reason)s, %(expires_on)s, %(actor)s
) RETURNING id;

-- name: holds
SELECT id, start_on, stop_on, area, category, reason, expires_on, placed_at, placed_by, lifted_at, lifted_by
FROM legal_hold WHERE partnership = %(partnership)s ORDER BY id;

-- name: lift_hold
UPDATE legal_hold SET lifted_at = transaction_timestamp(), lifted_by = %(actor)s
WHERE partnership = %(partnership)s AND id = %(id)s AND lifted_at IS NULL;

-- name: area_days
SELECT
    row_number() OVER (
        PARTITION BY area, shift_date, shift, category, basis ORDER BY weight_ppm DESC
    )::bigint AS cell,
    area, shift_date - DATE '1970-01-01' AS day, shift, category, basis, weight_ppm
FROM area_day WHERE partnership = %(partnership)s;
