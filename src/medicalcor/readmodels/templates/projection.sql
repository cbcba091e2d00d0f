-- name: learn
insert into templates (name, language, state, reason, told_by, at, until) values ($1, $2, $3, $4, $5, $6, $7)
on conflict (name, language) do update
set state = excluded.state, reason = excluded.reason, told_by = excluded.told_by, at = excluded.at, until = excluded.until
where excluded.at >= templates.at;
