-- name: talk
-- A conversation with its person and lead, as the booking agent looks at it; what the lead was about by its last judgement,
-- and whether a consultation was asked for in so many words: to a bare wish for a visit the judgement adds it.
select
    c.id as conversation_id, c.person_id, c.lead_id, c.channel, c.partition_key, c.reply_kind, c.reply_to,
    p.language, p.erased_at, l.procedures,
    exists (
        select from conversations o
        where o.person_id = c.person_id and o.lead_id = c.lead_id and o.taken_over_by is not null
    ) as taken_over,
    exists (
        select from consents g
        where g.person_id = c.person_id and g.purpose = 'data_processing' and g.state in ('denied', 'withdrawn')
    ) as objected,
    coalesce((
        select s.output -> 'evidence' @> '[{"means": "procedure:consultation"}]'
        from scores s where s.lead_id = c.lead_id order by s.message_id desc limit 1
    ), false) as consultation_named
from conversations c
join people p on p.id = c.person_id
join leads l on l.id = c.lead_id
where c.id = $1;

-- name: words
-- What was written since the last answer of ours, newest first: a few messages of one thought.
select m.body from messages m
where m.conversation_id = $1 and m.id <= $2 and not m.guest and m.body is not null
    and m.kind not in ('reaction', 'edit', 'revoke', 'system', 'automatic')
    and m.id > coalesce((
        select e.cause_id from effects e
        where e.conversation_id = $1 and e.purpose in ('answer', 'booking', 'emergency') and e.cause_id < $2
        order by e.cause_id desc limit 1
    ), '00000000-0000-0000-0000-000000000000')
order by m.id desc limit 5;

-- name: before
-- What was written in a conversation ($1) before a message ($2) since a moment ($3), the last first.
select m.body from messages m
where m.conversation_id = $1 and m.id < $2 and m.received_at > $3 and not m.guest and m.body is not null
    and m.kind not in ('reaction', 'edit', 'revoke', 'system', 'automatic')
order by m.id desc limit 5;

-- name: message
select id, conversation_id, person_id, lead_id, kind, guest, body from messages where id = $1;

-- name: was_tapped
select choice is not null from messages where id = $1;

-- name: last_of_clinic
-- What we said last, for a reply that makes sense only after it.
select content ->> 'body' as body from effects
where conversation_id = $1 and kind in ('whatsapp.text', 'whatsapp.choices', 'email.message')
    and status in ('planned', 'held', 'delayed', 'unknown', 'sent', 'delivered', 'read')
order by planned_at desc, id desc limit 1;

-- name: judged
-- Whether the conversation up to this message was judged to ask for a visit.
select s.output ->> 'intent_to_book' = 'true' as wants_visit, s.output ->> 'opt_out' = 'true' as opt_out
from scores s where s.lead_id = $1 and s.message_id <= $2 order by s.message_id desc limit 1;

-- name: talk_of_lead
-- Where a lead can be written to: where they wrote last.
select c.id, c.partition_key, c.channel, c.last_inbound_at from conversations c
where c.lead_id = $1 and c.reply_to is not null and (c.channel = 'whatsapp' or c.reply_kind = 'email')
order by c.last_inbound_at desc nulls last, c.opened_at desc limit 1;
