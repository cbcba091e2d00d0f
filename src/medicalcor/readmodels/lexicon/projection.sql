-- name: add_phrase
insert into own_phrases (id, version, means, language, phrase, added_at, added_by) values ($1, $2, $3, $4, $5, $6, $7);

-- name: remove_phrase
update own_phrases set version = $2, removed_at = $3, removed_by = $4 where id = $1;
