-- name: effects_of
-- What went out about a lead, what waits and what was not sent, oldest first; with the colleague who wrote it.
select * from (
    select e.id, e.kind, e.purpose, e.author, e.content, e.decision, e.status, e.planned_at, e.hold_until, e.ended_at,
        e.sent_at, e.delivered_at, e.read_at, e.reason, e.cause_id, colleague.name as by
    from effects e
    left join lateral (
        select t.data ->> 'by' as id from timeline t
        where e.author = 'staff' and t.lead_id = e.lead_id and t.type = 'effect.planned'
          and t.data ->> 'effect_id' = e.id::text
        limit 1
    ) wrote on true
    left join users colleague on colleague.id = wrote.id::uuid
    where e.lead_id = $1 order by e.planned_at desc, e.id desc limit 300
) newest order by planned_at, id

-- name: health
-- Whether messages are going out: what waits too long, what failed lately, whether a worker is there, and which
-- providers refuse the account, by what waits for them and by what the workers see.
select
    (select count(*) from effects where status in ('planned', 'sending', 'unknown') and planned_at < $1) as waiting,
    (select count(*) from effects where status = 'failed' and planned_at > $2) as failed,
    (select count(*) from processes where kind = 'worker' and stopped_at is null and last_seen > $3) as workers,
    array(
        select split_part(kind, '.', 1) from effects where status = 'delayed' and reason = 'account'
        union
        select seen.key from processes, jsonb_each(integrations) as seen
        where kind = 'worker' and stopped_at is null and last_seen > $3 and seen.value ->> 'refusal' is not null
        order by 1
    ) as refusing
