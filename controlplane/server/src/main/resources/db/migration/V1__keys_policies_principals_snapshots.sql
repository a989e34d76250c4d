-- Portable between PostgreSQL and H2 in its PostgreSQL mode. ${byBytes} makes text sort by its bytes on both.

create table kms_key (
  id uuid primary key,
  tenant varchar(128) not null,
  alias varchar(128) ${byBytes} not null,
  environment varchar(32) not null,
  data_class varchar(32) not null,
  owner varchar(256) not null,
  purpose varchar(256) not null,
  key_usage varchar(32) not null,
  state varchar(32) not null,
  protection varchar(32) not null,
  current_version integer not null,
  expires_at timestamp with time zone not null,
  created_at timestamp with time zone not null,
  created_by varchar(128) not null,
  updated_at timestamp with time zone not null,
  updated_by varchar(128) not null,
  revision bigint not null,
  constraint kms_key_alias unique (tenant, alias)
);

-- state CREATING: its KEK may or may not be in the HSM yet, and nobody was told of it.
create table key_version (
  key_id uuid not null references kms_key (id) on delete cascade,
  version_number integer not null check (version_number > 0),
  state varchar(32) not null,
  protection varchar(32) not null,
  kek_label varchar(128) not null unique,
  made_by_node varchar(128) not null,
  created_at timestamp with time zone not null,
  created_by varchar(128) not null,
  primary key (key_id, version_number)
);

create table principal (
  id varchar(128) ${byBytes} primary key,
  tenant varchar(128) not null,
  roles varchar(256) not null,
  created_at timestamp with time zone not null,
  created_by varchar(128) not null,
  updated_at timestamp with time zone not null,
  updated_by varchar(128) not null,
  revision bigint not null
);

-- SHA-256 of bearer tokens; the tokens themselves are stored nowhere.
create table principal_token (
  digest bytea primary key,
  principal_id varchar(128) ${byBytes} not null references principal (id) on delete cascade,
  created_at timestamp with time zone not null
);
create index principal_token_principal on principal_token (principal_id);

create table policy (
  id uuid primary key,
  tenant varchar(128) not null,
  name varchar(128) ${byBytes} not null,
  effect varchar(16) not null,
  actions varchar(1024) not null,
  created_at timestamp with time zone not null,
  created_by varchar(128) not null,
  updated_at timestamp with time zone not null,
  updated_by varchar(128) not null,
  revision bigint not null,
  constraint policy_name unique (tenant, name)
);

create table policy_principal (
  policy_id uuid not null references policy (id) on delete cascade,
  place integer not null,
  principal_id varchar(128) ${byBytes} not null references principal (id),
  primary key (policy_id, place)
);
create index policy_principal_principal on policy_principal (principal_id);

create table policy_key (
  policy_id uuid not null references policy (id) on delete cascade,
  place integer not null,
  key_id uuid not null references kms_key (id),
  primary key (policy_id, place)
);

-- One row: where the chain of snapshots stands. Every change locks it first, so that changes are in one order.
create table snapshot_head (
  only_row integer primary key check (only_row = 1),
  epoch bigint not null,
  revision bigint not null,
  digest bytea not null
);

create table snapshot_revision (
  epoch bigint not null,
  revision bigint not null,
  changes bytea not null,
  digest bytea not null,
  created_at timestamp with time zone not null,
  primary key (epoch, revision)
);

-- status 0: the request is being worked on.
create table idempotent_answer (
  principal_id varchar(128) ${byBytes} not null,
  idempotency_key varchar(255) not null,
  request_digest bytea not null,
  status integer not null,
  entity_tag varchar(64),
  body text,
  made_by_node varchar(128) not null,
  created_at timestamp with time zone not null,
  primary key (principal_id, idempotency_key)
);

-- What was done once for this installation.
create table milestone (
  name varchar(64) primary key,
  reached_at timestamp with time zone not null
);
