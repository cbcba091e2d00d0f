-- name: decisions
-- Every decision about one effect ($1), or about all of them: when it was planned, and again when it came to sending.
select (payload ->> 'effect_id')::uuid as id, type, occurred_at, payload -> 'decision' as decision
from domain_events
where type in ('effect.planned', 'effect.held', 'effect.refused') and ($1::text is null or stream = $1)
order by position;

-- name: scores
-- Every judgement, with the language that the person was known by, the message that it was about, and the triage that
-- followed from it in the same act.
select e.event_id as id, e.occurred_at, m.kind, s.output, s.merge, t.payload -> 'triage' as triage, e.payload ->> 'classification' as classification, (e.payload ->> 'score')::int as score,
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
left join scores s on s.id = e.event_id
left join domain_events t on t.stream = e.stream and t.version = e.version + 1 and t.type = 'lead.triaged'
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

-- name: own_words_then
-- What was added to the clinic's own words and what was taken out, up to this version of theirs.
select type, payload from domain_events where stream = 'lexicon-clinic' and version <= $1 order by version;

-- name: asked_by
-- The rules of triage that asked for work over the message that an effect follows from.
select w.payload ->> 'rule' as rule, w.payload -> 'actions' as actions
from effects e
join domain_events w on w.stream = 'lead-' || e.lead_id and w.type = 'lead.work_opened'
    and w.payload ->> 'message_id' = e.cause_id::text
where e.id = $1 and e.purpose in ('crm', 'staff_alert') and e.kind in ('hubspot.task', 'staff.alert')
order by w.position;
