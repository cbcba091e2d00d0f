-- name: call_by_ids
-- The call with one of these ids; Twilio's counts for more when two calls have one each.
select * from calls where twilio_sid = $1 or vapi_id = $2
order by twilio_sid is not distinct from $1 desc limit 1;

-- name: call
select * from calls where id = $1;

-- name: call_to_join
-- The person's latest call since $2 of which only the other provider has told: one that is still going on, or one
-- that the agent took and that ended since $3. $4: Twilio tells now, so that it must not have told before.
select c.* from calls c join addresses a using (person_id)
where a.address_key = any($1::text[]) and c.started_at > $2
    and case when $4::bool then c.twilio_sid is null else c.vapi_id is null end
    and (c.ended_at is null or (c.outcome in ('answered_by_agent', 'handed_over') and c.ended_at > $3))
order by c.started_at desc limit 1;

-- name: ids_taken
select from calls where (twilio_sid = $1 or vapi_id = $2) and id <> $3;

-- name: language_of
select language from people where id = $1;

-- name: recordings
select * from call_recordings where call_id = $1 order by at, sid;

-- name: recording
select * from call_recordings where sid = $1;

-- name: told_lately
-- Whether the person was written to about a missed call since then.
select exists (
    select from effects
    where person_id = $1 and purpose = 'missed_call' and planned_at > $2
        and status in ('planned', 'held', 'delayed', 'unknown', 'sent', 'delivered', 'read')
);

-- name: calls_without_end
select id from calls where ended_at is null and started_at < $1 order by started_at limit 200;

-- name: recording_in_full
-- A recording, its call, and whether the sound is here.
select c.*, r.sid, r."of", r.state, r.at as recorded_at, who.erased_at is not null as erased,
    exists (select from call_sounds s where s.sid = r.sid) as fetched
from call_recordings r
join calls c on c.id = r.call_id
join people who on who.id = c.person_id
where r.sid = $1;

-- name: waiting_recordings
-- Recordings that waited for AI, now that it is on ($1); those of which Twilio only said that they are being made,
-- between $2 and $3, and never that they are there; and those of people who have been erased since.
select sid, call_id from (
    select r.sid, r.call_id, r.at
    from calls c join call_recordings r on r.call_id = c.id
    where $1::bool and c.not_transcribed = 'ai_off' and r.state in ('ready', 'kept')
    union
    select r.sid, r.call_id, r.at
    from call_recordings r join calls c on c.id = r.call_id
    where r.state = 'said' and r.at between $2 and $3 and c.not_transcribed is null
    union
    select r.sid, r.call_id, r.at
    from people who join call_recordings r on r.person_id = who.id
    where who.erased_at is not null and r.state in ('said', 'ready', 'kept')
) as waiting
order by at limit 200;

-- name: store_sound
insert into call_sounds (sid, person_id, sealed, fetched_at) values ($1, $2, $3, $4) on conflict (sid) do nothing;

-- name: sound
select sealed from call_sounds where sid = $1;

-- name: drop_sound
delete from call_sounds where sid = $1;
