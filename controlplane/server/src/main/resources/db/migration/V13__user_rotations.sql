-- Secrets whose values the vault makes: passwords of two users of an engine's system in turn. No password stands here: a value is published in secret_version once it was shown to log in.

create table user_rotation (
  secret_id uuid primary key references secret (id),
  engine_id uuid not null references secret_engine (id),
  user_a varchar(63) not null,
  user_b varchar(63) not null,
  creates boolean not null,
  grants text not null,
  period_s bigint not null,
  -- Whom the published version names: never changed by the next rotation.
  active_user varchar(63) not null,
  -- Written before the system hears of it: whose password may be changed by now. Null: no rotation is on its way.
  next_user varchar(63) check (next_user <> active_user),
  published_version integer not null,
  rotated_at timestamp with time zone,
  due_at timestamp with time zone not null,
  -- When it is tried, at first or again.
  next_at timestamp with time zone not null,
  -- Who works on it holds its number for a time; whoever takes it after that has the next number, and the former one can publish nothing.
  claim bigint not null,
  claimed_until timestamp with time zone,
  attempts integer not null,
  last_error varchar(256),
  created_at timestamp with time zone not null,
  created_by varchar(128) not null,
  updated_at timestamp with time zone not null,
  updated_by varchar(128) not null,
  revision bigint not null
);

create index user_rotation_due on user_rotation (engine_id, next_at);
create index user_rotation_next on user_rotation (next_at, engine_id);
