-- The foundation: what came in, what happened, what is known, what goes out.

-- Roles. A server on which we may not create roles works too: everything then runs as the owner.
do $$
declare
    wanted text;
begin
    foreach wanted in array array['medicalcor_app', 'medicalcor_gateway', 'medicalcor_report'] loop
        begin
            if not exists (select from pg_roles where rolname = wanted) then
                execute format('create role %I nologin', wanted);
            end if;
            if not pg_has_role(current_user, wanted, 'set') then
                execute format('grant %I to %I', wanted, current_user);
            end if;
        exception
            when insufficient_privilege then raise notice 'may not create role %', wanted;
            when duplicate_object or unique_violation then null;
        end;
    end loop;
end $$;

-- Keys ----------------------------------------------------------------------------------------------------

create table day_keys (
    day date primary key,
    wrapped bytea,
    destroyed_at timestamptz
);
comment on table day_keys is 'The key that seals one day''s inbox bodies, wrapped by the master key. Destroying it shreds them.';

create table subject_keys (
    subject_id uuid primary key,
    wrapped bytea,
    created_at timestamptz not null,
    destroyed_at timestamptz
);
comment on table subject_keys is 'The key that seals one person''s data in events. Destroying it erases the person.';

-- Inbox ---------------------------------------------------------------------------------------------------

create table inbox (
    id uuid primary key,
    provider text not null,
    event_key text not null,
    kind text not null,
    partition_key text not null,
    key_day date not null,
    body bytea not null,
    correlation_id text not null,
    traceparent text,
    received_at timestamptz not null,
    handled_at timestamptz,
    outcome text,
    reason text,
    constraint inbox_once unique (provider, event_key)
);
comment on column inbox.event_key is 'Keyed hash of the provider''s own id of the item: the item is stored once.';
comment on column inbox.kind is 'What handles it: message, status, notice, unread.';
comment on column inbox.body is 'The item as it came, sealed with the key of key_day.';
create index inbox_waiting on inbox (partition_key, id) where handled_at is null and kind = 'message';
create index inbox_statuses on inbox (id) where handled_at is null and kind = 'status';
create index inbox_unread on inbox (received_at) where kind = 'unread';

-- Event store ---------------------------------------------------------------------------------------------

create table stream_heads (
    stream text primary key,
    version integer not null,
    hash bytea not null
);

create table domain_events (
    position bigint generated always as identity primary key,
    event_id uuid not null unique,
    stream text not null,
    version integer not null,
    type text not null,
    schema_version smallint not null,
    subject_id uuid,
    payload jsonb not null,
    sealed bytea,
    occurred_at timestamptz not null,
    recorded_at timestamptz not null,
    correlation_id text not null,
    causation_id uuid,
    actor text not null,
    idempotency_key text unique,
    prev_hash bytea not null,
    hash bytea not null,
    transaction_id xid8 not null default pg_current_xact_id(),
    constraint one_version unique (stream, version)
);
create index domain_events_subject on domain_events (subject_id, position);
create index domain_events_type on domain_events (type, position);

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'events are never changed or removed' using errcode = 'insufficient_privilege';
end $$;
create trigger events_are_immutable before update or delete on domain_events
    for each row execute function refuse_change();
create trigger events_are_not_truncated before truncate on domain_events
    for each statement execute function refuse_change();

create table event_checkpoints (
    last_position bigint primary key,
    first_position bigint not null,
    events bigint not null,
    root bytea not null,
    previous bytea not null,
    signed_at timestamptz not null,
    signature bytea not null
);

-- Read models: rebuilt from events alone -------------------------------------------------------------------

create table people (
    id uuid primary key,
    name text,
    folded text not null default '',
    language text,
    source text not null,
    created_at timestamptz not null,
    opted_out_at timestamptz,
    erased_at timestamptz
);
create index people_search on people using gin (to_tsvector('simple', folded));

create table addresses (
    address_key text primary key,
    person_id uuid not null,
    kind text not null,
    value text,
    added_at timestamptz not null
);
comment on column addresses.kind is 'phone (E.164), whatsapp_user (business-scoped id), email.';
create index addresses_person on addresses (person_id);
create index addresses_value on addresses (value text_pattern_ops);

create table suppressions (
    address_key text primary key,
    since timestamptz not null,
    reason text not null
);

create table crm_links (
    person_id uuid primary key,
    provider text not null,
    external_id text not null,
    linked_at timestamptz not null
);

create table conversations (
    id uuid primary key,
    person_id uuid not null,
    lead_id uuid not null,
    channel text not null,
    partition_key text not null unique,
    clinic_address text not null,
    reply_kind text not null,
    reply_to text,
    opened_at timestamptz not null,
    last_inbound_at timestamptz,
    last_inbound_id uuid,
    last_outbound_at timestamptz,
    last_automatic_at timestamptz,
    taken_over_by uuid,
    taken_over_at timestamptz
);
comment on column conversations.reply_kind is 'What reply_to is: phone or whatsapp_user.';

