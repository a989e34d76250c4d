-- What encryption contexts in audit events are digested with: one key a year, wrapped in the HSM.

create table audit_digest_key (
  event_year integer primary key,
  id uuid not null,
  kek_label varchar(128) not null,
  wrapped_key bytea not null,
  created_at timestamp with time zone not null
);
