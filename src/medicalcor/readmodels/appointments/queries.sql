-- name: between
-- The calendar: visits that lie within the stretch or reach into it, by practitioner and time. $3 whose, or
-- everybody's; $4 now; $5 whether to show those that are off, too.
select a.id, a.person_id, a.lead_id, a.procedure_id, a.practitioner_id, a.starts_at, a.ends_at, a.status, a.expires_at,
    a.version, a.moves, coalesce(a.for_name, p.name) as patient, a.for_name, a.relation, p.name as booker, a.put_over, a.put_over_why, a.booked_by, a.booked_at,
    a.end_reason
from appointments a left join people p on p.id = a.person_id
where a.starts_at < $2 and a.ends_at > $1 and a.starts_at > $1::timestamptz - interval '1 day'
    and ($3::uuid[] is null or a.practitioner_id = any ($3))
    and (a.status <> 'held' or a.expires_at > $4)
    and ($5 or a.status not in ('cancelled', 'expired'))
order by a.practitioner_id, a.starts_at, a.id;

-- name: of_person
-- A person's visits, the latest first.
select a.id, a.person_id, a.lead_id, a.procedure_id, a.practitioner_id, a.starts_at, a.ends_at, a.status, a.expires_at,
    a.version, a.moves, coalesce(a.for_name, p.name) as patient, a.for_name, a.relation, p.name as booker, a.put_over, a.put_over_why, a.booked_by, a.booked_at,
    a.end_reason
from appointments a left join people p on p.id = a.person_id
where a.person_id = $1 and a.status <> 'expired' and (a.status <> 'held' or a.expires_at > $2)
order by a.starts_at desc, a.id;

-- name: family
-- Who else has had visits under this person, the last one first.
select for_name, relation from (
    select distinct on (for_name) for_name, relation, booked_at from appointments
    where person_id = $1 and for_name is not null
    order by for_name, relation is null, booked_at desc
) found
order by booked_at desc limit 10;

-- name: next_of_person
-- The visit that comes next, if there is one.
select a.id, a.person_id, a.lead_id, a.procedure_id, a.practitioner_id, a.starts_at, a.ends_at, a.status, a.expires_at,
    a.version, a.moves, coalesce(a.for_name, p.name) as patient, a.for_name, a.relation, p.name as booker, a.put_over, a.put_over_why, a.booked_by, a.booked_at,
    a.end_reason
from appointments a left join people p on p.id = a.person_id
where a.person_id = $1 and a.status in ('booked', 'confirmed') and a.ends_at > $2
order by a.starts_at, a.id limit 1;

-- name: by_id
select a.id, a.person_id, a.lead_id, a.procedure_id, a.practitioner_id, a.starts_at, a.ends_at, a.status, a.expires_at,
    a.version, a.moves, coalesce(a.for_name, p.name) as patient, a.for_name, a.relation, p.name as booker, a.put_over, a.put_over_why, a.booked_by, a.booked_at,
    a.end_reason
from appointments a left join people p on p.id = a.person_id
where a.id = $1;

-- name: in_the_way
-- Visits to come that take a resource within a stretch: whoever takes time off sees whom it concerns.
select a.id from appointments a join occupancies o on o.appointment_id = a.id
join resources r on r.no = o.resource_no
where r.id = $1 and o.during && tstzrange($2, $3) and o.status in ('booked', 'confirmed')
order by a.starts_at, a.id;

-- name: reminders_of
-- What was decided about reminding of a person's visits, and what became of the messages.
select r.appointment_id, r.moves, r.ahead, r.outcome, r.decided_at, e.id as effect_id, e.status,
    coalesce(e.reason, e.decision -> 'reasons' ->> 0) as reason
from appointments a
join reminders r on r.appointment_id = a.id and r.moves = a.moves
left join effects e on e.key = r.effect_key
where a.person_id = $1
order by r.decided_at;

-- name: agreed_at
-- When the time of each of a person's visits was agreed on.
select id, settled_at from appointments where person_id = $1;

-- name: taking
-- Visits to come that take a resource ($1) between two moments, as a calendar shows them.
select a.id, a.person_id, a.lead_id, a.procedure_id, a.practitioner_id, a.starts_at, a.ends_at, a.status, a.expires_at,
    a.version, a.moves, coalesce(a.for_name, p.name) as patient, a.for_name, a.relation, p.name as booker, a.put_over, a.put_over_why, a.booked_by, a.booked_at,
    a.end_reason
from appointments a
join occupancies o on o.appointment_id = a.id
join resources r on r.no = o.resource_no
left join people p on p.id = a.person_id
where r.id = $1 and o.during && tstzrange($2, $3) and o.status in ('booked', 'confirmed')
order by a.starts_at, a.id;

-- name: of_call
-- How many visits came of a call ($2), and how many went in it; $1 is how the call is named as the one who did it.
select count(*) filter (where booked_by = $1) as booked, count(*) filter (where ended_by = $1) as cancelled
from appointments where person_id = (select person_id from calls where id = $2);
