-- name: conversation_of_thread
-- The conversation in which the nearest of these mails ($1, nearest first) was said, by either side. A mail of ours is
-- known by its effect's id ($2, as the ids in $1 name it) even before its server has answered.
select said.conversation_id
from (
    select e.conversation_id, e.person_id, coalesce(array_position($1::text[], e.provider_id), array_position($2::uuid[], e.id)) as nearness
    from effects e
    where e.kind = 'email.message' and (e.provider_id = any($1) or e.id = any($2))
    union all
    select m.conversation_id, m.person_id, array_position($1, m.provider_id)
    from messages m where m.provider_id = any($1)
) said
join people p on p.id = said.person_id and p.erased_at is null
where said.conversation_id is not null
order by said.nearness limit 1

-- name: undelivered_by_id
select e.id, e.conversation_id from effects e
where e.kind = 'email.message' and e.content is not null and (e.provider_id = any($1::text[]) or e.id = any($2::uuid[]))
order by e.planned_at desc limit 1

-- name: undelivered_by_address
-- The last mail that a server took for one of these addresses, not long ago.
select e.id, e.conversation_id
from addresses a
join effects e on e.person_id = a.person_id
join conversations c on c.id = e.conversation_id and c.reply_to = a.value
where a.address_key = any($1::text[]) and e.kind = 'email.message' and e.status = 'sent' and e.sent_at > $2
order by e.sent_at desc limit 1

-- name: mail_answered
-- What a mail answers: the message that it follows from; else the last mail of the person in this conversation.
select m.provider_id, m.in_reply_to, m.guest, m.letter
from messages m
where m.conversation_id = $1 and m.kind <> 'automatic' and (m.id = $2 or not m.guest)
order by m.id = $2 desc, m.received_at desc limit 1

-- name: last_mail_sent
-- Our last mail in this conversation, for a thread that we began.
select provider_id from effects
where conversation_id = $1 and kind = 'email.message' and provider_id is not null and sent_at is not null
order by sent_at desc limit 1

-- name: no_offers_by_mail
-- Whether offers by mail were ended already, for every address.
select count(*) filter (where state = 'withdrawn') > 0 and count(*) filter (where state in ('granted', 'pending')) = 0
from consents where person_id = $1 and purpose = 'marketing_email'

-- name: form_answers
-- How many automatic answers to forms this person was sent since then, by mail and by WhatsApp.
select count(*) filter (where e.kind = 'email.message') as mails, count(*) filter (where e.kind = 'whatsapp.template') as templates
from effects e join messages m on m.id = e.cause_id
where e.person_id = $1 and m.kind = 'form' and e.purpose = 'answer' and e.planned_at > $2
    and e.status in ('planned', 'held', 'delayed', 'unknown', 'sent', 'delivered', 'read')

-- name: form_by_mail
-- The form that this message on WhatsApp answers, and its own conversation, if that goes by mail.
select m.id as message_id, c.id as conversation_id, p.language
from effects e
join messages m on m.id = e.cause_id and m.kind = 'form'
join conversations c on c.id = m.conversation_id and c.reply_kind = 'email'
join people p on p.id = e.person_id
where e.id = $1 and e.purpose = 'answer' and e.kind like 'whatsapp.%'

-- name: phone_of
select value from addresses where person_id = $1 and kind = 'phone' and value is not null order by added_at limit 1

-- name: automatic_mails
select count(*) from effects
where conversation_id = $1 and kind = 'email.message' and author = 'automatic' and planned_at > $2
    and status in ('planned', 'held', 'delayed', 'unknown', 'sent', 'delivered', 'read')
