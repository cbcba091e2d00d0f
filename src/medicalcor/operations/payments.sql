-- name: event_handled
update inbox set handled_at = $2, outcome = $3 where id = $1 and handled_at is null;

-- name: payments_by_reference
-- Payments that go by one of these ids of the provider's, with all ids that they go by.
select p.id, p.person_id, p.sayings, p.hints, p.payer_name, p.payer_email, p.payer_phone,
    exists (select from people who where who.id = p.person_id and who.erased_at is not null) as erased,
    array(select reference from payment_references own where own.payment_id = p.id order by 1) as names
from payments p
where p.id = $2::uuid or p.id in (select payment_id from payment_references where reference = any($1::text[]))
order by p.id;

-- name: other_half
-- The invoice of this intent, or the intent of this invoice: paid by the same customer, as much, within ten minutes.
select p.id from payments p
where p.merged_into is null and p.account = 'payment' and p.request_ids = '{}'
    and p.paid_at between $6::timestamptz - interval '10 minutes' and $6::timestamptz + interval '10 minutes'
    and p.paid = $4::bigint and p.currency = $5::text and p.hints -> 'customer_keys' ? $2::text
    and exists (select from jsonb_each(p.sayings) as said where said.value ->> 'kind' = $3::text)
    and not exists (
        select from jsonb_each(p.sayings) as said
        where said.value ->> 'kind' in ('checkout', 'payment', 'invoice') and said.value ->> 'kind' <> $3::text
    )
    and not exists (
        select from payment_references r
        join payments own on own.id = r.payment_id
        cross join lateral jsonb_each(own.sayings) as said
        where r.reference = any($1::text[]) and said.value ->> 'kind' in ('checkout', $3::text)
    )
order by p.paid_at, p.id limit 1;

-- name: payment
-- One payment as it stands.
select id, account, state, amount, paid, refunded, currency, failure, happened_at, paid_at, failed_at, next_at, ending,
    sayings, hints, payer_name, payer_email, payer_phone, person_id, tied_by, unmatched, candidates, set_aside_at,
    merged_into, version
from payments where id = $1;

-- name: people_by_hints
-- Whom each kind of hint leads to; the erased are nobody.
select found.rank, found.person_id from (
    select 'asked' as rank, person_id from payment_requests where id = any($1::uuid[])
    union select 'named', id from people where id = any($2::uuid[])
    union select 'named', person_id from leads where id = any($3::uuid[])
    union select case when by_staff then 'settled' else 'customer' end, person_id
        from payment_customers where customer_key = any($4::text[])
    union select 'phone', person_id from addresses where address_key = any($5::text[])
    union select 'email', person_id from addresses where address_key = any($6::text[])
) as found
join people p on p.id = found.person_id and p.erased_at is null;

-- name: told_of_payment
-- What was planned about a payment, or about those that were merged into it.
select key from effects where cause_id = $1 or cause_id in (select id from payments where merged_into = $1);

-- name: reach
-- How somebody can be written to: their lines on WhatsApp and by mail, and the addresses that they left.
select
    p.language, p.erased_at,
    (select id from leads l where l.person_id = p.id order by created_at desc limit 1) as lead_id,
    (select id from conversations c where c.person_id = p.id order by opened_at desc limit 1) as any_conversation,
    talk.id as whatsapp_id, talk.last_inbound_at, talk.reply_kind as whatsapp_kind,
    (select id from conversations c where c.person_id = p.id and c.channel = 'email' order by opened_at desc limit 1)
        as email_id,
    phone.value as phone, mail.value as email, mail.own
from people p
left join lateral (
    select id, last_inbound_at, reply_kind from conversations c
    where c.person_id = p.id and c.channel = 'whatsapp' order by last_inbound_at desc nulls last limit 1
) talk on true
left join lateral (
    select value from addresses a where a.person_id = p.id and a.kind = 'phone' order by added_at limit 1
) phone on true
left join lateral (
    select value, address_key = any($2::text[]) as own from addresses a
    where a.person_id = p.id and a.kind = 'email' order by address_key = any($2::text[]) desc, added_at limit 1
) mail on true
where p.id = $1;

-- name: lead_person
-- Whose lead it is; nobody's once they are erased.
select p.id from leads l join people p on p.id = l.person_id where l.id = $1 and p.erased_at is null;

-- name: payment_request
-- What was asked of whom, and in which language.
select r.id, r.person_id, r.lead_id, r.amount, r.currency, r.reason, r.asked_by, r.link_id, r.failed_at, p.language
from payment_requests r join people p on p.id = r.person_id where r.id = $1;
