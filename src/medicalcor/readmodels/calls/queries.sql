-- name: shown
-- A call as pages show it.
select c.id, c.person_id, c.lead_id, who.name, address.value as phone, c.caller_kind, c.caller, c.direction, c.status,
    c.started_at, c.ended_at, c.outcome, c.seconds, c.message_id, c.transcript, c.transcript_source, c.not_transcribed,
    c.analysed_by, c.analysis, who.erased_at is not null as erased,
    array(select r.state from call_recordings r where r.call_id = c.id order by r.at, r.sid) as recordings,
    array(
        select a.starts_at from appointments a
        where a.person_id = c.person_id and a.booked_by = 'call:' || c.id and a.status <> 'cancelled' order by a.starts_at
    ) as booked,
    array(select r.sid from call_recordings r where r.call_id = c.id and r.state = 'kept' order by r.at, r.sid) as kept
from calls c
join people who on who.id = c.person_id
left join lateral (
    select a.value from addresses a where a.person_id = c.person_id and a.kind = 'phone' order by a.added_at limit 1
) address on true

-- name: call_log
-- The newest calls, with one of some outcomes.
{shown}
where $1::text[] is null or c.outcome = any($1)
order by c.started_at desc, c.id desc limit $2

-- name: calls_of_lead
{shown}
where c.lead_id = $1
order by c.started_at desc, c.id desc limit $2

-- name: call
{shown}
where c.id = $1

-- name: call_counts
select outcome, count(*) as calls from calls group by outcome
