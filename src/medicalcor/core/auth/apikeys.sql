-- name: add_key
insert into api_keys (id, name, prefix, secret_hash, scopes, created_at, created_by)
values ($1, $2, $3, $4, $5, $6, $7);

-- name: key_by_prefix
-- A key that is in force.
select id, name, secret_hash, scopes from api_keys where prefix = $1 and revoked_at is null;

-- name: all_keys
-- The newest first; those that are in force before those that were revoked.
select k.id, k.name, k.prefix, k.scopes, k.created_at, k.last_used_at, k.revoked_at, u.name as made_by
from api_keys k left join users u on 'user:' || u.id = k.created_by
order by k.revoked_at is not null, k.created_at desc;

-- name: revoke_key
update api_keys set revoked_at = coalesce(revoked_at, $2) where prefix = $1 returning revoked_at;

-- name: restore_key
-- Only shortly after it was revoked: what is long gone stays gone.
update api_keys set revoked_at = null where prefix = $1 and revoked_at > $2 returning id;

-- name: used_keys
-- Keys that were used, and when; written by each process now and then.
update api_keys k set last_used_at = used.at
from unnest($1::uuid[], $2::timestamptz[]) as used (id, at)
where k.id = used.id and (k.last_used_at is null or k.last_used_at < used.at);
