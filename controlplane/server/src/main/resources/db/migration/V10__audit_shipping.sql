-- How far the audit log of each node is archived, and at which archive.

create table audit_shipping (
  origin varchar(256) ${byBytes} primary key,
  archive varchar(64) not null,
  archived_size bigint not null,
  sealed_size bigint not null,
  contact_at timestamp with time zone not null,
  current_at timestamp with time zone not null
);
