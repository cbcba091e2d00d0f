-- name: entry
-- One who waits, and the visit that they have.
select w.id, w.person_id, w.lead_id, w.appointment_id, w.procedure_id, w.left_at, a.status, a.starts_at as visit_at
from waitlist w left join appointments a on a.id = w.appointment_id
where w.id = $1;

-- name: wished
-- What somebody waits or waited for.
select person_id, lead_id, appointment_id, procedure_id, practitioner_id, part_of_day, weekdays, notice_minutes
from waitlist where id = $1;

-- name: waits_already
-- Whether this person waits for the same thing already: with this visit, or with none.
select id from waitlist
where person_id = $1 and procedure_id = $2 and appointment_id is not distinct from $3 and left_at is null;

-- name: visit_of
select person_id, status, starts_at from appointments where id = $1;

-- name: procedure_exists
select exists (select from procedures where id = $1 and is_active);

-- name: wait_in_vain
-- Who waits with a visit that has begun or is off; who waited with none and has one for it now.
select w.id, w.person_id, 'visit_over' as reason from waitlist w join appointments a on a.id = w.appointment_id
where w.left_at is null and (a.status not in ('booked', 'confirmed') or a.starts_at <= $1)
union all
select w.id, w.person_id, 'got_earlier' from waitlist w
where w.left_at is null and w.appointment_id is null and exists (
    select from appointments a
    where a.person_id = w.person_id and a.procedure_id = w.procedure_id and a.status in ('booked', 'confirmed')
        and a.starts_at > $1 and a.booked_at >= w.since
)
limit 500;

-- name: opening_there
-- Whether this time is known to be free already.
select exists (select from openings where practitioner_id = $1 and starts_at = $2 and closed_at is null);

-- name: open_openings
select id, practitioner_id, starts_at, ends_at from openings where closed_at is null order by starts_at limit 500;

-- name: opening
select id, practitioner_id, starts_at, ends_at, closed_at, closed_why from openings where id = $1;

-- name: who_is_there
-- Who has the practitioner at this moment, a hold while it counts.
select a.person_id, a.status
from resources r
join occupancies o on o.resource_no = r.no and o.begins <= extract(epoch from $2::timestamptz)
    and o.ends > extract(epoch from $2::timestamptz) and o.status in ('held', 'booked', 'confirmed')
join appointments a on a.id = o.appointment_id
where r.id = $1 and a.starts_at < $3 and a.ends_at > $2 and (a.status <> 'held' or a.expires_at > $4)
order by a.status = 'held', a.starts_at limit 1;

-- name: waiting_for
-- Who waits for something that this practitioner does, with how often they were offered something lately ($2 since).
select
    w.id, w.person_id, w.procedure_id, w.practitioner_id, w.part_of_day, w.weekdays, w.notice_minutes, w.since,
    w.appointment_id, c.minutes, a.starts_at as visit_at, d.skills, c.skill,
    (
        select count(*) from offers o
        where o.waiting_id = w.id and o.asked_at > $2 and coalesce(o.ended_why, '') <> 'not_sent'
    ) as offers
from waitlist w
join people p on p.id = w.person_id and p.erased_at is null
join procedures c on c.id = w.procedure_id and c.is_active
join practitioners d on d.id = $1 and (c.skill is null or c.skill = any(d.skills))
left join appointments a on a.id = w.appointment_id
where w.left_at is null and (w.appointment_id is null or (a.status in ('booked', 'confirmed') and a.starts_at > $3));

-- name: asked
-- Who was offered this opening, and when.
select waiting_id, person_id, asked_at, ended_why from offers where opening_id = $1;

-- name: offer_made
-- Whether this person was offered it already, for whatever they wait for.
select exists (select from offers where opening_id = $1 and (waiting_id = $2 or person_id = $3));

-- name: had_offer
-- Whether this person was asked.
select exists (select from offers where opening_id = $1 and person_id = $2 and coalesce(ended_why, '') <> 'not_sent');

-- name: offers_of
-- Offers of an opening that nobody has ended.
select id, person_id, waiting_id from offers where opening_id = $1 and ended_at is null order by asked_at, id;

-- name: offer
select
    o.id, o.opening_id, o.waiting_id, o.person_id, o.procedure_id, o.practitioner_id, o.starts_at, o.ended_at, o.ended_why,
    w.appointment_id, w.lead_id, w.since, w.left_at, p.closed_at, p.closed_why
from offers o join waitlist w on w.id = o.waiting_id join openings p on p.id = o.opening_id
where o.id = $1 and o.person_id = $2;

-- name: offer_by_mail
-- An offer ($1) to this person ($2) with the conversation in which it was made by mail; $3 is the message's key.
select
    o.id, o.opening_id, o.waiting_id, o.person_id, o.procedure_id, o.practitioner_id, o.starts_at, o.ended_at, o.ended_why,
    w.appointment_id, p.closed_at, e.conversation_id, t.lead_id as talk_lead_id
from offers o
join waitlist w on w.id = o.waiting_id
join openings p on p.id = o.opening_id
join effects e on e.key in ($3, $3 || ':mail') and e.kind = 'email.message'
join conversations t on t.id = e.conversation_id
where o.id = $1 and o.person_id = $2
order by e.planned_at desc limit 1;

-- name: offer_messages
-- The messages by which somebody was asked, and whether each can still be called back.
select e.id, e.kind, e.person_id, e.status, e.status in ('planned', 'held', 'delayed')
    and not exists (select from effect_attempts t where t.effect_id = e.id and t.ended_at is null) as pending
from effects e where e.key in ($1, $1 || ':mail');

-- name: strays
-- Openings that are closed and still offered: whoever was asked in the very moment.
select distinct o.opening_id as id from offers o join openings p on p.id = o.opening_id
where o.ended_at is null and p.closed_at is not null limit 500;
