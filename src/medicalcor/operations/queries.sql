-- name: inbox_item
-- One item as it came in.
select id, provider, kind, partition_key, key_day, body, correlation_id, traceparent, received_at, handled_at
from inbox where id = $1;

-- name: traceparent
select traceparent from inbox where id = $1;

-- name: waiting_statuses
-- Statuses that nobody has taken in yet, oldest first.
select id, provider, kind, partition_key, key_day, body, correlation_id, traceparent, received_at, handled_at
from inbox where kind = 'status' and handled_at is null order by id limit $1;

-- name: inbox_known
select exists (select from inbox where provider = $1 and event_key = $2);

-- name: inbox_put
-- An item that was looked up, because it had not come by itself.
insert into inbox (id, provider, event_key, kind, partition_key, key_day, body, correlation_id, received_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
on conflict (provider, event_key) do nothing
returning id;

-- name: looked_up_until
select until from looked_up where provider = $1;

-- name: looked_up
insert into looked_up (provider, until) values ($1, $2)
on conflict (provider) do update set until = greatest(looked_up.until, excluded.until);

-- name: inbox_handled
update inbox set handled_at = $2, outcome = $3, reason = $4 where id = any($1::uuid[]) and handled_at is null;

-- name: inbox_unread
-- Could not be read after all: kept, and shown to staff.
update inbox set kind = 'unread', handled_at = $2, outcome = 'unread', reason = $3 where id = $1;

-- name: person_by_addresses
select address_key, person_id from addresses where address_key = any($1::text[]);

-- name: person
select id, name, language, language_chosen, opted_out_at, erased_at from people where id = $1;

-- name: address_keys
select address_key from addresses where person_id = $1 order by address_key;

-- name: latest_lead
select id from leads where person_id = $1 order by created_at desc limit 1;

-- name: conversation_by_id
select id, lead_id, person_id from conversations where id = $1;

-- name: conversation_by_partition
select id, lead_id, person_id from conversations where partition_key = $1;

-- name: message
select m.id, m.conversation_id, m.lead_id, m.person_id, m.kind, m.body, m.received_at, m.provider_id, m.guest, m.choice
from messages m where m.id = $1;

-- name: standing
-- All that is asked of a conversation before something is decided about it. Taken over is a lead, on whatever channel.
select
    c.id as conversation_id, c.person_id, c.lead_id, c.channel, c.partition_key, c.reply_kind, c.reply_to,
    c.last_inbound_at, c.last_automatic_at,
    (
        select o.taken_over_by from conversations o
        where o.person_id = c.person_id and o.lead_id = c.lead_id and o.taken_over_by is not null limit 1
    ) as taken_over_by,
    p.name, p.language, p.opted_out_at, p.erased_at,
    l.score, l.classification, l.emergency_since,
    case when c.reply_kind = 'phone' then c.reply_to else (
        select a.value from addresses a where a.person_id = c.person_id and a.kind = 'phone' order by a.added_at limit 1
    ) end as phone,
    exists (
        select from suppressions s join addresses a using (address_key) where a.person_id = c.person_id
    ) as suppressed,
    (select external_id from crm_links k where k.person_id = c.person_id) as crm_id,
    coalesce(g.consents, '{}') as consents, coalesce(g.refused, '{}') as refused, g.consent_texts
from conversations c
join people p on p.id = c.person_id
join leads l on l.id = c.lead_id
left join lateral (
    -- of the person whatever the address, or of the address that is written to here; an expired one counts no more
    select
        array_agg(distinct purpose) filter (where counts) as consents,
        array_agg(distinct purpose) filter (where state in ('denied', 'withdrawn')) as refused,
        jsonb_object_agg(purpose, jsonb_build_object('text_version', text_version, 'at', granted_at))
            filter (where counts) as consent_texts
    from (
        select *, state = 'granted' and (expires_at is null or expires_at > $2) as counts
        from consents where person_id = c.person_id
    ) as given
    where given.address_key = '' or exists (
        select from addresses own
        where own.address_key = given.address_key and own.person_id = c.person_id
            and own.kind = c.reply_kind and own.value = c.reply_to
    )
) as g on true
where c.id = $1;

-- name: conversation_of_person
-- The person's conversation on a channel with this end of the clinic, under whatever address they write from. An end
-- that is not known (empty) on either side is any.
select id, lead_id, person_id from conversations
where person_id = $1 and channel = $2 and (clinic_address in ($3, '') or $3 = '') order by opened_at limit 1;

-- name: situation
-- A message, and all that is asked of its conversation before it is judged or answered. `newer` says whether the
-- patient has written more since, read or not.
select
    m.id, m.kind, m.body, c.id as conversation_id, c.person_id, c.lead_id, c.channel, c.partition_key,
    c.reply_kind, c.last_automatic_at, p.name, p.language, m.guest,
    (
        select o.taken_over_by from conversations o
        where o.person_id = c.person_id and o.lead_id = c.lead_id and o.taken_over_by is not null limit 1
    ) as taken_over_by,
    (
        exists (
            select from inbox i
            where i.partition_key = coalesce((select own.partition_key from inbox own where own.id = m.id), c.partition_key)
                and i.kind = 'message' and i.handled_at is null and i.id > m.id
        )
        or exists (
            select from messages later
            where later.conversation_id = c.id and later.id > m.id and later.guest = m.guest
                and later.kind not in ('reaction', 'edit', 'revoke', 'system', 'automatic')
                and not exists (
                    select from consent_steps k where k.evidence_id = later.id and k.data ->> 'how' in ('reply', 'tap')
                )
        )
    ) as newer,
    exists (select from effects e where e.cause_id = m.id and e.purpose = 'emergency') as emergency_answered,
    exists (
        select from effects e
        where e.conversation_id = c.id and e.purpose = 'emergency' and e.cause_id <> m.id
            and e.planned_at > m.received_at - interval '1 minute'
    ) as emergency_in_the_same_breath,
    (select e.id from effects e where e.key = 'answer:' || m.id) as answer_id,
    (select s.why from scores s where s.message_id = m.id limit 1) as scored_why
from messages m
join conversations c on c.id = m.conversation_id
join people p on p.id = c.person_id
where m.id = $1;

-- name: turns
-- The last of what was said on both sides, newest first; a mail that begins a thread with its subject below, so that
-- what is quoted of its words keeps its place. Neither machines nor guests speak for the person.
select id, role, kind, body, language, at from (
    (
        select id, 'user' as role, kind,
            body || case when in_reply_to is null and letter ->> 'subject' <> body
                then E'\n' || (letter ->> 'subject') else '' end as body,
            null as language, received_at as at
        from messages where lead_id = $1 and body is not null and kind <> 'automatic' and not guest
        order by received_at desc, id desc limit $2
    )
    union all
    (
        select id, 'assistant', content ->> 'kind', coalesce(content ->> 'body', content ->> 'name'),
            content ->> 'language', planned_at
        from effects
        where lead_id = $1 and kind in ('whatsapp.text', 'whatsapp.choices', 'whatsapp.template', 'email.message')
            and status in ('planned', 'held', 'delayed', 'unknown', 'sent', 'delivered', 'read')
        order by planned_at desc, id desc limit $2
    )
) as said
order by at desc, id desc
limit $2;

-- name: tapped
-- What was tapped in a message, by whom and where.
select id, conversation_id, person_id, lead_id, choice from messages where id = $1;

-- name: unscored_text
-- Whether something was said that no judgement has looked at yet.
select exists (
    select from messages m
    where m.conversation_id = $1 and m.body is not null and not m.guest
        and m.kind not in ('reaction', 'edit', 'revoke', 'system', 'automatic')
        and not exists (select from scores s where s.lead_id = m.lead_id and s.message_id >= m.id)
);

-- name: unanswered_message
-- The latest message that expects an answer, when nothing has been decided about one.
select m.* from (
    select id, conversation_id, lead_id, person_id, kind, body, received_at, provider_id, guest, choice
    from messages
    where conversation_id = $1 and not guest and kind not in ('reaction', 'edit', 'revoke', 'system', 'automatic')
        and not exists (
            select from consent_steps k where k.evidence_id = messages.id and k.data ->> 'how' in ('reply', 'tap')
        )
    order by id desc limit 1
) m
where not exists (select from effects where key = 'answer:' || m.id)
    and not exists (select from effects where cause_id = m.id and purpose in ('emergency', 'booking'));

-- name: score_to_answer
-- The judgement that an answer to this message goes by: of this message, or of earlier ones still without an answer.
select s.score, s.classification, s.output, s.scorer, s.why
from scores s
where s.lead_id = $1 and s.message_id <= $2 and not exists (
    select from effects e
    where e.lead_id = $1 and e.purpose in ('answer', 'emergency', 'booking') and e.cause_id >= s.message_id
)
order by s.message_id desc limit 1;

-- name: recent_emergency
select exists (
    select from effects where conversation_id = $1 and purpose = 'emergency' and planned_at > $2
);

-- name: recent_acknowledgement
select exists (
    select from effects
    where lead_id = $1 and kind = 'whatsapp.template' and content ->> 'name' = 'hot_lead_ack'
        and planned_at > $2 and status in ('planned', 'held', 'delayed', 'unknown', 'sent', 'delivered', 'read')
);

-- name: known_effects
select key, id from effects where key = any($1::text[]);

-- name: effect
-- An effect, and the last attempt at it.
select
    e.id, e.key, e.kind, e.person_id, e.lead_id, e.conversation_id, e.cause_id, e.purpose, e.author, e.content,
    e.status, e.hold_until, e.planned_at, e.useless_after, e.asked_at,
    coalesce(a.attempt, 0) as attempt, a.started_at, a.ended_at, a.outcome, a.reason as attempt_reason
from effects e
left join lateral (
    select * from effect_attempts where effect_id = e.id order by attempt desc limit 1
) a on true
where e.id = $1;

-- name: destination
-- An effect's kind, whom it is about, and the request and the trace that it follows from.
select payload ->> 'kind' as kind, subject_id, correlation_id, payload ->> 'traceparent' as traceparent
from domain_events where stream = $1 and version = 1;

-- name: last_heard
-- The provider's id of what the patient wrote last in this conversation.
select provider_id from messages where conversation_id = $1 and kind <> 'call' order by received_at desc, id desc limit 1;

-- name: effect_by_provider_id
select id from effects where provider_id = $1;

-- name: dependent_effects
-- What is still to go out to this person, but for an emergency; what is on its way cannot be called back.
select id, kind, person_id from effects e
where person_id = $1 and (kind like 'whatsapp.%' or kind like 'email.%') and purpose <> 'emergency'
    and status in ('planned', 'held', 'delayed')
    and not exists (select from effect_attempts a where a.effect_id = e.id and a.ended_at is null);

-- name: waiting_effect
-- A message to a patient, and whether it can still be called back: it waits, and is not on its way this moment.
select id, kind, person_id, status,
    status in ('held', 'delayed')
        and not exists (select from effect_attempts a where a.effect_id = e.id and a.ended_at is null) as waits
from effects e where id = $1 and (kind like 'whatsapp.%' or kind like 'email.%');

-- name: automatic_effects
-- What the machine has still to say for these purposes ($2) to the lead of this conversation; what is on its way cannot be called back.
select id, kind, person_id from effects e
where lead_id = (select lead_id from conversations where id = $1)
    and (kind like 'whatsapp.%' or kind like 'email.%') and author = 'automatic'
    and purpose = any($2::text[])
    and status in ('planned', 'held', 'delayed')
    and not exists (select from effect_attempts a where a.effect_id = e.id and a.ended_at is null);

-- name: begin_attempt
insert into effect_attempts (effect_id, attempt, started_at) values ($1, $2, $3);

-- name: end_attempt
update effect_attempts set ended_at = $3, outcome = $4, reason = $5
where effect_id = $1 and attempt = $2 and ended_at is null;

-- name: gateway_heard
-- From when to when a gateway has surely been taking in the providers' words, of late: the latest start among those
-- that were seen since then counts, so that a gap between two is one. Nulls when none has been seen. What was taken in
-- and not yet read is not silence: it may be the very word that is waited for, unless it is older than what is asked about.
select
    max(started_at) as since,
    least(
        max(last_seen), (select min(received_at) from inbox where handled_at is null and kind = 'status' and received_at > $1)
    ) as until
from processes where kind = 'gateway' and last_seen > $1;

-- name: contact_facts
select
    p.name, p.language, p.erased_at,
    (select value from addresses a where a.person_id = p.id and a.kind = 'phone' order by added_at limit 1) as phone,
    (select value from addresses a where a.person_id = p.id and a.kind = 'email' order by added_at limit 1) as email,
    (select external_id from crm_links k where k.person_id = p.id) as crm_id
from people p where p.id = $1;

-- name: overdue_effects
-- Open effects whose time has come and whose run was lost or never was.
select id, conversation_id, person_id, kind from effects
where status in ('planned', 'held', 'unknown', 'delayed') and coalesce(hold_until, planned_at) < $1
order by planned_at limit 500;

-- name: stranded_items
-- Items that were stored long ago and that no run has taken in; of the kinds that have runs of their own.
select id, provider, kind, partition_key from inbox
where handled_at is null and kind not in ('notice', 'unread') and received_at < $1
    and (provider, kind) in (select * from unnest($2::text[], $3::text[]))
order by id limit 500;

-- name: mended_effects
-- Kept back since the provider refused the account, until later than $1; and it has taken something since.
with refused as (
    select e.id, split_part(e.kind, '.', 1) as provider, a.ended_at
    from effects e
    join lateral (
        select ended_at, reason from effect_attempts where effect_id = e.id order by attempt desc limit 1
    ) a on a.reason = 'account'
    where e.status = 'delayed' and e.hold_until > $1
),
taken as (
    select provider, (select max(s.sent_at) from effects s where split_part(s.kind, '.', 1) = provider) as at
    from (select distinct provider from refused) providers
)
select refused.id from refused join taken using (provider) where taken.at > refused.ended_at limit 500;
-- name: latest_words
-- The last message of a lead that a judgement can be made up to.
select id from messages
where lead_id = $1 and body is not null and not guest
    and kind not in ('reaction', 'edit', 'revoke', 'system', 'automatic')
order by id desc limit 1;

-- name: lead_in_brief
select l.channel, p.name, p.language, p.erased_at from leads l join people p on p.id = l.person_id where l.id = $1;
-- name: taken_over
-- The conversations with this lead that a colleague has taken over.
select id from conversations where person_id = $1 and lead_id = $2 and taken_over_by is not null order by opened_at;
