-- Secrets and who may read them. Values stand here sealed alone: in envelopes of the data plane's format, under the vault's KMS key.

create table secret (
  id uuid primary key,
  tenant varchar(128) not null,
  name varchar(128) ${byBytes} not null,
  environment varchar(32) not null,
  data_class varchar(32) not null,
  owner varchar(256) not null,
  description varchar(1024) not null,
  expires_at timestamp with time zone not null,
  -- One of the two: after how many days it is renewed, or why it is not.
  rotation_days integer not null check (rotation_days >= 0),
  no_rotation_reason varchar(256) not null,
  current_version integer not null check (current_version > 0),
  created_at timestamp with time zone not null,
  created_by varchar(128) not null,
  updated_at timestamp with time zone not null,
  updated_by varchar(128) not null,
  revision bigint not null,
  constraint secret_name unique (tenant, name)
);

create table secret_version (
  secret_id uuid not null references secret (id),
  version_number integer not null check (version_number > 0),
  state varchar(16) not null,
  -- Null once it is destroyed.
  envelope bytea,
  created_at timestamp with time zone not null,
  created_by varchar(128) not null,
  changed_at timestamp with time zone not null,
  changed_by varchar(128) not null,
  primary key (secret_id, version_number)
);

-- The reader comes first: what a look-up costs depends on the reader's own grants, and not on whether the secret exists.
create table secret_grant (
  tenant varchar(128) not null,
  principal varchar(256) ${byBytes} not null,
  secret_name varchar(128) ${byBytes} not null,
  not_after timestamp with time zone,
  created_at timestamp with time zone not null,
  created_by varchar(128) not null,
  primary key (tenant, principal, secret_name)
);

create index secret_grant_of on secret_grant (tenant, secret_name);
