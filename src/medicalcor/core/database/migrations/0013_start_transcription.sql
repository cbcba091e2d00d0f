-- Whoever may start the transcription of a recording may not read calls: it learns only whether there is one.

create function place_of_recording(wanted text) returns table (partition_key text, refusal text)
language sql stable security definer set search_path = pg_catalog, public as $$
    select null::text, case when state in ('absent', 'dropped') then 'recording_is_gone' end
    from call_recordings where sid = wanted
$$;

do $$
begin
    if exists (select from pg_roles where rolname = 'medicalcor_gateway') then
        revoke execute on function place_of_recording(text) from public;
        grant execute on function place_of_recording(text) to medicalcor_gateway;
    end if;
end $$;
