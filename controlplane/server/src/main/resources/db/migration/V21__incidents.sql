-- Answers to leaks: what leaked, what is done about it step by step, and how far that is. No value of a secret stands here.

create table incident (
  id uuid primary key,
  tenant varchar(128) not null,
  kind varchar(16) not null,
  subject varchar(256) ${byBytes} not null,
  reason varchar(256) not null,
  since_at timestamp with time zone not null,
  overlap_s bigint not null,
  state varchar(16) not null,
  opened_at timestamp with time zone not null,
  opened_by varchar(128) not null,
  ended_at timestamp with time zone,
  ended_by varchar(128),
  end_reason varchar(256),
  next_at timestamp with time zone not null,
  -- Who works on it holds its number for a time; whoever takes it after that has the next number, and the former one writes nothing more.
  claim bigint not null,
  claimed_until timestamp with time zone,
  -- Which control plane that is; one that is gone holds nothing.
  claimed_by varchar(64),
  -- Who read what, as the archive told; null before.
  found text
);

create index incident_due on incident (state, next_at);
create index incident_of_tenant on incident (tenant, opened_at, id);

create table incident_step (
  incident_id uuid not null references incident (id) on delete cascade,
  step_number integer not null,
  action varchar(32) not null,
  subject varchar(256) ${byBytes} not null,
  state varchar(16) not null,
  mark bigint not null,
  amount bigint not null,
  outcome varchar(1024) not null,
  attempts integer not null,
  last_error varchar(256),
  began_at timestamp with time zone,
  ended_at timestamp with time zone,
  primary key (incident_id, step_number)
);

-- Secrets whose values up to a version are known to others: newer ones are not.
create table secret_leak (
  secret_id uuid primary key references secret (id),
  version_number integer not null,
  incident_id uuid not null,
  marked_at timestamp with time zone not null
);

-- Of notices that are about no key.
alter table notice add column addressee varchar(256);
