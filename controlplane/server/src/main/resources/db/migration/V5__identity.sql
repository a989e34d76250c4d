-- Rises, in the order of all snapshot revisions, with each change of how a principal proves who it is.
alter table principal add column credential_revision bigint default 0 not null;

-- Who vouches for callers by signed tokens. document: what it is, as the API takes it.
create table identity_provider (
  id varchar(256) ${byBytes} primary key,
  tenant varchar(128) not null,
  name varchar(128) ${byBytes} not null,
  issuer varchar(512) ${byBytes} not null unique,
  document text not null,
  created_at timestamp with time zone not null,
  created_by varchar(128) not null,
  updated_at timestamp with time zone not null,
  updated_by varchar(128) not null,
  revision bigint not null,
  constraint identity_provider_name unique (tenant, name)
);

-- Whose principal a caller is: by subject (trust: the provider's id, or 'spiffe'), or by claims, and then subject is null.
create table identity_binding (
  id uuid primary key,
  tenant varchar(128) not null,
  principal_id varchar(128) ${byBytes} not null references principal (id) on delete cascade,
  trust varchar(256) ${byBytes} not null,
  provider_id varchar(256) ${byBytes} references identity_provider (id) on delete cascade,
  subject varchar(1024) ${byBytes},
  claims text,
  created_at timestamp with time zone not null,
  created_by varchar(128) not null,
  constraint identity_binding_subject unique (trust, subject)
);
create index identity_binding_principal on identity_binding (principal_id);
create index identity_binding_provider on identity_binding (provider_id);

-- Places for machines that have no credential yet. digest: SHA-256 of the code, once it was given out.
create table enrolment (
  id uuid primary key,
  tenant varchar(128) not null,
  principal_id varchar(128) ${byBytes} not null references principal (id) on delete cascade,
  valid_seconds bigint not null,
  digest bytea unique,
  expires_at timestamp with time zone not null,
  used_at timestamp with time zone,
  created_at timestamp with time zone not null,
  created_by varchar(128) not null
);
create index enrolment_principal on enrolment (principal_id);
