-- Users by every column of their list, holders of a module in order of name, and search by parts of names.

alter table users add column company text not null default '';
alter table users add column company_folded text not null default '';
alter table users add column first_name_folded text not null default '';
alter table users add column last_name_folded text not null default '';
alter table users add column email_folded text not null default '';
alter table users add column role_folded text not null default '';
-- Cannot log in yet, and may hold licenses meanwhile.
alter table users add column waiting_for_approval boolean not null default false;
-- What a search looks through; before it the list, so that a search of one list finds nobody of the other.
alter table users add column search_folded text generated always as (char(10) || case when other_user then 'o' else 'a' end || char(10) || user_id_folded || char(10) || name_folded) virtual;

-- lower() knows the letters of ASCII only; whoever writes a user folds by Unicode's rules.
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
  name_folded text not null constraint company_pk primary key,
  name text not null,
  department text not null,
  city text not null
) without rowid;

-- List and name of the user stand beside the assignment, so that holders come in order; the key keeps them the user's.
create table assignment_named (
  user_id integer not null,
  module_id integer not null constraint assignment_module references module (id) on delete restrict,
  assigned_at bigint not null,
  other_user boolean not null,
  name_folded text not null,
  constraint assignment_pk primary key (user_id, module_id),
  constraint assignment_user foreign key (user_id, other_user, name_folded)
    references users (id, other_user, name_folded) on update cascade on delete restrict
) without rowid;
insert into assignment_named (user_id, module_id, assigned_at, other_user, name_folded)
  select a.user_id, a.module_id, a.assigned_at, u.other_user, u.name_folded from assignment a join users u on u.id = a.user_id;
drop table assignment;
alter table assignment_named rename to assignment;
create index assignment_by_module on assignment (module_id, other_user, name_folded, user_id);

-- Parts of three letters of what a search looks through; the text itself is read from users.
create virtual table users_search using fts5(search_folded, content = 'users', content_rowid = 'id', detail = 'none',
  tokenize = 'trigram case_sensitive 1');
insert into users_search (rowid, search_folded) select id, search_folded from users;
create trigger users_search_insert after insert on users begin
  insert into users_search (rowid, search_folded) values (new.id, new.search_folded);
end;
create trigger users_search_delete after delete on users begin
  insert into users_search (users_search, rowid, search_folded) values ('delete', old.id, old.search_folded);
end;
create trigger users_search_update after update of other_user, user_id_folded, name_folded on users begin
  insert into users_search (users_search, rowid, search_folded) values ('delete', old.id, old.search_folded);
  insert into users_search (rowid, search_folded) values (new.id, new.search_folded);
end;
