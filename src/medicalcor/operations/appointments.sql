-- name: booker
-- Who books, and what was recorded under the same key before.
select p.erased_at, (select stream from domain_events where idempotency_key = $2) as stream
from people p where p.id = $1;

-- name: lock_resources
-- Take turns with everybody who changes what these are taken by. In ascending order, so that nobody waits in a ring.
select pg_advisory_xact_lock(19780, no) from unnest($1::int[]) as no;

-- name: clashes
-- What already takes these resources then; $4 is left out.
select distinct o.appointment_id, o.resource_no, o.status, o.expires_at, a.person_id, a.version
from unnest($1::int[], $2::bigint[], $3::bigint[]) as wanted (no, begins, ends)
join occupancies o on o.resource_no = wanted.no
    and o.begins > wanted.begins - 259200 and o.begins < wanted.ends and o.ends > wanted.begins
join appointments a on a.id = o.appointment_id
where o.status in ('held', 'booked', 'confirmed') and o.appointment_id is distinct from $4;

-- name: appointment
select id, person_id, lead_id, procedure_id, practitioner_id, starts_at, ends_at, status, expires_at, version, moves
from appointments where id = $1;

-- name: taken_by
select resource_no from occupancies where appointment_id = $1;

-- name: lapsed
-- Held too long, and not yet given up.
select id, version from appointments where status = 'held' and expires_at <= $1 order by expires_at limit $2;
