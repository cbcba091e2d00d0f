-- name: payments_page
-- Money, newest first. $1 what is asked for; $3 one person's, else everybody's.
select p.id, p.account, p.state, p.amount, p.paid, p.refunded, p.currency, p.failure,
    coalesce(p.happened_at, p.changed_at) as at, p.next_at, p.ending, p.person_id, lead.id as lead_id, who.name,
    phone.value as phone, who.erased_at is not null as erased, p.tied_by, p.payer_name, p.payer_email, p.payer_phone,
    p.unmatched, p.candidates, p.set_aside_at is not null as aside, asked.reason
from payments p
left join people who on who.id = p.person_id
left join lateral (select id from leads l where l.person_id = p.person_id order by created_at desc limit 1) lead on true
left join lateral (
    select value from addresses a where a.person_id = p.person_id and a.kind = 'phone' order by added_at limit 1
) phone on true
left join lateral (select reason from payment_requests r where r.id = any(p.request_ids) limit 1) asked on true
where p.merged_into is null
    and ($3::uuid is null or p.person_id = $3)
    and case $1
        when 'needs' then p.unmatched is not null and p.person_id is null and p.set_aside_at is null
        when 'failed' then p.state in ('failed', 'uncollectible', 'past_due') and p.set_aside_at is null
        when 'refunded' then p.refunded > 0 or p.state in ('disputed', 'dispute_lost')
        when 'aside' then p.set_aside_at is not null
        else p.set_aside_at is null
    end
order by coalesce(p.happened_at, p.changed_at) desc, p.id desc limit $2

-- name: candidates
-- People who may have paid, with the lead that a payment would be shown on.
select distinct on (p.id) l.id as lead_id, p.id as person_id, p.name, phone.value as phone
from people p
join leads l on l.person_id = p.id
left join lateral (
    select value from addresses a where a.person_id = p.id and a.kind = 'phone' order by added_at limit 1
) phone on true
where p.id = any($1::uuid[]) and p.erased_at is null
order by p.id, l.created_at desc

-- name: payment_counts
-- How many lines each choice of the list has, counted no further than $1: each reads as many rows of its index.
select
    (select count(*) from (
        select from payments where merged_into is null and set_aside_at is null limit $1
    ) as counted) as all,
    (select count(*) from (
        select from payments
        where merged_into is null and unmatched is not null and person_id is null and set_aside_at is null limit $1
    ) as counted) as needs,
    (select count(*) from (
        select from payments
        where merged_into is null and state in ('failed', 'uncollectible', 'past_due') and set_aside_at is null limit $1
    ) as counted) as failed,
    (select count(*) from (
        select from payments
        where merged_into is null and (refunded > 0 or state in ('disputed', 'dispute_lost')) limit $1
    ) as counted) as refunded,
    (select count(*) from (
        select from payments where merged_into is null and set_aside_at is not null limit $1
    ) as counted) as aside

-- name: payment_sums
-- What was received since a moment, by currency, and what of it went back; the usual currency first.
select currency, count(*) as payments, sum(paid)::bigint as paid, sum(least(refunded, paid))::bigint as refunded
from payments
where merged_into is null and account = 'payment' and set_aside_at is null and paid > 0 and currency is not null
    and coalesce(paid_at, happened_at) >= $1
group by currency order by count(*) desc, currency

-- name: requests_of
-- What a lead was asked to pay, and how far that got: asked, link made, sent, paid.
select r.id, r.amount, r.currency, r.reason, r.asked_at, colleague.name as by,
    case
        when settled.state is not null then 'paid'
        when r.failed_at is not null then 'failed'
        when r.link_id is null then 'making'
        when e.status in ('failed', 'refused', 'void') then 'not_sent'
        when e.status in ('sent', 'delivered', 'read') then e.status
        else 'waiting'
    end as state,
    coalesce(r.failed_reason, e.reason) as why, r.url
from payment_requests r
left join users colleague on colleague.id = r.asked_by
left join effects e on e.key = 'payment-link:' || r.id
left join lateral (
    select p.state from payments p where p.request_ids @> array[r.id] and p.merged_into is null and p.paid > 0 limit 1
) settled on true
where r.lead_id = $1 order by r.asked_at desc limit 20
