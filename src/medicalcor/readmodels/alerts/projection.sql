-- name: raise
insert into alert_acts (alert_id, person_id, lead_id, raised_at) values ($1, $2, $3, $4);

-- name: act_on_lead
update alert_acts set acted_at = $2 where lead_id = $1 and raised_at < $2;

-- name: take
update alert_acts set taken_at = $2, taken_by = $3 where alert_id = $1;

-- name: resolve
update alert_acts set resolved_at = $2, resolved_by = $3 where alert_id = $1;

-- name: reopen
-- Whoever has it again has had it since they took it.
update alert_acts
set taken_at = case when $2::uuid is not null then taken_at end, taken_by = $2,
    resolved_at = null, resolved_by = null, acted_at = null
where alert_id = $1;
