-- Groups of secrets of one environment and one data class. A grant names one as secret-group:NAME in secret_grant.

create table secret_group (
  id uuid primary key,
  tenant varchar(128) not null,
  name varchar(63) ${byBytes} not null,
  environment varchar(32) not null,
  data_class varchar(32) not null,
  owner varchar(256) not null,
  description varchar(1024) not null,
  created_at timestamp with time zone not null,
  created_by varchar(128) not null,
  updated_at timestamp with time zone not null,
  updated_by varchar(128) not null,
  revision bigint not null,
  constraint secret_group_name unique (tenant, name)
);

-- The group comes first: what a reader's look-up costs depends on the groups that it was granted, and not on whether the secret exists.
create table secret_group_member (
  tenant varchar(128) not null,
  group_name varchar(63) ${byBytes} not null,
  secret_name varchar(128) ${byBytes} not null,
  added_at timestamp with time zone not null,
  added_by varchar(128) not null,
  primary key (tenant, group_name, secret_name)
);

create index secret_group_member_of on secret_group_member (tenant, secret_name);
