-- name: form_key
-- What came with this key the first time; this form, when it is the first.
with mine as (
    insert into form_keys (form_key, fingerprint, received_at) values ($1, $2, $3)
    on conflict (form_key) do nothing returning fingerprint
)
select fingerprint from mine union all select fingerprint from form_keys where form_key = $1 limit 1

-- name: stored_form
select id from inbox where provider = 'web' and event_key = $1
