-- name: create_person
insert into people (id, name, folded, source, created_at) values ($1, $2, $3, $4, $5);

-- name: name_person
update people set name = $2, folded = $3 where id = $1;

-- name: add_address
insert into addresses (address_key, person_id, kind, value, added_at) values ($1, $2, $3, $4, $5)
on conflict (address_key) do update set person_id = excluded.person_id, value = excluded.value;

-- name: set_language
update people set language = $2 where id = $1 and not language_chosen;

-- name: choose_language
update people set language = coalesce($2, language), language_chosen = $2::text is not null where id = $1;

-- name: opt_out
with person as (update people set opted_out_at = coalesce(opted_out_at, $2) where id = $1)
insert into suppressions (address_key, since, reason)
select key, $2, 'opted_out' from unnest($3::text[]) as key
on conflict (address_key) do nothing;

-- name: suppress
insert into suppressions (address_key, since, reason) values ($1, $2, 'opted_out')
on conflict (address_key) do nothing;

-- name: silent_before
-- Whoever asked for silence before they were known is somebody who opted out.
update people p set opted_out_at = coalesce(p.opted_out_at, s.since)
from suppressions s where p.id = $1 and s.address_key = $2 and s.reason = 'opted_out';

-- name: lift
with person as (update people set opted_out_at = null where id = $1)
delete from suppressions where address_key = any($2::text[]) and reason = 'opted_out';

-- name: link_crm
insert into crm_links (person_id, provider, external_id, linked_at) values ($1, $2, $3, $4)
on conflict (person_id) do update set external_id = excluded.external_id, linked_at = excluded.linked_at;

-- name: erase
with addresses_blanked as (update addresses set value = null where person_id = $1),
    suppressed as (
        insert into suppressions (address_key, since, reason)
        select address_key, $2, 'person_erased' from addresses where person_id = $1
        on conflict (address_key) do nothing
    ),
    unlinked as (delete from crm_links where person_id = $1)
update people set name = null, folded = '', erased_at = $2 where id = $1;
