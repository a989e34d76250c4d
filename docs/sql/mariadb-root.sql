-- The user by which the vault makes credentials in MariaDB 10.6 or later, for an engine whose
-- database is `shop` and whose roles give rights in `shop` and `sales`. An administrator puts other
-- names and another password into it, and runs it before the engine is enrolled:
--
--   mariadb < docs/sql/mariadb-root.sql
--
-- The password is known for as long as the enrolment takes: the vault changes it then. The name
-- must be this account's alone, from whatever host.

create user vault_root@'%' identified by 'CHANGE-ME';

-- Makes, locks and removes users; sees and ends their sessions. CREATE USER can change any account's
-- password, so whoever has this one has the server: the vault uses it for its own users, and for
-- those that were given to it by GRANT PROXY, alone.
grant create user, process, connection admin on *.* to vault_root@'%';

-- Whose users there are, what they may do, and what runs as them.
grant select on mysql.* to vault_root@'%';

-- What the roles are to give, with the right to give it: in the names of databases `_` and `%` are
-- wildcards here, unless a backslash stands before them.
grant select, insert, update, delete, create, alter, drop, index, execute, create view,
  create routine, create temporary tables, lock tables
  on shop.* to vault_root@'%' with grant option;
grant select, insert, update, delete, create, alter, drop, index, execute, create view,
  create routine, create temporary tables, lock tables
  on sales.* to vault_root@'%' with grant option;

-- To see what runs as a credential, and to remove it (ownedObjects: drop).
grant alter routine, trigger on shop.* to vault_root@'%';
grant alter routine, trigger on sales.* to vault_root@'%';

-- The system itself locks credentials at their end, by events in the engine's database. It does so
-- when it runs events, too: event_scheduler = ON in the server's configuration.
grant event on shop.* to vault_root@'%';
