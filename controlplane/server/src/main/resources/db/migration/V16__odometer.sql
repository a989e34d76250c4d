-- What was encrypted under each version of a key, counted from the archived audit logs, and its limits.

create table key_version_use (
  key_id uuid not null,
  version_number integer not null,
  messages bigint not null,
  bytes bigint not null,
  data_keys bigint not null,
  -- Of late: sums whose parts weigh less the older they are, as of recent_day, in days since 1970; that is counted_at.
  recent_messages double precision not null,
  recent_bytes double precision not null,
  recent_data_keys double precision not null,
  recent_day double precision not null,
  counted_at timestamp with time zone not null,
  primary key (key_id, version_number)
);

-- For what is used up: versions that are beyond a share of a limit are few among all.
create index key_version_use_messages on key_version_use (messages);
create index key_version_use_bytes on key_version_use (bytes);
create index key_version_use_data_keys on key_version_use (data_keys);

-- Of which version an owner was told that its limits are near.
alter table notice add column version_number integer;

-- How far each archived log is counted: moved on in the transaction that adds what it holds, so that each record counts once.
create table odometer_log (
  origin varchar(256) ${byBytes} primary key,
  next_index bigint not null,
  counted_at timestamp with time zone not null
);

alter table data_class add column version_messages_max bigint default 17592186044416 not null;
alter table data_class add column version_bytes_max bigint default 4503599627370496 not null;
alter table data_class add column version_data_keys_max bigint default 4294967296 not null;
update data_class set version_messages_max = 1099511627776, version_bytes_max = 1125899906842624 where name = 'confidential';
update data_class set version_messages_max = 68719476736, version_bytes_max = 281474976710656 where name = 'restricted';
