-- Telephone calls: the call log, what was said, and recordings that are kept.

create table calls (
    id uuid primary key,
    person_id uuid not null,
    lead_id uuid not null,
    conversation_id uuid not null,
    direction text not null,
    caller_kind text not null,
    caller text,
    twilio_sid text unique,
    vapi_id text unique,
    status text,
    rank smallint not null default 0,
    sequence integer,
    agent_answered boolean,
    started_at timestamptz not null,
    ended_at timestamptz,
    outcome text,
    seconds integer,
    reason text,
    transcript_source text,
    transcript jsonb,
    language text,
    message_id uuid,
    transcribed_at timestamptz,
    not_transcribed text,
    analysed_by text,
    analysis jsonb
);
comment on column calls.rank is 'How far the status has come: a later word of a lower rank is old news.';
comment on column calls.message_id is 'The message that the caller''s own words became.';
create index calls_started on calls (started_at desc);
create index calls_person on calls (person_id, started_at);
create index calls_lead on calls (lead_id, started_at);
create index calls_message on calls (message_id) where message_id is not null;

create table call_recordings (
    sid text primary key,
    call_id uuid not null,
    person_id uuid not null,
    "of" text not null,
    state text not null,
    seconds integer,
    at timestamptz not null
);
comment on column call_recordings.state is 'said, ready or absent at Twilio; then kept (here, sealed) or dropped (nowhere any more).';
create index call_recordings_call on call_recordings (call_id);

create table call_sounds (
    sid text primary key,
    person_id uuid not null,
    sealed bytea not null,
    fetched_at timestamptz not null
);
comment on table call_sounds is 'The sound of a recording, sealed with the person''s key; not made from events.';

alter table leads add column missed_call_since timestamptz, add column missed_call text;
comment on column leads.missed_call is 'missed, failed or voicemail: the caller reached nobody, and waits for a person to call back.';

do $$
begin
    if exists (select from pg_roles where rolname = 'medicalcor_app') then
        grant select, insert, update, delete, truncate on calls, call_recordings to medicalcor_app;
        grant select, insert, delete on call_sounds to medicalcor_app;
    end if;
end $$;
