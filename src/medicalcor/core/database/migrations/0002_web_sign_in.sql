-- Signing in: sessions that know whose they are, lock-out that does not tell who exists, and who looked at whom.

alter table web_sessions
    drop column data,
    add column user_id uuid not null references users (id) on delete cascade,
    add column started_at timestamptz not null,
    add column last_seen_at timestamptz not null;
comment on column web_sessions.id is 'SHA-256 of the cookie''s value: the table alone opens nothing.';
comment on column web_sessions.expires_at is 'The latest moment, however busy the session is; idle ones end sooner.';
create index web_sessions_user on web_sessions (user_id);

-- Failures are counted by a hash of what was typed, whether or not such a user exists.
alter table users drop column failed_sign_ins, drop column locked_until;
create table sign_in_failures (
    key text primary key,
    failures integer not null,
    last_at timestamptz not null,
    locked_until timestamptz
);

create table record_accesses (
    id uuid primary key,
    user_id uuid not null,
    person_id uuid,
    what text not null,
    object_id uuid not null,
    at timestamptz not null
);
comment on table record_accesses is 'Who opened whose record, and when. Ids only.';
create index record_accesses_person on record_accesses (person_id, at);

do $$
begin
    if exists (select from pg_roles where rolname = 'medicalcor_app') then
        grant select, insert, update, delete on sign_in_failures to medicalcor_app;
        grant select, insert on record_accesses to medicalcor_app;
    end if;
end $$;

create index scores_disagreed on scores (lead_id, at) where not agreed;
