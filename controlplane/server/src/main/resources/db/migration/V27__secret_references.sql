-- Values that are templates, and which secrets they refer to. The names alone stand here: the text of a template is sealed as any value.

alter table secret_version add column template boolean default false not null;

create table secret_reference (
  secret_id uuid not null references secret (id),
  version_number integer not null,
  tenant varchar(128) not null,
  target varchar(128) ${byBytes} not null,
  -- 0: the current one.
  target_version integer not null check (target_version >= 0),
  primary key (secret_id, version_number, target, target_version)
);

create index secret_reference_to on secret_reference (tenant, target);
