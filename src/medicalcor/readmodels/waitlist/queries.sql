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

-- name: offered
-- Who was offered what is on offer now; with $1 who has got an earlier time since then. What the policy did not let out
-- was never offered.
select f.opening_id, f.waiting_id, w.lead_id, p.name as patient, f.asked_at, f.ended_at, f.ended_why, f.starts_at,
    f.practitioner_id, d.name as practitioner, c.titles, w.since, f.person_id
from offers f
join openings o on o.id = f.opening_id
join waitlist w on w.id = f.waiting_id
join people p on p.id = f.person_id and p.erased_at is null
join procedures c on c.id = f.procedure_id
left join practitioners d on d.id = f.practitioner_id
where case when $1::timestamptz is null then o.closed_at is null and coalesce(f.ended_why, '') <> 'not_sent'
    else f.ended_why = 'accepted' and f.ended_at > $1 end
order by f.asked_at, f.id;

-- name: filled
-- What became of the times that came free since then, with the minutes until one of those who wait had theirs.
select
    count(*) filter (where closed_why = 'accepted') as by_waiting,
    count(*) filter (where closed_why = 'taken') as by_others,
    count(*) filter (where closed_why = 'past') as lapsed,
    percentile_cont(0.5) within group (order by extract(epoch from closed_at - found_at) / 60)
        filter (where closed_why = 'accepted') as minutes
from openings where found_at > $1 and closed_at is not null;
