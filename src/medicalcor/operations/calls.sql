-- name: call_by_ids
-- The call with one of these ids; Twilio's counts for more when two calls have one each.
select * from calls where twilio_sid = $1 or vapi_id = $2
order by twilio_sid is not distinct from $1 desc limit 1;

-- name: call
select * from calls where id = $1;

-- name: call_of_recording
select c.* from calls c join call_recordings r on r.call_id = c.id where r.sid = $1;

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

-- name: recordings
select * from call_recordings where call_id = $1 order by at, sid;

-- name: recording
select * from call_recordings where sid = $1;
