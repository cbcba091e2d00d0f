-- name: reported
-- What an object said last is put beside what the others said.
insert into payments (
    id, account, state, amount, paid, refunded, currency, failure, happened_at, paid_at, failed_at, next_at, ending,
    sayings, hints, request_ids, version, changed_at
) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
on conflict (id) do update
set state = excluded.state, amount = excluded.amount, paid = excluded.paid, refunded = excluded.refunded,
    currency = excluded.currency, failure = excluded.failure, happened_at = excluded.happened_at,
    paid_at = excluded.paid_at, failed_at = excluded.failed_at, next_at = excluded.next_at, ending = excluded.ending,
    sayings = payments.sayings || excluded.sayings, hints = excluded.hints, request_ids = excluded.request_ids,
    version = excluded.version, changed_at = excluded.changed_at;

-- name: payer_seen
update payments set payer_name = $2, payer_email = $3, payer_phone = $4 where id = $1;

-- name: referred
insert into payment_references (reference, payment_id) select reference, $2 from unnest($1::text[]) as reference
on conflict (reference) do update set payment_id = excluded.payment_id;

-- name: repointed
update payment_references set payment_id = $2 where payment_id = $1;

-- name: merged
update payments
set merged_into = $2, unmatched = null, payer_name = null, payer_email = null, payer_phone = null
where id = $1;

-- name: belongs
update payments
set person_id = $2, tied_by = $3, payer_name = $4, payer_email = $5, payer_phone = $6, unmatched = null,
    candidates = '{}', set_aside_at = null, changed_at = $7
where id = $1;

-- name: untied
update payments
set person_id = null, tied_by = null, payer_name = null, payer_email = null, payer_phone = null, changed_at = $2
where id = $1;

-- name: remember_customer
insert into payment_customers (customer_key, person_id, by_staff)
select customer_key, $2, false from unnest($1::text[]) as customer_key
on conflict (customer_key) do nothing;

-- name: settle_customer
insert into payment_customers (customer_key, person_id, by_staff)
select customer_key, $2, true from unnest($1::text[]) as customer_key
on conflict (customer_key) do update set person_id = excluded.person_id, by_staff = true;

-- name: unmatched
update payments set unmatched = $2, candidates = $3, changed_at = $4 where id = $1;

-- name: set_aside
update payments set set_aside_at = $2, changed_at = $2 where id = $1;

-- name: taken_back
update payments set set_aside_at = null where id = $1;

-- name: asked
insert into payment_requests (id, person_id, lead_id, amount, currency, reason, asked_by, asked_at)
values ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: link_made
update payment_requests set link_id = $2, url = $3, made_at = $4 where id = $1;

-- name: link_failed
update payment_requests set failed_reason = $2, failed_at = $3 where id = $1;

-- name: erase
-- That money came stays, for the books; whose it was and how to find them goes.
with forgotten as (delete from payment_customers where person_id = $1),
    unlinked as (update payment_requests set url = null where person_id = $1)
update payments set payer_name = null, payer_email = null, payer_phone = null where person_id = $1;
