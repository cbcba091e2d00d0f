-- name: template
-- What we believe of a template, and until when.
select state, until from templates where name = $1 and language = $2;

-- name: unasked
-- When the person was written to without having asked, since $4: what arrived, what is on its way and what may be. One
-- effect ($2) is left out. What is still held counts when it goes.
select e.purpose, coalesce(e.sent_at, e.planned_at) as at from effects e
where e.person_id = $1 and e.id is distinct from $2 and e.purpose = any($3::text[])
    and (e.kind like 'whatsapp.%' or e.kind like 'email.%')
    and (
        e.status in ('planned', 'unknown', 'delayed', 'sent', 'delivered', 'read')
        or e.status = 'held' and exists (select from effect_attempts a where a.effect_id = e.id)
    )
    and coalesce(e.sent_at, e.planned_at) > $4
order by 2 desc;

-- name: consent_asked
-- When the person was last asked for a consent.
select max(coalesce(e.sent_at, e.planned_at)) from effects e
where e.person_id = $1 and e.id is distinct from $2 and e.purpose = 'consent_question'
    and e.status in ('planned', 'held', 'unknown', 'delayed', 'sent', 'delivered', 'read');

-- name: waiting_for_template
-- What is held because this template was paused.
select id from effects
where status = 'held' and content ->> 'name' = $1 and content ->> 'language' = $2
    and decision -> 'reasons' ? 'template_paused';
