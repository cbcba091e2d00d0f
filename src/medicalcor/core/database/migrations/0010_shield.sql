-- How each provider stands is known to the workers, and shown by others.

alter table processes add column integrations jsonb;
comment on column processes.integrations is 'By provider: configured, breaker, since, refusal. Written by workers, on change.';
