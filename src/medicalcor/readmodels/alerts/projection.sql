-- name: take
insert into alert_acts (alert_id, person_id, taken_at, taken_by) values ($1, $2, $3, $4)
on conflict (alert_id) do update set taken_at = $3, taken_by = $4;

-- name: resolve
insert into alert_acts (alert_id, person_id, resolved_at, resolved_by) values ($1, $2, $3, $4)
on conflict (alert_id) do update set resolved_at = $3, resolved_by = $4;

-- name: reopen
insert into alert_acts (alert_id, person_id, reopened_at) values ($1, $2, $3)
on conflict (alert_id) do update
set taken_at = null, taken_by = null, resolved_at = null, resolved_by = null, reopened_at = $3;
