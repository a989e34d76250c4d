-- Secrets that left, sealed to a recipient's key, kept until their end for who asked for them. What is in one is not readable here.

create table secret_export (
  id uuid primary key,
  tenant varchar(128) not null,
  requester varchar(128) ${byBytes} not null,
  recipient varchar(64) not null,
  secrets integer not null,
  bundle bytea not null,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null
);

create index secret_export_end on secret_export (expires_at);
