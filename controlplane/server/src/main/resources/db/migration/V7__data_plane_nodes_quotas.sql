-- The processes of data plane nodes, as they tell of themselves with each question for changes: an instance is one process. seen_at is
-- by the database's clock and is written before the answer leaves, so that a node that was not answered since has a lease that is over
-- lease_ms after it.
create table data_plane_node (
  -- Who asks, as was proven by certificate or token: a node speaks for itself alone.
  identity varchar(256) ${byBytes} not null,
  instance varchar(64) not null,
  name varchar(256) not null,
  registered_at timestamp with time zone not null,
  seen_at timestamp with time zone not null,
  -- The revision in force on it, and since when that is known.
  epoch bigint not null,
  revision bigint not null,
  acknowledged_at timestamp with time zone not null,
  lease_ms bigint not null check (lease_ms > 0),
  -- How long data keys live at most that it hands out.
  data_key_ms bigint not null check (data_key_ms > 0),
  primary key (identity, instance)
);

-- How much a principal, or with the id '*' a tenant as a whole, may use keys.
create table quota (
  tenant varchar(128) not null,
  principal_id varchar(128) ${byBytes} not null,
  per_second bigint not null check (per_second >= 0),
  per_day bigint not null check (per_day >= 0),
  created_at timestamp with time zone not null,
  created_by varchar(128) not null,
  updated_at timestamp with time zone not null,
  updated_by varchar(128) not null,
  revision bigint not null,
  primary key (tenant, principal_id)
);
