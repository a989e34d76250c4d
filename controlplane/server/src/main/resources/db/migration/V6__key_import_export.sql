-- Where the material of KEKs comes from and whether it may leave; imports that are being prepared.

alter table kms_key add column origin varchar(16) default 'GENERATED' not null;
alter table kms_key add column exportable boolean default false not null;

alter table key_version add column origin varchar(16) default 'GENERATED' not null;
alter table key_version add column imported_through varchar(16);
alter table key_version add column exportable boolean default false not null;
-- AES-CMAC of imported material over a zero block: the same material never makes two versions, nor one again that was
-- destroyed.
alter table key_version add column key_check_value varchar(32);
alter table key_version add constraint key_version_material unique (key_check_value);

-- state CREATING: its pair may or may not be in the HSM yet, and nobody was told of it.
create table import_job (
  id uuid primary key,
  tenant varchar(128) not null,
  state varchar(16) not null,
  algorithm varchar(64),
  through varchar(16),
  public_key bytea,
  refusals integer default 0 not null,
  -- what was made with it
  key_id uuid,
  -- whether its pair is surely not in the HSM any more
  pair_destroyed boolean default false not null,
  expires_at timestamp with time zone not null,
  created_at timestamp with time zone not null,
  created_by varchar(128) not null,
  updated_at timestamp with time zone not null,
  updated_by varchar(128) not null,
  revision bigint not null
);
create index import_job_tenant on import_job (tenant, created_at, id);
create index import_job_pair on import_job (pair_destroyed, state, expires_at);
