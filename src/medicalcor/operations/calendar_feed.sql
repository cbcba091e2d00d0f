-- name: put
-- A new address, in place of the one before.
insert into calendar_feeds (practitioner_id, secret_hash, with_names, made_at, made_by)
select id, $2, $3, $4, $5 from practitioners where id = $1
on conflict (practitioner_id) do update
set secret_hash = excluded.secret_hash, with_names = excluded.with_names, made_at = excluded.made_at,
    made_by = excluded.made_by, last_read_at = null
returning practitioner_id;

-- name: revoke
delete from calendar_feeds where practitioner_id = $1 returning practitioner_id;

-- name: all
select practitioner_id, with_names, made_at, last_read_at from calendar_feeds;

-- name: by_hash
select f.practitioner_id, f.with_names, f.last_read_at, p.name, p.languages
from calendar_feeds f join practitioners p on p.id = f.practitioner_id where f.secret_hash = $1;

-- name: read
update calendar_feeds set last_read_at = $2 where practitioner_id = $1;

-- name: visits
-- A practitioner's visits between two moments; of those that are off, only what went off since $4. Holds are nobody's.
select a.id, a.version, a.status, a.starts_at, a.ends_at, a.changed_at, c.titles, coalesce(a.for_name, p.name) as patient,
    (
        select string_agg(r.label, ', ' order by r.kind desc, r.no) from occupancies o
        join resources r on r.no = o.resource_no and r.kind <> 'practitioner' where o.appointment_id = a.id
    ) as place
from appointments a
join procedures c on c.id = a.procedure_id
left join people p on p.id = a.person_id
where a.practitioner_id = $1 and a.ends_at > $2 and a.starts_at < $3 and a.status not in ('held', 'expired')
    and (a.status <> 'cancelled' or a.changed_at > $4)
order by a.starts_at, a.id;
