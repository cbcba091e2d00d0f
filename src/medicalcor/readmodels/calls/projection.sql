-- name: start
insert into calls (
    id, person_id, lead_id, conversation_id, direction, caller_kind, caller, twilio_sid, vapi_id, started_at
) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- name: link
update calls set twilio_sid = coalesce(twilio_sid, $2), vapi_id = coalesce(vapi_id, $3) where id = $1;

-- name: status
update calls set status = $2, rank = $3, sequence = $4, seconds = coalesce($5, seconds)
where id = $1 and ($3, coalesce($4, 0)) >= (rank, coalesce(sequence, 0));

-- name: agent
-- That somebody answered there is not taken back by a later failure.
update calls set agent_answered = coalesce(agent_answered, false) or $2, seconds = coalesce(seconds, $3) where id = $1;

-- name: end
update calls
set outcome = $2, seconds = coalesce($3, seconds), reason = coalesce($4, reason), ended_at = coalesce(ended_at, $5)
where id = $1;

-- name: record
-- That it is there, or what became of it here, is not undone by a late word of Twilio's.
insert into call_recordings (sid, call_id, person_id, "of", state, seconds, at)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (sid) do update
set state = case when call_recordings.state = 'said' then excluded.state else call_recordings.state end,
    "of" = excluded."of", seconds = coalesce(excluded.seconds, call_recordings.seconds);

-- name: recording
update call_recordings set state = $2 where sid = $1;

-- name: not_transcribed
update calls set not_transcribed = $2 where id = $1;

-- name: transcribed
update calls
set transcript_source = $2, transcript = $3, language = coalesce($4, language), message_id = coalesce(message_id, $5),
    transcribed_at = $6, not_transcribed = null
where id = $1;

-- name: analysed
update calls set analysed_by = $2, analysis = $3 where id = $1;

-- name: erase
update calls set caller = null, transcript = null, analysis = null where person_id = $1;
