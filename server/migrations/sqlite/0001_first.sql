-- The first schema. The same in both databases: same names of tables, columns, constraints and indexes.
-- Instants are epoch milliseconds; ids of users, modules and owners are integers, all others UUIDv7 as text;
-- *_folded columns hold what search and order use.

create table installation (
  id integer not null constraint installation_pk primary key,
  serial_nr text not null,
  company_name text not null,
  -- Moves when serial number and company change.
  revision bigint not null,
  changed_at bigint not null,
  constraint installation_one check (id = 1)
);

create table module_owner (
  id integer not null constraint module_owner_pk primary key autoincrement,
  name text not null,
  -- The certificate's description, once there is one.
  description text not null,
  -- Moves when a license is installed, offered or withdrawn.
  revision bigint not null,
  activation text not null,
  last_check_at bigint,
  -- wire::CheckResult
  last_check text,
  next_check_at bigint,
  -- Failures in a row, for the backoff.
  failures integer not null,
  constraint module_owner_name unique (name),
  constraint module_owner_activation check (activation in ('automatic', 'ask_me'))
);

create table users (
  id integer not null constraint users_pk primary key autoincrement,
  user_id text not null,
  user_id_folded text not null,
  first_name text not null,
  last_name text not null,
  full_name text not null,
  name_folded text not null,
  email text not null,
  user_type text not null,
  -- System and anonymous users: the list "Other users".
  other_user boolean not null,
  primary_group text not null,
  group_folded text not null,
  role text not null,
  can_log_in boolean not null,
  former_employee boolean not null,
  last_sign_in bigint,
  -- Moves with every change of this user.
  revision bigint not null,
  constraint users_user_id unique (user_id_folded)
);
create index users_by_name on users (other_user, name_folded, id);
create index users_by_user_id on users (other_user, user_id_folded, id);
create index users_by_group on users (other_user, group_folded, id);
create index users_by_last_sign_in on users (other_user, last_sign_in, id);

-- Every license that was ever offered or installed, with its exact bytes.
create table license (
  id text not null constraint license_pk primary key,
  owner_id integer not null constraint license_owner references module_owner (id) on delete restrict,
  serial_nr text not null,
  company_name text not null,
  sequence bigint not null,
  sha256 text not null,
  compact text not null,
  origin text not null,
  state text not null,
  received_at bigint not null,
  -- Switches serial number and company when it is activated.
  changes_installation boolean not null,
  installed_at bigint,
  -- Who activated it; null with installed_at set: by itself.
  activated_by integer constraint license_activated_by references users (id) on delete restrict,
  -- When an administrator first looked at what was activated by itself.
  seen_at bigint,
  -- The license that was in force before.
  replaces text constraint license_replaces references license (id) on delete restrict,
  constraint license_origin check (origin in ('license_server', 'file', 'registration')),
  constraint license_state check (state in ('offered', 'installed', 'replaced', 'withdrawn', 'discarded')),
  constraint license_installed_at check ((state in ('installed', 'replaced')) = (installed_at is not null))
);
create unique index license_one_offer on license (owner_id) where state = 'offered';
create unique index license_one_installed on license (owner_id) where state = 'installed';
create index license_by_owner on license (owner_id, sequence, id);

-- Freshness: kept for ever, also when an owner is removed.
create table highest_sequence (
  owner_name text not null,
  serial_nr text not null,
  sequence bigint not null,
  sha256 text not null,
  constraint highest_sequence_pk primary key (owner_name, serial_nr)
);

-- A module keeps its id over new sequences; one that disappeared has in_license = false and total = 0.
create table module (
  id integer not null constraint module_pk primary key autoincrement,
  owner_id integer not null constraint module_owner_fk references module_owner (id) on delete restrict,
  name text not null,
  description text not null,
  license_type text not null,
  user_plan boolean not null,
  hidden boolean not null,
  unrestricted boolean not null,
  in_license boolean not null,
  sort_order integer not null,
  -- Place in the license, for a complete order.
  position integer not null,
  total integer not null,
  in_use integer not null,
  -- Which plan sets in_use was counted under: moves on all modules of an owner when a set changes.
  set_revision bigint not null,
  constraint module_name unique (owner_id, name),
  constraint module_in_use check (in_use >= 0),
  constraint module_seats check (unrestricted or in_use <= total)
);

-- What somebody gave: a user plan or a single license. What a plan brings is not stored.
create table assignment (
  user_id integer not null constraint assignment_user references users (id) on delete restrict,
  module_id integer not null constraint assignment_module references module (id) on delete restrict,
  assigned_at bigint not null,
  constraint assignment_pk primary key (user_id, module_id)
) without rowid;
create index assignment_by_module on assignment (module_id, user_id);

-- Who may sign in to the console.
create table credential (
  user_id integer not null constraint credential_pk primary key constraint credential_user references users (id) on delete restrict,
  password_hash text not null,
  administrator boolean not null,
  changed_at bigint not null
);

create table session (
  -- SHA-256 of the token, hexadecimal: the token itself is nowhere.
  token_sha256 text not null constraint session_pk primary key,
  user_id integer not null constraint session_user_fk references users (id) on delete cascade,
  created_at bigint not null,
  last_seen_at bigint not null
);
create index session_by_user on session (user_id, created_at, token_sha256);
create index session_by_last_seen on session (last_seen_at, token_sha256);

-- One entry per act, in the transaction of the act; append-only.
create table audit (
  id text not null constraint audit_pk primary key,
  at bigint not null,
  -- Null: the console itself.
  actor integer constraint audit_actor references users (id) on delete restrict,
  act text not null,
  owner_name text,
  -- What the act was about, as it was then.
  detail text not null
);
create index audit_by_owner on audit (owner_name, at, id);
create index audit_by_time on audit (at, id);

-- One row per user touched by an act. No reference to users: an entry outlives what it tells of.
create table audit_user (
  audit_id text not null constraint audit_user_audit references audit (id) on delete restrict,
  user_id integer not null,
  detail text not null,
  constraint audit_user_pk primary key (audit_id, user_id)
) without rowid;
create index audit_user_by_user on audit_user (user_id, audit_id);

create trigger audit_no_update before update on audit begin select raise(abort, 'audit is append-only'); end;
create trigger audit_no_delete before delete on audit begin select raise(abort, 'audit is append-only'); end;
create trigger audit_user_no_update before update on audit_user begin select raise(abort, 'audit is append-only'); end;
create trigger audit_user_no_delete before delete on audit_user begin select raise(abort, 'audit is append-only'); end;
