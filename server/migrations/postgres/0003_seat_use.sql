-- Seats over time: one row per user license and day, and one per activation. Written once; what is older than five years goes.

create table seat_use (
  module_id integer not null constraint seat_use_module references module (id) on delete restrict,
  -- YYYY-MM-DD in the installation's time zone, as of when it was written.
  day text collate "C" not null,
  at bigint not null,
  source text not null,
  in_use integer not null,
  total integer not null,
  unrestricted boolean not null,
  constraint seat_use_pk primary key (module_id, day, at, source),
  constraint seat_use_source check (source in ('day', 'activation')),
  constraint seat_use_in_use check (in_use >= 0)
);
create unique index seat_use_one_a_day on seat_use (module_id, day) where source = 'day';
create index seat_use_by_day on seat_use (day);
