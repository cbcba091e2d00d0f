-- Finished runs of the workflow engine are removed by us: its open-source half keeps them for ever.
-- The engine's four tables have no cascade between them, so each is named (DBOS 3.4.0).
create function remove_finished_runs(before_ms bigint) returns integer
language plpgsql security definer set search_path = pg_catalog, public as $$
declare
    removed integer;
begin
    with old as (
        select workflow_uuid from dbos.workflow_status
        where completed_at < before_ms and application_name = 'medicalcor'
            and status in ('SUCCESS', 'ERROR', 'CANCELLED', 'MAX_RECOVERY_ATTEMPTS_EXCEEDED')
        order by completed_at limit 5000
    ),
    inputs as (delete from dbos.workflow_input where workflow_uuid in (select workflow_uuid from old)),
    outputs as (delete from dbos.workflow_output where workflow_uuid in (select workflow_uuid from old)),
    steps as (delete from dbos.operation_outputs where workflow_uuid in (select workflow_uuid from old))
    delete from dbos.workflow_status where workflow_uuid in (select workflow_uuid from old);
    get diagnostics removed = row_count;
    return removed;
end $$;

do $$
begin
    if exists (select from pg_roles where rolname = 'medicalcor_app') then
        revoke execute on function remove_finished_runs(bigint) from public;
        grant execute on function remove_finished_runs(bigint) to medicalcor_app;
    end if;
end $$;
