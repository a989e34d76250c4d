package dev.cofre.loadtest.system;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Adds live leases to those that the API made, in the store and in the target, as the control plane
 * would have left them there: it makes some tens in a second. Stateless.
 */
final class LeaseSeed {
  private static final int OF_A_GROUP = 1_000;

  /** Of the vault's form: hexadecimal digits that it does not use become letters that it does. */
  private static final String NAME =
      "'cofre_reader_' || left(translate(md5('user ' || i), '0189', 'wxyz'), 20)";

  private LeaseSeed() {}

  /** Adds {@code count} that end when the first one of the store does. */
  static void add(Postgres store, LeaseTarget target, LeaseTarget.Root root, int count)
      throws SQLException {
    for (int from = 1; from <= count; from += OF_A_GROUP) {
      users(target, root, from, Math.min(count, from + OF_A_GROUP - 1));
    }
    try (Connection connection = DriverManager.getConnection(store.url(), "postgres", "");
        Statement statement = connection.createStatement()) {
      statement.execute(
          "insert into lease (id, tenant, engine_id, role_name, principal, user_name, owned, state,"
              + " issued_at, expires_at, max_expires_at, next_at, attempts)"
              + " select gen_random_uuid(), tenant, engine_id, role_name, principal, "
              + NAME
              + ", owned, state, issued_at, expires_at, max_expires_at, next_at, 0"
              + " from (select * from lease where state = 'ACTIVE' limit 1) one,"
              + " generate_series(1, "
              + count
              + ") i");
      statement.execute("analyze lease");
    }
  }

  private static void users(LeaseTarget target, LeaseTarget.Root root, int from, int to)
      throws SQLException {
    String group =
        "\"cofre-grants-' || translate(md5('group " + from + "'), '0189', 'wxyz') || '\"";
    String after =
        switch (root) {
          case FUNCTIONS ->
              "execute format('comment on role %I is %L', n, 'cofre user of vault_root');";
          case PLAIN ->
              "execute format('grant %I to vault_root with admin true, inherit false, set false', n);";
          case SUPERUSER -> "";
        };
    target.administer(
        LeaseTarget.DATABASE,
        "do $$ declare n text; begin set local role vault_root;"
            + execute("create role " + group + " nologin")
            + execute("grant connect on database shop to " + group)
            + execute("grant usage on schema sales to " + group)
            + execute("grant select on all tables in schema sales to " + group)
            + "reset role; for i in "
            + from
            + ".."
            + to
            + " loop n := "
            + NAME
            + "; execute format('create role %I login valid until %L password %L', n,"
            + " now() + interval '1 hour', 'SCRAM-SHA-256$4096:c2FsdA==$YQ==:YQ==');"
            + after
            + "execute format('grant "
            + group
            + " to %I with admin false, inherit true, set false', n);"
            + " end loop; end $$");
  }

  private static String execute(String sql) {
    return "execute '" + sql + "';";
  }
}
