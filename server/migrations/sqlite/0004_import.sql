-- Imports of users: the file that somebody uploaded, how it is read, what it would do, how far it is done.
-- The file itself lies in a folder; a row and its file go after 24 hours.

create table import (
  id text not null constraint import_pk primary key,
  -- Whose it is: nobody else may read it.
  user_id integer not null constraint import_user references users (id) on delete cascade,
  name text not null,
  size bigint not null,
  sha256 text not null,
  state text not null,
  -- Every line up to this one is done; while it is looked at: read.
  line bigint not null,
  uploaded_at bigint not null,
  -- wire::ReadAs, and the cells of the first line
  read_as text not null,
  head text not null,
  -- wire::ImportPreview
  preview text,
  -- wire::ImportCounts, and the first lines that were refused
  done text not null,
  constraint import_state check (state in ('uploaded', 'previewing', 'previewed', 'running', 'stopped', 'refused', 'done'))
);
create unique index import_one_running on import (state) where state = 'running';
create index import_by_user on import (user_id, uploaded_at, id);
