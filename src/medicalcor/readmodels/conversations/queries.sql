-- name: messages_of
-- The newest messages of a conversation, oldest first.
select * from (
    select id, kind, body, media, sent_at, received_at from messages
    where conversation_id = $1 order by received_at desc, id desc limit $2
) newest order by received_at, id

-- name: messages_count
select count(*) from messages where conversation_id = $1
