-- Policies become documents of several statements; groups; what keys are marked with.

alter table kms_key add column tags varchar(8192) default '{}' not null;

-- A policy's document is JSON as docs/POLICY.md describes it. What was there is one statement each.
alter table policy add column document text;
update policy set document =
  '{"name":"' || name || '","statements":[{"effect":"' || effect || '","principals":['
  || (select string_agg('"' || m.principal_id || '"', ',' order by m.place)
      from policy_principal m where m.policy_id = policy.id)
  || '],"actions":["' || replace(actions, ',', '","') || '"],"keys":['
  || (select string_agg('"' || cast(k.key_id as varchar(36)) || '"', ',' order by k.place)
      from policy_key k where k.policy_id = policy.id)
  || ']}]}';
alter table policy alter column document set not null;
drop table policy_principal;
drop table policy_key;
alter table policy drop column effect;
alter table policy drop column actions;

-- What each policy said, and who made it say so. The last version of one that is gone is marked.
create table policy_version (
  policy_id uuid not null,
  revision bigint not null,
  tenant varchar(128) not null,
  name varchar(128) ${byBytes} not null,
  document text not null,
  removed boolean not null,
  changed_at timestamp with time zone not null,
  changed_by varchar(128) not null,
  primary key (policy_id, revision)
);
create index policy_version_name on policy_version (tenant, name);
insert into policy_version (policy_id, revision, tenant, name, document, removed, changed_at, changed_by)
  select id, revision, tenant, name, document, false, updated_at, updated_by from policy;

-- members: JSON, a list of texts.
create table principal_group (
  tenant varchar(128) not null,
  name varchar(128) ${byBytes} not null,
  members text not null,
  roles varchar(256) not null,
  created_at timestamp with time zone not null,
  created_by varchar(128) not null,
  updated_at timestamp with time zone not null,
  updated_by varchar(128) not null,
  revision bigint not null,
  primary key (tenant, name)
);
