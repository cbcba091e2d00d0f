-- name: decisions
-- Every decision about one effect ($1), or about all of them: when it was planned, and again when it came to sending.
select (payload ->> 'effect_id')::uuid as id, type, occurred_at, payload -> 'decision' as decision
from domain_events
where type in ('effect.planned', 'effect.held', 'effect.refused') and ($1::text is null or stream = $1)
order by position;

-- name: scores
-- Every judgement, with the language that the person was known by and the channel of the message that it was about.
select e.event_id as id, e.occurred_at, e.payload ->> 'classification' as classification, (e.payload ->> 'rules_score')::int as score,
    e.payload -> 'by' as by, e.payload -> 'turns' as turns, c.channel,
    (
        select known.payload ->> 'language' from domain_events known
        where known.stream = 'person-' || (e.payload ->> 'person_id') and known.type = 'person.language_detected'
            and known.position < e.position
        order by known.position desc limit 1
    ) as language
from domain_events e
join messages m on m.id = (e.payload ->> 'message_id')::uuid
join conversations c on c.id = m.conversation_id
where e.type = 'lead.scored'
order by e.position;

-- name: said
-- The turns with these ids, in their order; as `turns` gives them.
select t.id, coalesce(m.role, a.role) as role, coalesce(m.kind, a.kind) as kind, coalesce(m.body, a.body) as body, a.language
from unnest($1::uuid[]) with ordinality t (id, place)
left join lateral (
    select 'user' as role, kind,
        body || case when in_reply_to is null and letter ->> 'subject' <> body
            then E'\n' || (letter ->> 'subject') else '' end as body
    from messages where id = t.id
) m on true
left join lateral (
    select 'assistant' as role, content ->> 'kind' as kind, coalesce(content ->> 'body', content ->> 'name') as body,
        content ->> 'language' as language
    from effects where id = t.id
) a on true
order by t.place;

-- name: effect_in_brief
-- What an effect is and how it stands, without what it says.
select id, kind, purpose, author, status, reason, planned_at, hold_until, sent_at, lead_id
from effects where id = $1;

-- name: effects_by_status
-- The latest effects of these states, towards patients or towards anybody.
select id, kind, purpose, status, coalesce(reason, decision -> 'reasons' ->> 0) as reason, planned_at, hold_until, lead_id
from effects where status = any($1::text[]) order by planned_at desc limit $2;
