-- name: store
insert into inbox (
    id, provider, event_key, kind, partition_key, key_day, body, correlation_id, received_at, reason
) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- name: is_stored
select exists (select from inbox where provider = $1 and event_key = $2);

-- name: is_empty
-- Nothing has come in, nothing has happened.
select not exists (select from domain_events) and not exists (select from inbox);

-- name: one_at_a_time
select pg_advisory_xact_lock(hashtext('medicalcor seed'));

-- name: open_effects
-- What was planned and has not been delivered, in the order in which it was.
select id, kind from effects where status = 'planned' and not id = any($1::uuid[]) order by planned_at, id;

-- name: place
select lead_id, conversation_id from messages where id = $1;

-- name: place_of_call
select lead_id, conversation_id from calls where id = $1;

-- name: provider_id
select provider_id from effects where id = $1;

-- name: before
-- What a story goes on from: $1 its lead, $2 its conversation.
select l.id as lead_id, l.person_id,
    (select r.id from payment_requests r where r.lead_id = l.id order by r.asked_at desc limit 1) as payment_request_id,
    (select e.provider_id from effects e
        where e.conversation_id = $2 and e.kind = 'email.message' and e.provider_id is not null
        order by e.sent_at desc limit 1) as mail
from leads l where l.id = $1;

-- name: started_runs
-- Runs of these names that have been started and are not among $2, with when they are due.
select s.workflow_uuid as id, s.name, i.inputs,
    to_timestamp(coalesce(s.delay_until_epoch_ms, 0) / 1000.0) as due
from dbos.workflow_status s join dbos.workflow_input i using (workflow_uuid)
where s.name = any($1::text[]) and not s.workflow_uuid = any($2::text[])
order by 4, 1;

-- name: remove_runs
-- The runs that planning started: what they were to do has been done (the engine's four tables, DBOS 3.4.0).
with done as (
    select workflow_uuid from dbos.workflow_status where workflow_uuid = any($1::text[])
),
inputs as (delete from dbos.workflow_input where workflow_uuid in (select workflow_uuid from done)),
outputs as (delete from dbos.workflow_output where workflow_uuid in (select workflow_uuid from done)),
steps as (delete from dbos.operation_outputs where workflow_uuid in (select workflow_uuid from done))
delete from dbos.workflow_status where workflow_uuid in (select workflow_uuid from done);

-- name: bookable_leads
-- Those who may well have come: nobody who wants to be left alone, in an order that stays.
select l.id, l.person_id from leads l join people p on p.id = l.person_id
where l.intent_to_book and p.opted_out_at is null and p.erased_at is null order by l.created_at, l.id;