create table leads (
    id uuid primary key,
    person_id uuid not null,
    conversation_id uuid,
    channel text not null,
    source text not null,
    created_at timestamptz not null,
    status text not null,
    language text,
    score smallint,
    classification text,
    confidence double precision,
    scorer text,
    scored_why text,
    urgency text,
    emergency boolean not null default false,
    opt_out boolean not null default false,
    budget boolean not null default false,
    intent_to_book boolean not null default false,
    procedures text[] not null default '{}',
    intent text,
    scored_at timestamptz,
    scored_message_id uuid,
    routing text,
    medical_flags text[] not null default '{}',
    hot_since timestamptz,
    emergency_since timestamptz,
    unanswered_since timestamptz,
    failed_since timestamptz,
    last_inbound_at timestamptz,
    last_text text,
    last_activity_at timestamptz not null,
    seen_by_staff_at timestamptz,
    archived_at timestamptz
);
create index leads_person on leads (person_id);
create index leads_activity on leads (last_activity_at desc) where archived_at is null;

create table messages (
    id uuid primary key,
    conversation_id uuid not null,
    person_id uuid not null,
    lead_id uuid not null,
    kind text not null,
    body text,
    media jsonb,
    provider_id text,
    in_reply_to text,
    sent_at timestamptz not null,
    received_at timestamptz not null
);
create index messages_conversation on messages (conversation_id, received_at);

create table scores (
    id uuid primary key,
    lead_id uuid not null,
    person_id uuid not null,
    message_id uuid not null,
    at timestamptz not null,
    scorer text not null,
    why text not null,
    version text not null,
    score smallint not null,
    classification text not null,
    confidence double precision not null,
    output jsonb,
    turns uuid[] not null,
    rules_score smallint,
    agreed boolean
);
create index scores_lead on scores (lead_id, at);
create index scores_message on scores (message_id);

create table effects (
    id uuid primary key,
    key text not null unique,
    kind text not null,
    person_id uuid not null,
    lead_id uuid,
    conversation_id uuid,
    cause_id uuid,
    purpose text not null,
    author text not null,
    content jsonb,
    decision jsonb not null,
    status text not null,
    planned_at timestamptz not null,
    hold_until timestamptz,
    ended_at timestamptz,
    sent_at timestamptz,
    delivered_at timestamptz,
    read_at timestamptz,
    reason text,
    provider_id text
);
create index effects_lead on effects (lead_id, planned_at);
create index effects_cause on effects (cause_id);
create index effects_conversation on effects (conversation_id, planned_at);
create index effects_provider on effects (provider_id) where provider_id is not null;
create index effects_open on effects (planned_at) where status in ('planned', 'held', 'unknown', 'delayed');

create table timeline (
    position bigint primary key,
    lead_id uuid not null,
    person_id uuid not null,
    at timestamptz not null,
    type text not null,
    actor text not null,
    data jsonb not null
);
create index timeline_lead on timeline (lead_id, position);

-- Operational: not history, not rebuilt --------------------------------------------------------------------

create table effect_attempts (
    effect_id uuid not null,
    attempt integer not null,
    started_at timestamptz not null,
    ended_at timestamptz,
    outcome text,
    reason text,
    primary key (effect_id, attempt)
);
comment on column effect_attempts.outcome is 'sent, rejected, not_done, unknown; null while the provider is being asked.';

create table processes (
    id text primary key,
    kind text not null,
    host text not null,
    pid integer not null,
    started_at timestamptz not null,
    last_seen timestamptz not null,
    stopped_at timestamptz
);

create table users (
    id uuid primary key,
    email text not null unique,
    name text not null,
    role text not null,
    language text not null default 'ro',
    password_hash text not null,
    created_at timestamptz not null,
    disabled_at timestamptz,
    failed_sign_ins integer not null default 0,
    locked_until timestamptz
);

create table web_sessions (
    id text primary key,
    data bytea not null,
    expires_at timestamptz not null
);

-- Durable work: starts go in with our own rows --------------------------------------------------------------

create function start_workflow(
    workflow text, queue text, id text, args json[], partition_key text, not_before timestamptz default null
) returns text language plpgsql security definer set search_path = pg_catalog, public as $$
begin
    return dbos.enqueue_workflow(
        workflow_name => workflow, queue_name => queue, workflow_id => id, positional_args => args,
        queue_partition_key => partition_key, application_name => 'medicalcor',
        delay_until_epoch_ms => (extract(epoch from not_before) * 1000)::bigint
    );
end $$;

do $$
begin
    if (select count(*) from pg_roles where rolname in ('medicalcor_app', 'medicalcor_gateway', 'medicalcor_report')) < 3 then
        return;
    end if;
    grant usage on schema public to medicalcor_app, medicalcor_gateway, medicalcor_report;

    grant select, insert, update, delete on all tables in schema public to medicalcor_app;
    grant truncate on people, addresses, suppressions, crm_links, conversations, leads, messages, scores, effects, timeline to medicalcor_app;
    revoke update, delete on domain_events, event_checkpoints, schema_migrations from medicalcor_app;

    grant insert on inbox to medicalcor_gateway;
    grant select (id, provider, event_key, kind, partition_key, received_at) on inbox to medicalcor_gateway;
    grant select, insert on day_keys to medicalcor_gateway;
    grant select, insert, update on processes to medicalcor_gateway;
    grant select on schema_migrations to medicalcor_gateway;

    grant select (position, event_id, stream, version, type, schema_version, occurred_at, recorded_at) on domain_events to medicalcor_report;
    grant select (id, channel, source, created_at, status, language, score, classification, urgency, emergency, procedures) on leads to medicalcor_report;

    revoke execute on function start_workflow(text, text, text, json[], text, timestamptz) from public;
    grant execute on function start_workflow(text, text, text, json[], text, timestamptz) to medicalcor_app, medicalcor_gateway;
end $$;
