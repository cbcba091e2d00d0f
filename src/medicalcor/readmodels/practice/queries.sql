-- name: set_up
-- All that availability of a procedure depends on, in one go: $1 procedure, $2 a practitioner or anybody,
-- $3 to $4 the days by the clinic's calendar, $5 to $6 the moments in which it may begin, $7 now (what was held until
-- before is free), $8 a visit to leave out. Nothing is taken for a whole day; no buffer is longer than four hours.
with asked as (
    select *, extract(epoch from $5::timestamptz)::bigint - 14400 as first,
        extract(epoch from $6::timestamptz)::bigint + minutes * 60 + 14400 as last
    from procedures where id = $1
),
workers as (
    select r.no, p.id, p.weekly, (
        select coalesce(jsonb_object_agg(d.day, d.hours), '{}') from practice_days d
        where d.practitioner_id = p.id and d.day between $3 and $4
    ) as days
    from practitioners p join resources r on r.id = p.id, asked
    where r.is_active and ($2::uuid is null or p.id = $2) and (asked.skill is null or asked.skill = any (p.skills))
),
places as (
    select r.no, r.id, r.kind, r.groups from resources r, asked
    where r.is_active and exists (
        select from jsonb_array_elements(asked.needs) need
        where need ->> 'kind' = r.kind and need ->> 'group' = any (r.groups)
    )
),
off as (
    select who.no, extract(epoch from t.starts_at)::bigint as start, extract(epoch from t.ends_at)::bigint as stop
    from time_off t
    join (select no, id from workers union all select no, id from places) who on who.id = t.resource_id
    where t.ends_at > $5::timestamptz and t.starts_at < $6::timestamptz + interval '1 day'
),
busy as (
    select who.no, taken.begins, taken.ends
    from asked cross join (select no from workers union all select no from places) who
    cross join lateral (
        select array_agg(begins order by begins) as begins, array_agg(ends order by begins) as ends
        from occupancies
        where resource_no = who.no and begins > asked.first - 86400 and begins < asked.last and ends > asked.first
            and status in ('held', 'booked', 'confirmed')
            and (expires_at is null or expires_at > $7)
            and appointment_id is distinct from $8
    ) taken
    where taken.begins is not null
)
select
    to_jsonb(asked) as procedure,
    (select coalesce(jsonb_agg(to_jsonb(w) order by w.no), '[]') from workers w) as workers,
    (select coalesce(jsonb_agg(to_jsonb(p) order by p.no), '[]') from places p) as places,
    (select coalesce(jsonb_agg(jsonb_build_array(o.no, o.start, o.stop) order by o.start), '[]') from off o) as off,
    (select coalesce(array_agg(day), '{}') from holidays where day between $3 and $4) as holidays,
    (select coalesce(json_agg(json_build_array(b.no, b.begins, b.ends)), '[]') from busy b) as busy
from asked;

-- name: practitioners
-- Everybody who treats or has treated, those who do first.
select p.id, r.no, p.name, p.languages, p.skills, p.weekly, r.is_active, r.version
from practitioners p join resources r on r.id = p.id
order by r.is_active desc, r.no;

-- name: resources
-- Rooms and devices, those in use first.
select id, no, kind, label, groups, is_active, version from resources
where kind <> 'practitioner' order by is_active desc, kind desc, no;

-- name: procedures
select id, code, titles, minutes, before_minutes, after_minutes, skill, needs, price_from, price_to, currency, is_active,
    version
from procedures order by is_active desc, code;

-- name: days
-- Days that go otherwise than the week says.
select practitioner_id, day, hours from practice_days where day between $1 and $2 order by day, practitioner_id;

-- name: time_off
-- What lies within the range or reaches into it.
select id, resource_id, starts_at, ends_at, kind, note from time_off
where ends_at > $1 and starts_at < $2 order by starts_at, id;

-- name: holidays
select id, day, title from holidays where day between $1 and $2 order by day;
