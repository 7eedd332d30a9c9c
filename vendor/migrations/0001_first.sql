-- What this license server knows: who bought, what was signed, which changes of serial number were agreed.
create table customer (
  serial_nr text not null constraint customer_pk primary key,
  company_name text not null,
  -- 410 to whoever asks.
  withdrawn boolean not null,
  -- The order that was issued last, as JSON: where the order page and the next order begin.
  last_order text not null
) without rowid;

create table issue (
  serial_nr text not null constraint issue_customer references customer (serial_nr) on delete restrict,
  sequence integer not null,
  issued_at integer not null,
  -- Signed and counted, but not served: for the mail.
  held boolean not null,
  reference text not null,
  sha256 text not null,
  compact text not null,
  constraint issue_pk primary key (serial_nr, sequence)
) without rowid;

-- How many of each module an issue has; null: no ceiling.
create table issued_module (
  serial_nr text not null,
  sequence integer not null,
  module text not null,
  total integer,
  constraint issued_module_pk primary key (serial_nr, module, sequence),
  constraint issued_module_issue foreign key (serial_nr, sequence) references issue (serial_nr, sequence) on delete restrict
) without rowid;

-- A change of serial number and company that this owner agreed to.
create table registration (
  from_serial_nr text not null,
  to_serial_nr text not null,
  company_name text not null,
  recorded_at integer not null,
  constraint registration_pk primary key (from_serial_nr, to_serial_nr)
) without rowid;
