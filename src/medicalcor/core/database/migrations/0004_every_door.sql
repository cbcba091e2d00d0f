-- What every door needs: consents, one story a lead across its channels, and questions that somebody waits on.

create table consents (
    person_id uuid not null,
    purpose text not null,
    channel text,
    text_version text,
    language text,
    granted_at timestamptz,
    withdrawn_at timestamptz,
    primary key (person_id, purpose)
);
comment on table consents is 'Active: granted_at is set and withdrawn_at is null.';

create index inbox_unhandled on inbox (received_at) where handled_at is null;
create index messages_lead on messages (lead_id, received_at);
create index conversations_person on conversations (person_id, channel);

create table asks (
    id uuid primary key,
    name text not null,
    key_day date not null,
    input bytea not null,
    correlation_id text not null,
    traceparent text,
    asked_at timestamptz not null,
    answered_at timestamptz,
    status smallint,
    outcome bytea
);
comment on table asks is 'Asked at the gateway, answered by a worker while the caller waits. Input and outcome are sealed with the key of key_day.';
comment on column asks.status is 'The HTTP status that the outcome is answered with.';
create index asks_old on asks (asked_at);

do $$
begin
    if exists (select from pg_roles where rolname = 'medicalcor_app') then
        grant select, insert, update, delete, truncate on consents to medicalcor_app;
        grant select, insert, update, delete on asks to medicalcor_app;
    end if;
    if exists (select from pg_roles where rolname = 'medicalcor_gateway') then
        grant insert on asks to medicalcor_gateway;
        grant select (id, key_day, status, outcome) on asks to medicalcor_gateway;
    end if;
end $$;
