-- How patients prepare for a procedure, by language; empty: as for any visit.

alter table procedures add column preparation jsonb not null default '{}';
