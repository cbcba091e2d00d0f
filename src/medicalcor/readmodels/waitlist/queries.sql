-- name: waiting
-- Who waits, the longest first; $2 one person's, or everybody's. Whoever's visit has begun or is off waits no longer.
select w.id, w.person_id, w.lead_id, p.name as patient, w.procedure_id, c.titles, w.practitioner_id,
    d.name as practitioner, w.appointment_id, a.starts_at as visit_at, w.part_of_day, w.weekdays, w.notice_minutes,
    w.since,
    (select count(*) from offers o where o.waiting_id = w.id and coalesce(o.ended_why, '') <> 'not_sent') as offers,
    (select max(o.asked_at) from offers o where o.waiting_id = w.id and o.ended_at is null) as offered_at
from waitlist w
join people p on p.id = w.person_id and p.erased_at is null
join procedures c on c.id = w.procedure_id
left join practitioners d on d.id = w.practitioner_id
left join appointments a on a.id = w.appointment_id
where w.left_at is null and ($2::uuid is null or w.person_id = $2)
    and (w.appointment_id is null or (a.status in ('booked', 'confirmed') and a.starts_at > $1))
order by w.since, w.id;

-- name: openings
-- Times that came free and that nobody has yet, with how many were asked and said no.
select o.id, o.practitioner_id, d.name as practitioner, o.starts_at, o.ends_at, o.found_at,
    (select count(*) from offers f where f.opening_id = o.id and coalesce(f.ended_why, '') <> 'not_sent') as asked,
    (select count(*) from offers f where f.opening_id = o.id and f.ended_why = 'declined') as declined
from openings o left join practitioners d on d.id = o.practitioner_id
where o.closed_at is null and o.starts_at > $1
order by o.starts_at, o.id;
