-- The API for other systems: their keys, requests that may be repeated, and what they may know of runs.

create table api_keys (
    id uuid primary key,
    name text not null,
    prefix text not null unique,
    secret_hash text not null,
    scopes text[] not null,
    created_at timestamptz not null,
    created_by text not null,
    last_used_at timestamptz,
    revoked_at timestamptz
);
comment on column api_keys.prefix is 'The part of a key that may be shown: mc_<prefix>_<secret>.';
comment on column api_keys.secret_hash is 'SHA-256 of the secret: 256 random bits need no slow hash, and the table alone opens nothing.';
comment on column api_keys.created_by is 'user:<id>, or `command line`.';

create table api_requests (
    id text primary key,
    fingerprint text not null,
    token uuid not null,
    first_at timestamptz not null,
    begun_at timestamptz,
    finished_at timestamptz,
    key_day date,
    answer bytea
);
comment on table api_requests is 'A request with an Idempotency-Key. Its answer is sealed with the key of key_day.';
comment on column api_requests.id is 'Keyed hash of the API key''s owner, the route and the Idempotency-Key.';
comment on column api_requests.token is 'What the request sets off has this for its id, so that it is set off once whatever crashes.';
comment on column api_requests.begun_at is 'Since when somebody works on it; null when nobody does.';
create index api_requests_old on api_requests (first_at);

alter table asks add column owner text;
comment on column asks.owner is 'The API key that may fetch the outcome; null when the caller had to wait for it.';

-- Runs of the workflow engine, without what went into them or came out. The engine's tables may come after this
-- migration, so the functions find them when they are called.

create function run_problem(stored text) returns jsonb
language plpgsql immutable set search_path = pg_catalog as $$
declare
    said jsonb;
begin
    if stored is null then
        return null;
    end if;
    said := stored::jsonb;
    return jsonb_build_object(
        'error', coalesce(substring(coalesce(said ->> '__error__', said ->> 'name') from '^[A-Za-z_.]{1,80}$'), 'Error'),
        'code', substring(said ->> 'code' from '^[a-z0-9_]{1,64}$')
    );
exception
    when others then return jsonb_build_object('error', 'Error', 'code', null);
end $$;
comment on function run_problem is 'Class and code of an error; its words may quote somebody.';

create function runs_listed(
    wanted text, names text[], states text[], since_ms bigint, before_ms bigint, before_id text, most integer
) returns table (
    id text, name text, state text, queue text, created_ms bigint, started_ms bigint, completed_ms bigint,
    delayed_until_ms bigint, attempts bigint, forked_from text, problem jsonb
) language plpgsql stable security definer set search_path = pg_catalog, public
-- planned for what is asked, each time: one plan for all would read every run to find one
set plan_cache_mode = force_custom_plan as $$
begin
    return query
    select w.workflow_uuid, w.name, w.status, w.queue_name, w.created_at, w.started_at_epoch_ms, w.completed_at,
        w.delay_until_epoch_ms, w.recovery_attempts, w.forked_from, run_problem(coalesce(o.error, w.error))
    from dbos.workflow_status w
    left join dbos.workflow_output o on o.workflow_uuid = w.workflow_uuid
    where w.application_name = 'medicalcor'
        and (wanted is null or w.workflow_uuid = wanted)
        and (names is null or w.name = any(names))
        and (states is null or w.status = any(states))
        and (since_ms is null or w.created_at >= since_ms)
        and (before_ms is null or (w.created_at, w.workflow_uuid) < (before_ms, before_id))
    order by w.created_at desc, w.workflow_uuid desc
    limit most;
end $$;

create function run_steps(wanted text) returns table (
    step integer, name text, started_ms bigint, completed_ms bigint, child_run text, problem jsonb
) language plpgsql stable security definer set search_path = pg_catalog, public as $$
begin
    return query
    select s.function_id, s.function_name, s.started_at_epoch_ms, s.completed_at_epoch_ms, s.child_workflow_id,
        run_problem(s.error)
    from dbos.operation_outputs s where s.workflow_uuid = wanted order by s.function_id;
end $$;

-- Where the work on a lead or an effect waits its turn, for those who may start it and may read neither.

create function place_of_lead(wanted uuid) returns table (partition_key text, refusal text)
language sql stable security definer set search_path = pg_catalog, public as $$
    select coalesce(c.partition_key, wanted::text), case when c.id is null then 'nothing_was_said' end
    from leads l
    left join lateral (
        select m.conversation_id from messages m
        where m.lead_id = l.id and m.body is not null and not m.guest
            and m.kind not in ('reaction', 'edit', 'revoke', 'system', 'automatic')
        order by m.id desc limit 1
    ) latest on true
    left join conversations c on c.id = latest.conversation_id
    where l.id = wanted
$$;

create function place_of_effect(wanted uuid) returns table (partition_key text, refusal text)
language sql stable security definer set search_path = pg_catalog, public as $$
    select case when kind like 'hubspot.%' then 'crm:' || person_id else 'conversation:' || conversation_id end,
        case when status not in ('planned', 'held', 'unknown', 'delayed') then 'effect_has_ended' end
    from effects where id = wanted
$$;

do $$
begin
    if exists (select from pg_roles where rolname = 'medicalcor_app') then
        grant select, insert, update on api_keys to medicalcor_app;
        grant select, delete on api_requests to medicalcor_app;
    end if;
    if exists (select from pg_roles where rolname = 'medicalcor_gateway') then
        grant select (id, name, prefix, secret_hash, scopes, last_used_at, revoked_at) on api_keys to medicalcor_gateway;
        grant update (last_used_at) on api_keys to medicalcor_gateway;
        grant select, insert, update on api_requests to medicalcor_gateway;
        grant select (name, owner, asked_at, answered_at) on asks to medicalcor_gateway;
        revoke execute on function runs_listed(text, text[], text[], bigint, bigint, text, integer) from public;
        revoke execute on function run_steps(text) from public;
        revoke execute on function place_of_lead(uuid) from public;
        revoke execute on function place_of_effect(uuid) from public;
        grant execute on function runs_listed(text, text[], text[], bigint, bigint, text, integer) to medicalcor_gateway;
        grant execute on function run_steps(text) to medicalcor_gateway;
        grant execute on function place_of_lead(uuid) to medicalcor_gateway;
        grant execute on function place_of_effect(uuid) to medicalcor_gateway;
    end if;
end $$;
