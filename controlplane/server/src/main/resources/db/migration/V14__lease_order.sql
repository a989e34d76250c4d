-- Of what is due, what was revoked before its time is taken first: without this all that is due would be looked through for it.

create index lease_revoking on lease (engine_id, state, next_at);
