-- Systems in which the vault makes credentials, what these may do, and each credential's life.

create table secret_engine (
  id uuid primary key,
  tenant varchar(128) not null,
  name varchar(128) ${byBytes} not null,
  environment varchar(32) not null,
  kind varchar(32) not null,
  owner varchar(256) not null,
  description varchar(1024) not null,
  host varchar(256) not null,
  port integer not null,
  database_name varchar(128) not null,
  root_user varchar(128) not null,
  tls boolean not null,
  -- The password that is in force, sealed; and the one that is on its way, until it was shown to log in.
  root_number integer not null check (root_number > 0),
  root_envelope bytea not null,
  next_number integer,
  next_envelope bytea,
  created_at timestamp with time zone not null,
  created_by varchar(128) not null,
  updated_at timestamp with time zone not null,
  updated_by varchar(128) not null,
  revision bigint not null,
  constraint secret_engine_name unique (tenant, name)
);

create table dynamic_role (
  engine_id uuid not null references secret_engine (id),
  name varchar(128) ${byBytes} not null,
  description varchar(1024) not null,
  default_ttl_s bigint not null,
  max_ttl_s bigint not null,
  leases_max integer not null,
  owned varchar(16) not null,
  grants text not null,
  created_at timestamp with time zone not null,
  created_by varchar(128) not null,
  updated_at timestamp with time zone not null,
  updated_by varchar(128) not null,
  revision bigint not null,
  primary key (engine_id, name)
);

create table lease (
  id uuid primary key,
  tenant varchar(128) not null,
  engine_id uuid not null references secret_engine (id),
  role_name varchar(128) ${byBytes} not null,
  principal varchar(256) ${byBytes} not null,
  user_name varchar(128) not null,
  owned varchar(16) not null,
  state varchar(16) not null,
  issued_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  max_expires_at timestamp with time zone not null,
  -- When something is due: null once its credential is gone. Who works on it moves it ahead, so that it is nobody's after a kill.
  next_at timestamp with time zone,
  attempts integer not null,
  last_error varchar(256),
  reason varchar(32),
  ended_at timestamp with time zone,
  constraint lease_user unique (engine_id, user_name)
);

create index lease_due on lease (engine_id, next_at);
create index lease_of_role on lease (engine_id, role_name, next_at);
create index lease_of_principal on lease (tenant, principal, next_at);
create index lease_ended on lease (ended_at);
