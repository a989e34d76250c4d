-- How long audit events stay in the archives, what must not be removed, and what was.

-- One row, or none as long as nobody has set any; 0 days: kept for ever.
create table audit_retention (
  id smallint primary key,
  no_key_days integer not null,
  public_days integer not null,
  internal_days integer not null,
  confidential_days integer not null,
  restricted_days integer not null,
  created_at timestamp with time zone not null,
  created_by varchar(128) not null,
  updated_at timestamp with time zone not null,
  updated_by varchar(128) not null,
  revision bigint not null
);

create table audit_hold (
  name varchar(64) ${byBytes} primary key,
  reason varchar(512) not null,
  key_name varchar(512),
  key_id uuid,
  principal_id varchar(512),
  from_at timestamp with time zone,
  to_at timestamp with time zone,
  lifted_at timestamp with time zone,
  created_at timestamp with time zone not null,
  created_by varchar(128) not null,
  updated_at timestamp with time zone not null,
  updated_by varchar(128) not null,
  revision bigint not null
);
create index audit_hold_active on audit_hold (lifted_at, name);

-- A removal is decided when its row is here; removed_at: its record is in the archive, its files are gone.
create table audit_removal (
  archive varchar(64) not null,
  log varchar(256) ${byBytes} not null,
  segment bigint not null,
  first_event bigint not null,
  events bigint not null,
  lost bigint not null,
  oldest_at timestamp with time zone not null,
  newest_at timestamp with time zone not null,
  bytes bigint not null,
  sha256 varchar(64) not null,
  policy varchar(512) not null,
  decided_at timestamp with time zone not null,
  removed_at timestamp with time zone,
  statement varchar(65536) not null,
  primary key (archive, log, segment)
);
create index audit_removal_open on audit_removal (archive, removed_at);
create index audit_removal_decided on audit_removal (decided_at, archive, log, segment);
