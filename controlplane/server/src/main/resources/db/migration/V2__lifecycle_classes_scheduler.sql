-- The states of keys and versions, data classes, tombstones, notices, use counts and the jobs of the scheduler.

alter table kms_key add column activates_at timestamp with time zone;
alter table kms_key add column destruction_asked_at timestamp with time zone;
alter table kms_key add column destruction_asked_by varchar(128);
alter table kms_key add column destroy_at timestamp with time zone;
alter table kms_key add column state_before varchar(32);
alter table kms_key add column destruction_begun boolean default false not null;
alter table kms_key add column destroyed_at timestamp with time zone;
-- When the current version was made: what rotation is due by.
alter table kms_key add column rotated_at timestamp with time zone;
update kms_key set rotated_at =
  (select v.created_at from key_version v where v.key_id = kms_key.id and v.version_number = kms_key.current_version);
create index kms_key_rotation on kms_key (state, data_class, rotated_at);
create index kms_key_expiry on kms_key (state, expires_at);
create index kms_key_destruction on kms_key (state, destroy_at);
create index kms_key_activation on kms_key (state, activates_at);

-- key_version.state says how far its making is; use_state what may be done with it.
alter table key_version add column use_state varchar(32) default 'ACTIVE' not null;
alter table key_version add column destruction_asked_at timestamp with time zone;
alter table key_version add column destruction_asked_by varchar(128);
alter table key_version add column destroy_at timestamp with time zone;
alter table key_version add column state_before varchar(32);
alter table key_version add column destruction_begun boolean default false not null;
alter table key_version add column destroyed_at timestamp with time zone;
-- Protection SOFTWARE: the KEK, wrapped by the tenant's root KEK in the HSM.
alter table key_version add column wrapped_kek bytea;
create index key_version_destruction on key_version (use_state, destroy_at);

create table tombstone (
  key_id uuid not null references kms_key (id),
  -- 0: all versions of the key
  version_number integer not null,
  document bytea not null,
  signature bytea not null,
  verification_key_id bytea not null,
  created_at timestamp with time zone not null,
  primary key (key_id, version_number)
);

create table data_class (
  name varchar(32) primary key,
  rotation_days integer not null,
  lifetime_days_max integer not null,
  protections varchar(128) not null,
  export_permitted boolean not null,
  data_key_seconds_max bigint not null,
  data_key_messages_max bigint not null,
  data_key_bytes_max bigint not null,
  destruction_wait_days integer not null,
  warn_days integer not null,
  unused_days integer not null,
  created_at timestamp with time zone not null,
  created_by varchar(128) not null,
  updated_at timestamp with time zone not null,
  updated_by varchar(128) not null,
  revision bigint not null
);

-- What an owner was told, once for each end.
create table notice (
  id uuid primary key,
  tenant varchar(128) not null,
  key_id uuid not null references kms_key (id),
  kind varchar(32) not null,
  due_at timestamp with time zone not null,
  created_at timestamp with time zone not null,
  constraint notice_once unique (key_id, kind, due_at)
);
create index notice_tenant on notice (tenant, created_at, id);

-- How often nodes said that a principal did something with a key.
create table key_use (
  key_id uuid not null,
  principal_id varchar(128) ${byBytes} not null,
  action varchar(64) not null,
  uses bigint not null,
  last_used_at timestamp with time zone not null,
  primary key (key_id, principal_id, action)
);

-- The last report of each node: one that is sent again counts once.
create table use_report (
  node varchar(128) primary key,
  report_id uuid not null,
  received_at timestamp with time zone not null
);

-- Of db-scheduler 16, in its form.
create table scheduled_tasks (
  task_name varchar(100) not null,
  task_instance varchar(100) not null,
  task_data bytea,
  execution_time timestamp with time zone not null,
  picked boolean not null,
  picked_by varchar(50),
  last_success timestamp with time zone,
  last_failure timestamp with time zone,
  consecutive_failures integer,
  last_heartbeat timestamp with time zone,
  version bigint not null,
  priority smallint,
  primary key (task_name, task_instance)
);
create index scheduled_tasks_execution on scheduled_tasks (execution_time);
create index scheduled_tasks_heartbeat on scheduled_tasks (last_heartbeat);
