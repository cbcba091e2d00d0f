-- name: plan
insert into effects (
    id, key, kind, person_id, lead_id, conversation_id, cause_id, purpose, author, content, decision,
    status, planned_at, hold_until, ended_at, useless_after, asked_at
) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17);

-- name: sent
update effects
set status = case when status in ('delivered', 'read') then status else 'sent' end,
    sent_at = coalesce(sent_at, $2), ended_at = coalesce(ended_at, $2),
    provider_id = coalesce($3, provider_id), reason = null, hold_until = null
where id = $1;

-- name: status_changed
update effects
set status = $2,
    sent_at = coalesce(sent_at, $3),
    ended_at = coalesce(ended_at, $3),
    delivered_at = case when $2 in ('delivered', 'read') then coalesce(delivered_at, $3) else delivered_at end,
    read_at = case when $2 = 'read' then coalesce(read_at, $3) else read_at end,
    reason = $4,
    hold_until = null
where id = $1;

-- name: waiting
update effects set status = $2, reason = $3, hold_until = $4 where id = $1;

-- name: held
update effects set status = 'held', reason = null, hold_until = $2, decision = $3 where id = $1;

-- name: ended
update effects
set status = $2, reason = $3, ended_at = $4, hold_until = null, decision = coalesce($5, decision)
where id = $1;

-- name: erase
update effects set content = null, provider_id = null where person_id = $1;
