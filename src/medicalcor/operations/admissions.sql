-- name: decided
-- What was decided about the times of visits, and when a held time was taken: of these streams ($1), in order.
select type, occurred_at as at, actor, coalesce(payload ->> 'refusal_id', payload ->> 'appointment_id')::uuid as id,
    coalesce(payload -> 'wanted' ->> 'starts_at', payload -> 'visit' ->> 'starts_at', payload ->> 'starts_at') as starts_at,
    payload -> 'admission' as admission, payload -> 'visit' -> 'takes' as takes, payload -> 'offered' as offered,
    payload ->> 'held_until' as held_until
from domain_events
where stream = any ($1::text[]) and type in (
    'appointment.held', 'appointment.booked', 'appointment.kept', 'appointment.moved', 'appointment.refused'
)
order by position;

-- name: every
-- The same of all visits there ever were.
select type, occurred_at as at, actor, coalesce(payload ->> 'refusal_id', payload ->> 'appointment_id')::uuid as id,
    coalesce(payload -> 'wanted' ->> 'starts_at', payload -> 'visit' ->> 'starts_at', payload ->> 'starts_at') as starts_at,
    payload -> 'admission' as admission, payload -> 'visit' -> 'takes' as takes, payload -> 'offered' as offered,
    payload ->> 'held_until' as held_until
from domain_events
where type in (
    'appointment.held', 'appointment.booked', 'appointment.kept', 'appointment.moved', 'appointment.refused'
)
order by position;

-- name: refusal
-- Whose wish was refused.
select person_id from refused_visits where id = $1;

-- name: refused
-- The latest wishes that were refused ($1 at the most), since then ($2).
select r.id, r.at, r.actor, p.code as procedure, r.starts_at, r.appointment_id, r.verdict, r.reason, r.offered
from refused_visits r left join procedures p on p.id = r.procedure_id
where r.at > $2
order by r.at desc limit $1;

-- name: names
-- Everybody and everything that visits take, by number.
select r.no, coalesce(p.name, r.label) as name from resources r left join practitioners p on p.id = r.id;
