-- name: troubled
-- Templates of these names ($1) in a language ($2) that WhatsApp would not take now ($3).
select name, state from templates
where name = any($1::text[]) and language = $2 and state <> 'approved' and (until is null or until > $3);
