-- Certificate authorities whose keys are in the HSM, what their certificates may say, and each certificate's life. No private key stands here.

create table certificate_authority (
  id uuid primary key,
  tenant varchar(128) not null,
  name varchar(128) ${byBytes} not null,
  environment varchar(32) not null,
  owner varchar(256) not null,
  description varchar(1024) not null,
  common_name varchar(64) not null,
  key_type varchar(16) not null,
  valid_days integer not null,
  crl_url varchar(256),
  state varchar(16) not null,
  -- Null until its key was made in the HSM.
  certificate bytea,
  not_before timestamp with time zone,
  not_after timestamp with time zone,
  -- When something is due for it: its key is half made, or to be destroyed. Null: nothing is.
  next_at timestamp with time zone,
  -- How often certificates of it were revoked, and how often when the newest list was made.
  revocations bigint not null,
  crl_revocations bigint not null,
  crl_number bigint not null,
  crl_made_at timestamp with time zone,
  crl bytea,
  created_at timestamp with time zone not null,
  created_by varchar(128) not null,
  updated_at timestamp with time zone not null,
  updated_by varchar(128) not null,
  revision bigint not null,
  constraint certificate_authority_name unique (tenant, name)
);

create index certificate_authority_due on certificate_authority (next_at);

create table certificate_role (
  authority_id uuid not null references certificate_authority (id),
  name varchar(128) ${byBytes} not null,
  document text not null,
  created_at timestamp with time zone not null,
  created_by varchar(128) not null,
  updated_at timestamp with time zone not null,
  updated_by varchar(128) not null,
  revision bigint not null,
  primary key (authority_id, name)
);

create table certificate (
  id uuid primary key,
  tenant varchar(128) not null,
  authority_id uuid not null references certificate_authority (id),
  role_name varchar(128) ${byBytes} not null,
  principal varchar(256) ${byBytes} not null,
  serial varchar(32) not null,
  names text not null,
  generated_key boolean not null,
  state varchar(16) not null,
  issued_at timestamp with time zone not null,
  not_before timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  sha256 varchar(64),
  reason varchar(32),
  revoked_at timestamp with time zone,
  constraint certificate_serial unique (authority_id, serial)
);

create index certificate_of_role on certificate (authority_id, role_name, expires_at);
create index certificate_of_principal on certificate (tenant, principal, expires_at);
create index certificate_revoked on certificate (authority_id, state, expires_at);
create index certificate_pending on certificate (state, issued_at);
create index certificate_expired on certificate (expires_at);
