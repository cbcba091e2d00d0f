-- name: standing
-- Who books, what was recorded under the same key before, and what already takes these resources then.
-- $1 person, $2 key, $3 to $5 resources from and to (seconds since 1970), $6 a visit to leave out, $7 now.
select p.erased_at, (select stream from domain_events where idempotency_key = $2) as stream, (
    select coalesce(jsonb_agg(jsonb_build_object(
        'appointment_id', o.appointment_id, 'no', o.resource_no, 'lapsed', coalesce(o.expires_at <= $7, false),
        'person_id', a.person_id, 'version', a.version
    )), '[]')
    from unnest($3::int[], $4::bigint[], $5::bigint[]) as wanted (no, begins, ends)
    join occupancies o on o.resource_no = wanted.no
        and o.begins > wanted.begins - 86400 and o.begins < wanted.ends and o.ends > wanted.begins
    join appointments a on a.id = o.appointment_id
    where o.status in ('held', 'booked', 'confirmed') and o.appointment_id is distinct from $6
) as clashes
from people p where p.id = $1;

-- name: appointment
select id, person_id, lead_id, procedure_id, practitioner_id, starts_at, ends_at, status, expires_at, version, moves
from appointments where id = $1;

-- name: taken_by
select resource_no from occupancies where appointment_id = $1;

-- name: lapsed
-- Held too long, and not yet given up.
select id, version from appointments where status = 'held' and expires_at <= $1 order by expires_at limit $2;
