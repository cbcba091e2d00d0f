-- name: unread_page
-- What came in and fits nothing we know, newest first.
select id, provider, received_at, reason, outcome from inbox where kind = 'unread'
order by received_at desc, id desc limit $1

-- name: unread_count
select count(*) from inbox where kind = 'unread'

-- name: unread_body
select body, key_day, provider, received_at, reason from inbox where id = $1 and kind = 'unread'
