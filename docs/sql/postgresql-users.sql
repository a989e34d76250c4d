-- Functions by which the vault makes and removes its credentials in PostgreSQL 16 or later, whatever
-- number of them lives (docs/adr/0026-user-functions.md). A superuser runs this once in the
-- engine's database, before or after the engine is enrolled:
--
--   psql --dbname shop --set ON_ERROR_STOP=1 --set root=vault_root --file docs/sql/postgresql-users.sql
--
-- Whoever may call them can make users that may do nothing, under names of the vault's form, and
-- can do with those what the maker of a user can: no more than CREATEROLE allows. To take them
-- away, when no credential is live: drop schema cofre_users cascade. To replace them by those of
-- another release: the same, then this script; removals are refused in between, and tried again.
--
-- Each function looks into pg_catalog first and into pg_temp last. Without the latter PostgreSQL
-- looks for tables in the caller's temporary schema before any other, and would run what the caller
-- put there with a superuser's rights. The vault calls no function that is set otherwise.

begin;

set local search_path = pg_catalog, pg_temp;

create schema cofre_users;
revoke all on schema cofre_users from public;

-- Whether the user is there; one that somebody else made, or that may do more, is refused.
create function cofre_users.is_own(user_name pg_catalog.text) returns pg_catalog.bool
  language plpgsql strict security definer set search_path = pg_catalog, pg_temp as $$
declare
  found_user record;
begin
  select u.oid, u.rolsuper or u.rolcreaterole or u.rolcreatedb or u.rolreplication
      or u.rolbypassrls as does_more
    into found_user from pg_catalog.pg_authid u where u.rolname = user_name;
  if not found then
    return false;
  end if;
  if user_name !~ '^cofre_[a-z0-9_]{1,24}_[a-z2-7]{20}$' or found_user.does_more
      or pg_catalog.shobj_description(found_user.oid, 'pg_authid')
        is distinct from 'cofre user of ' || session_user then
    raise insufficient_privilege using message = 'the user was not made by this function''s caller';
  end if;
  return true;
end $$;

create function cofre_users.require_own(user_name pg_catalog.text) returns pg_catalog.void
  language plpgsql strict security definer set search_path = pg_catalog, pg_temp as $$
begin
  if not cofre_users.is_own(user_name) then
    raise undefined_object using message = 'the user is not there';
  end if;
end $$;

-- Makes a user; the comment says for whom.
create function cofre_users.make(user_name pg_catalog.text, ends_at pg_catalog.text, verifier pg_catalog.text) returns pg_catalog.void
  language plpgsql strict security definer set search_path = pg_catalog, pg_temp as $$
begin
  if user_name !~ '^cofre_[a-z0-9_]{1,24}_[a-z2-7]{20}$' or verifier !~ '^SCRAM-SHA-256\$' then
    raise insufficient_privilege using message = 'the name or the verifier is not of the vault''s form';
  end if;
  execute pg_catalog.format('create role %I login nosuperuser nocreatedb nocreaterole noreplication'
    ' nobypassrls valid until %L password %L', user_name, ends_at, verifier);
  execute pg_catalog.format('comment on role %I is %L', user_name, 'cofre user of ' || session_user);
end $$;

-- Lets a user log in until another time.
create function cofre_users.renew(user_name pg_catalog.text, ends_at pg_catalog.text) returns pg_catalog.void
  language plpgsql strict security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform cofre_users.require_own(user_name);
  execute pg_catalog.format('alter role %I valid until %L', user_name, ends_at);
end $$;

-- Lets a user log in no more.
create function cofre_users.shut(user_name pg_catalog.text) returns pg_catalog.void
  language plpgsql strict security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform cofre_users.require_own(user_name);
  execute pg_catalog.format('alter role %I nologin password null valid until ''-infinity''', user_name);
end $$;

-- Gives the caller what a user may do, to end its sessions and take over what it owns.
create function cofre_users.take(user_name pg_catalog.text) returns pg_catalog.void
  language plpgsql strict security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform cofre_users.require_own(user_name);
  execute pg_catalog.format('grant %I to %I with inherit true, set true', user_name, session_user);
end $$;

-- Removes a user, if it is there and owns nothing.
create function cofre_users.remove(user_name pg_catalog.text) returns pg_catalog.void
  language plpgsql strict security definer set search_path = pg_catalog, pg_temp as $$
begin
  if cofre_users.is_own(user_name) then
    execute pg_catalog.format('drop role %I', user_name);
  end if;
end $$;

revoke all on all functions in schema cofre_users from public;
grant usage on schema cofre_users to :"root";
grant execute on function cofre_users.make(text, text, text), cofre_users.renew(text, text),
  cofre_users.shut(text), cofre_users.take(text), cofre_users.remove(text) to :"root";

commit;
