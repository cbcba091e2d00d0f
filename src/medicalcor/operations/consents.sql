-- name: consent_question
select q.*, p.opted_out_at from consent_questions q join people p on p.id = q.person_id where q.id = $1

-- name: open_question
-- The last question about consent in this conversation that reached the patient and is in one of these states ($4); of
-- $2 (a provider's id), where the patient answers that very message.
select q.*, e.planned_at, e.provider_id
from consent_questions q join effects e on e.id = q.effect_id
where q.conversation_id = $1 and q.state = any($4::text[]) and q.asked_at > $3
    and e.status in ('sent', 'delivered', 'read', 'unknown')
    and ($2::text is null or e.provider_id = $2)
order by q.asked_at desc limit 1

-- name: said_since
-- What else this conversation's patient was told after a question.
select kind, content from effects
where conversation_id = $1 and planned_at > $2 and id <> $3 and (kind like 'whatsapp.%' or kind like 'email.%')
    and purpose <> 'emergency' and status in ('planned', 'sent', 'delivered', 'read', 'unknown', 'delayed')

-- name: consents_of
select purpose, address_key, state, since, granted_at, expires_at from consents where person_id = $1

-- name: dependent_on
-- What has still to go out and needs one of these consents; what is on its way cannot be called back.
select id, kind, person_id from effects e
where person_id = $1 and status in ('planned', 'held', 'delayed', 'unknown')
    and (
        purpose = 'marketing' and ('marketing_' || split_part(kind, '.', 1)) = any($2::text[])
        or purpose = 'reminder' and 'appointment_reminders' = any($2::text[])
    )
    and not exists (select from effect_attempts a where a.effect_id = e.id and a.ended_at is null)

-- name: decided_by_message
-- Whether this message was about consent and nothing else, and has been dealt with.
select exists (
    select from consent_steps where evidence_id = $1 and data ->> 'how' in ('reply', 'tap')
) or exists (select from effects where key = 'consent:start:' || $1::text)

-- name: only_offers
-- Whether one of these messages refused or ended something, and no more than that.
select exists (
    select from consent_steps
    where evidence_id = any($1::uuid[]) and type in ('consent.withdrawn', 'consent.denied')
)

-- name: pending
-- What was ticked in forms with addresses of this person and waits for them.
select c.address_key, a.kind, a.value, array_agg(c.purpose order by c.purpose) as purposes
from consents c join addresses a on a.address_key = c.address_key and a.person_id = c.person_id
where c.person_id = $1 and c.state = 'pending' and a.value is not null
    and not exists (
        select from consent_questions q
        where q.person_id = c.person_id and q.address_key = c.address_key and c.purpose = any(q.purposes)
            and q.asked_at > $2
    )
group by c.address_key, a.kind, a.value
order by c.address_key

-- name: line_to
-- The conversation that carries something to this address.
select id from conversations
where person_id = $1 and reply_kind = $2 and reply_to = $3 and (channel = 'whatsapp' or reply_kind = 'email')
order by last_inbound_at desc nulls last, opened_at limit 1

-- name: addresses_of
select address_key, kind, value from addresses where person_id = $1 and value is not null order by added_at, address_key

-- name: person_of_lead
select l.person_id, p.language, p.erased_at from leads l join people p on p.id = l.person_id where l.id = $1

-- name: opted_out
select p.opted_out_at, array(select address_key from addresses a where a.person_id = p.id) as keys
from people p where p.id = $1

-- name: is_suppressed
select exists (select from suppressions where address_key = $1)

-- name: expired
-- What counts no more, though nothing says so yet.
select person_id, address_key, expires_at, array_agg(purpose order by purpose) as purposes
from consents where state = 'granted' and expires_at <= $1
group by person_id, address_key, expires_at order by expires_at limit 500

-- name: renewable
-- What ends soon and was not asked about since it was given.
select c.person_id, c.address_key, a.kind, a.value, c.expires_at, array_agg(c.purpose order by c.purpose) as purposes
from consents c
join addresses a on a.address_key = c.address_key and a.person_id = c.person_id and a.value is not null
join people p on p.id = c.person_id
where c.state = 'granted' and c.expires_at > $1 and c.expires_at <= $2 and p.opted_out_at is null
    and not exists (
        select from consent_questions q
        where q.person_id = c.person_id and q.address_key = c.address_key and q.occasion = 'renewal'
            and c.purpose = any(q.purposes) and q.asked_at > c.granted_at
    )
group by c.person_id, c.address_key, a.kind, a.value, c.expires_at, c.granted_at, c.purpose like 'marketing%'
order by c.expires_at limit 500

-- name: worth_asking
-- Leads with whom a conversation has come to rest, answered; nobody in danger, angry or silent, nobody asked lately.
select c.id as conversation_id, c.person_id, c.reply_kind
from conversations c
join leads l on l.id = c.lead_id
join people p on p.id = c.person_id
where c.last_inbound_at between $1 and $2 and c.last_outbound_at >= c.last_inbound_at
    and (c.channel = 'whatsapp' or c.reply_kind = 'email') and c.reply_to is not null and c.taken_over_by is null
    and l.classification in ('HOT', 'WARM') and l.intent = 'prospect' and l.emergency_since is null
    and not l.opt_out and l.archived_at is null and p.opted_out_at is null and p.erased_at is null
    and not exists (select from consent_questions q where q.person_id = c.person_id and q.asked_at > $3)
    and not exists (
        select from consent_steps s where s.person_id = c.person_id and s.type = 'consent.withdrawn' and s.at > $3
    )
order by c.last_inbound_at limit 200

-- name: linked_before
-- Whether this item of the inbox has been taken in.
select exists (select from consent_steps where evidence_id = $1)

-- name: times_lifted
-- How often the person has come back after a wish for silence.
select count(*) from consent_steps s where person_id = $1 and type = 'person.opt_out_lifted'
