-- name: describe_resource
insert into resources (id, no, kind, label, groups, is_active, version) values ($1, $2, $3, $4, $5, $6, $7)
on conflict (id) do update
set label = excluded.label, groups = excluded.groups, is_active = excluded.is_active, version = excluded.version;

-- name: describe_practitioner
insert into practitioners (id, name, languages, skills) values ($1, $2, $3, $4)
on conflict (id) do update
set name = excluded.name, languages = excluded.languages, skills = excluded.skills;

-- name: set_week
update practitioners set weekly = $2 where id = $1;

-- name: touch_resource
update resources set version = $2 where id = $1;

-- name: set_day
insert into practice_days (practitioner_id, day, hours) values ($1, $2, $3)
on conflict (practitioner_id, day) do update set hours = excluded.hours;

-- name: clear_day
delete from practice_days where practitioner_id = $1 and day = $2;

-- name: define_procedure
insert into procedures (
    id, code, titles, minutes, before_minutes, after_minutes, skill, needs, price_from, price_to, currency, is_active,
    preparation, version
) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
on conflict (id) do update
set code = excluded.code, titles = excluded.titles, minutes = excluded.minutes,
    before_minutes = excluded.before_minutes, after_minutes = excluded.after_minutes, skill = excluded.skill,
    needs = excluded.needs, price_from = excluded.price_from, price_to = excluded.price_to,
    currency = excluded.currency, is_active = excluded.is_active, preparation = excluded.preparation,
    version = excluded.version;

-- name: add_time_off
insert into time_off (id, resource_id, starts_at, ends_at, kind, note) values ($1, $2, $3, $4, $5, $6);

-- name: remove_time_off
delete from time_off where id = $1;

-- name: add_holiday
insert into holidays (day, id, title) values ($1, $2, $3);

-- name: remove_holiday
delete from holidays where id = $1;
