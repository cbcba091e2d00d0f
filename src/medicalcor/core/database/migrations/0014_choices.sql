-- What a patient tapped, as the clinic had given it.

alter table messages add column choice text;
