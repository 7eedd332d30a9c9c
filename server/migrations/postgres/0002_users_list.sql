-- Users by every column of their list, holders of a module in order of name, and search by parts of names.

alter table users add column company text not null default '';
alter table users add column company_folded text collate "C" not null default '';
alter table users add column first_name_folded text collate "C" not null default '';
alter table users add column last_name_folded text collate "C" not null default '';
alter table users add column email_folded text collate "C" not null default '';
alter table users add column role_folded text collate "C" not null default '';
-- Cannot log in yet, and may hold licenses meanwhile.
alter table users add column waiting_for_approval boolean not null default false;
-- What a search looks through; before it the list, so that a search of one list finds nobody of the other.
alter table users add column search_folded text collate "C" generated always as (chr(10) || case when other_user then 'o' else 'a' end || chr(10) || user_id_folded || chr(10) || name_folded) stored;

-- Whoever writes a user folds by Unicode's rules; this comes close to them.
update users set first_name_folded = lower(trim(first_name)), last_name_folded = lower(trim(last_name)),
  email_folded = lower(trim(email)), role_folded = lower(trim(role));

drop index users_by_group;
create index users_by_group on users (other_user, group_folded, name_folded, id);
create index users_by_role on users (other_user, role_folded, name_folded, id);
create index users_by_company on users (other_user, company_folded, name_folded, id);
create index users_by_can_log_in on users (other_user, can_log_in, name_folded, id);
create index users_by_former_employee on users (other_user, former_employee, name_folded, id);
create index users_by_first_name on users (other_user, first_name_folded, id);
create index users_by_last_name on users (other_user, last_name_folded, id);
create index users_by_email on users (other_user, email_folded, id);
create unique index users_name_key on users (id, other_user, name_folded);

-- The companies whose people can be users.
create table company (
  name_folded text collate "C" not null constraint company_pk primary key,
  name text not null,
  department text not null,
  city text not null
);

-- List and name of the user stand beside the assignment, so that holders come in order; the key keeps them the user's.
alter table assignment add column other_user boolean;
alter table assignment add column name_folded text collate "C";
update assignment a set other_user = u.other_user, name_folded = u.name_folded from users u where u.id = a.user_id;
alter table assignment alter column other_user set not null;
alter table assignment alter column name_folded set not null;
alter table assignment drop constraint assignment_user;
alter table assignment add constraint assignment_user foreign key (user_id, other_user, name_folded)
  references users (id, other_user, name_folded) on update cascade on delete restrict;
drop index assignment_by_module;
create index assignment_by_module on assignment (module_id, other_user, name_folded, user_id);

-- Parts of three letters of what a search looks through.
create extension if not exists pg_trgm;
create index users_search on users using gin (search_folded gin_trgm_ops);
