-- name: place
-- The visit and what it takes.
with placed as (
    insert into appointments (
        id, person_id, lead_id, for_name, procedure_id, practitioner_id, starts_at, ends_at, status, expires_at,
        version, put_over, put_over_why, booked_by, booked_at, changed_at, settled_at, relation, folded
    ) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15, $15, $20, $21)
)
insert into occupancies (appointment_id, resource_no, during, begins, ends, status, expires_at, deliberate)
select $1, no, tstzrange(from_, until), extract(epoch from from_), extract(epoch from until), $9, $10, deliberate
from unnest($16::int[], $17::timestamptz[], $18::timestamptz[], $19::bool[]) as t (no, from_, until, deliberate);

-- name: occupy
-- What a visit takes after it was moved.
insert into occupancies (appointment_id, resource_no, during, begins, ends, status, deliberate)
select $1, no, tstzrange(from_, until), extract(epoch from from_), extract(epoch from until), 'booked', deliberate
from unnest($2::int[], $3::timestamptz[], $4::timestamptz[], $5::bool[]) as t (no, from_, until, deliberate);

-- name: move
update appointments
set procedure_id = $2, practitioner_id = $3, starts_at = $4, ends_at = $5, version = $6, changed_at = $7, settled_at = $7,
    put_over = $8, put_over_why = $9, moves = moves + 1, status = 'booked'
where id = $1;

-- name: leave
delete from occupancies where appointment_id = $1;

-- name: change
update appointments
set status = $2, version = $3, changed_at = $4, ended_by = $5, end_reason = $6,
    settled_at = case $2 when 'booked' then $4 else settled_at end,
    expires_at = case $2 when 'expired' then expires_at end
where id = $1;

-- name: change_occupancies
update occupancies set status = $2, expires_at = null where appointment_id = $1;

-- name: remind
-- What is decided later, after a message that named another visit too was called back, stands in the earlier's place.
insert into reminders (appointment_id, moves, ahead, person_id, outcome, message_id, effect_key, decided_at)
values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict (appointment_id, moves, ahead) do update
set outcome = excluded.outcome, message_id = excluded.message_id, effect_key = excluded.effect_key,
    decided_at = excluded.decided_at;

-- name: erase
update appointments set for_name = null, relation = null, folded = null, put_over_why = null where person_id = $1;

-- name: refuse
insert into refused_visits (
    id, person_id, lead_id, at, actor, procedure_id, practitioner_id, starts_at, appointment_id, verdict, reason, offered
) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12);
