-- name: set_up
-- All of the set-up that availability depends on, and which version of it this is; $1 and $2: of days and time off what
-- is not over by then.
select
    (select version from practice_state) as version,
    (select coalesce(jsonb_agg(to_jsonb(p)), '[]') from procedures p where p.is_active) as procedures,
    (
        select coalesce(jsonb_agg(jsonb_build_object(
            'no', r.no, 'id', p.id, 'skills', p.skills, 'weekly', p.weekly, 'days', (
                select coalesce(jsonb_object_agg(d.day, d.hours), '{}') from practice_days d
                where d.practitioner_id = p.id and d.day >= $1
            )
        ) order by r.no), '[]')
        from practitioners p join resources r on r.id = p.id where r.is_active
    ) as workers,
    (
        select coalesce(jsonb_agg(jsonb_build_object('no', no, 'kind', kind, 'groups', groups) order by no), '[]')
        from resources where is_active and kind <> 'practitioner'
    ) as places,
    (
        select coalesce(jsonb_agg(jsonb_build_array(
            r.no, extract(epoch from t.starts_at)::bigint, extract(epoch from t.ends_at)::bigint
        ) order by t.starts_at), '[]')
        from time_off t join resources r on r.id = t.resource_id where t.ends_at > $2
    ) as off,
    (select coalesce(array_agg(day), '{}') from holidays where day >= $1) as holidays;

-- name: busy
-- What is taken of resources ($1) between two moments ($2, $3: seconds since 1970), and the version of the set-up. $4 now
-- (what was held until before is free), $5 a visit to leave out. Nothing is taken for a whole day.
select (select version from practice_state) as version, (
    select coalesce(json_agg(json_build_array(who.no, taken.begins, taken.ends)), '[]')
    from unnest($1::int[]) as who (no)
    cross join lateral (
        select array_agg(begins order by begins) as begins, array_agg(ends order by begins) as ends
        from occupancies
        where resource_no = who.no and begins > $2::bigint - 86400 and begins < $3 and ends > $2
            and status in ('held', 'booked', 'confirmed')
            and (expires_at is null or expires_at > $4)
            and appointment_id is distinct from $5
    ) taken
    where taken.begins is not null
) as busy;

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
    preparation, version
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
