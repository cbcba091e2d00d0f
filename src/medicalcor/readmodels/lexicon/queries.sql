-- name: latest
-- Asked before every judgement: one row of an index.
select id, version from own_phrases order by version desc limit 1;

-- name: phrases
-- With those that were removed: one statement tells the words and the change that they are of.
select id, version, means, language, phrase, removed_at is null as counts from own_phrases order by version;

-- name: kept
-- Those that count, then those that do not any more, latest first.
(
    select p.id, p.means, p.language, p.phrase, p.added_at, a.name as added_by, p.removed_at, null as removed_by
    from own_phrases p left join users a on 'user:' || a.id = p.added_by
    where p.removed_at is null order by p.means, p.language, p.phrase
)
union all
(
    select p.id, p.means, p.language, p.phrase, p.added_at, a.name, p.removed_at, r.name
    from own_phrases p left join users a on 'user:' || a.id = p.added_by left join users r on 'user:' || r.id = p.removed_by
    where p.removed_at is not null order by p.removed_at desc limit 50
);
