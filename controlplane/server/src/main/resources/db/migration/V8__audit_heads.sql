-- The heads of nodes' audit logs, and the keys that signed the first of them; notices that are about no key.

create table audit_log (
  origin varchar(256) ${byBytes} primary key,
  reporter varchar(128) not null,
  verification_key varchar(1024) not null,
  known_since timestamp with time zone not null
);

create table audit_head (
  origin varchar(256) ${byBytes} not null references audit_log (origin),
  tree_size bigint not null,
  note varchar(4096) not null,
  received_at timestamp with time zone not null,
  primary key (origin, tree_size)
);

alter table notice alter column key_id drop not null;
alter table notice add column subject varchar(1024);
