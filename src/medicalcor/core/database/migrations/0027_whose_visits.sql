-- Who comes may be known by what they are to the person who booked: a son whose name was not told.
alter table appointments add column relation text;
comment on column appointments.relation is 'What whoever comes is to the person who booked: son, mother, other.';
