-- name: start_session
-- A new session; expired ones of everybody go at the same time.
with gone as (delete from web_sessions where expires_at < $4 or last_seen_at < $6)
insert into web_sessions (id, user_id, expires_at, started_at, last_seen_at) values ($1, $2, $3, $4, $5);

-- name: session_user
-- Whose session it is, while it lasts and its user is not disabled.
select s.id as session_id, s.last_seen_at, u.id, u.email, u.name, u.role, u.language
from web_sessions s join users u on u.id = s.user_id
where s.id = $1 and s.expires_at > $2 and s.last_seen_at > $3 and u.disabled_at is null;

-- name: touch_session
update web_sessions set last_seen_at = $2 where id = $1;

-- name: end_session
delete from web_sessions where id = $1;

-- name: end_sessions_of
delete from web_sessions where user_id = $1;

-- name: count_failure
-- One more failed try; long quiet starts the count again.
insert into sign_in_failures as f (key, failures, last_at) values ($1, 1, $2)
on conflict (key) do update set
    failures = case when f.last_at < $3 then 1 else f.failures + 1 end,
    last_at = excluded.last_at
returning failures;

-- name: lock
update sign_in_failures set locked_until = $2 where key = $1;

-- name: locked_until
select max(locked_until) from sign_in_failures where key = any($1::text[]) and locked_until > $2;

-- name: forget_failures
delete from sign_in_failures where key = any($1::text[]);

-- name: account_by_email
select id, email, name, role, language, password_hash, disabled_at from users where email = $1;

-- name: add_account
insert into users (id, email, name, role, language, password_hash, created_at)
values ($1, $2, $3, $4, $5, $6, $7);

-- name: set_password
update users set password_hash = $2 where id = $1;

-- name: set_language
update users set language = $2 where id = $1;

-- name: disable_account
update users set disabled_at = coalesce(disabled_at, $2) where id = $1;

-- name: note_access
insert into record_accesses (id, user_id, person_id, what, object_id, at) values ($1, $2, $3, $4, $5, $6);
