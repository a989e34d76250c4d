-- Of what is due, what may work still is taken first: without this all that is due would be looked through for it.

create index lease_working on lease (engine_id, state, expires_at);
