-- name: visits_ahead
-- Visits that stand and begin within a stretch, each with what was decided about its reminders; what was called back
-- because another visit in the same message changed is undecided again. $3 one person's, or everybody's.
select
    a.id, a.person_id, a.starts_at, a.status, a.settled_at, a.moves,
    (
        select value from addresses s where s.person_id = a.person_id and s.kind = 'phone' order by s.added_at limit 1
    ) as phone,
    coalesce(
        array_agg(r.ahead) filter (
            where r.ahead is not null and not (coalesce(e.status, '') = 'void' and e.reason = 'visit_changed')
        ), '{}'
    ) as decided
from appointments a
join people p on p.id = a.person_id and p.erased_at is null
left join reminders r on r.appointment_id = a.id and r.moves = a.moves
left join effects e on e.key = r.effect_key
where a.status in ('booked', 'confirmed') and a.starts_at > $1 and a.starts_at < $2
    and ($3::uuid is null or a.person_id = $3)
group by a.id;

-- name: told
-- What is said of visits to whoever comes: when, what and with whom.
select a.id, a.person_id, a.starts_at, a.for_name, a.relation, a.status, a.moves, c.titles, c.preparation, d.name as practitioner
from appointments a
join procedures c on c.id = a.procedure_id
left join practitioners d on d.id = a.practitioner_id
where a.id = any($1::uuid[])
order by a.starts_at, a.id;

-- name: told_offer
-- The same of a time that nobody has yet; $3 the visit that it would stand in for, whose patient comes.
select c.titles, c.preparation, d.name as practitioner, a.for_name, a.relation
from procedures c left join practitioners d on d.id = $2 left join appointments a on a.id = $3
where c.id = $1;

-- name: a_line
-- A conversation in which it can be shown that something was not sent, the one on WhatsApp first.
select c.id, c.channel, c.reply_kind, p.language
from conversations c join people p on p.id = c.person_id
where c.person_id = $1
order by c.channel = 'whatsapp' desc, c.opened_at limit 1;

-- name: pending_reminders
-- What is still to go out about this visit; what is on its way cannot be called back.
select e.id, e.kind, e.person_id
from reminders r join effects e on e.key = r.effect_key
where r.appointment_id = $1 and e.status in ('planned', 'held', 'delayed')
    and not exists (select from effect_attempts t where t.effect_id = e.id and t.ended_at is null);

-- name: of_message
-- The visits that one message reminded of.
select r.appointment_id as id, r.moves from reminders r
where r.message_id = $1 and r.person_id = $2 order by r.appointment_id;

-- name: tapped_reminder
-- How often the visit had been moved when the message was written whose button was tapped.
select r.moves
from messages m join effects e on e.provider_id = m.in_reply_to join reminders r on r.effect_key = e.key
where m.id = $1 and r.appointment_id = $2;

-- name: said_last
-- What this conversation last heard from the clinic, or what is quoted of it; a visit's reminder, an offer, or else.
select e.key, e.purpose from effects e
where e.conversation_id = $1 and (e.kind like 'whatsapp.%' or e.kind like 'email.%')
    and e.status in ('sent', 'delivered', 'read', 'planned', 'unknown', 'delayed')
order by coalesce(e.provider_id = $2, false) desc, e.planned_at desc, e.id desc limit 1;

-- name: reminded_by
-- The visits of a message, by its effect.
select r.appointment_id as id, r.message_id from reminders r where r.effect_key = $1 order by r.appointment_id;

-- name: visits_to_come
select id from appointments
where person_id = $1 and status in ('booked', 'confirmed') and starts_at > $2
order by starts_at limit 2;

-- name: still_reminded_by
-- The visits of a message, by its effect ($1), that stand as they were when it was written.
select a.id, a.person_id, a.starts_at, a.status, a.settled_at, a.moves, r.ahead
from reminders r join appointments a on a.id = r.appointment_id and a.moves = r.moves
where r.effect_key = $1 and a.status in ('booked', 'confirmed')
order by a.starts_at, a.id;
