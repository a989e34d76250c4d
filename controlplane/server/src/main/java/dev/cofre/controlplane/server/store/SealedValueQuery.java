package dev.cofre.controlplane.server.store;

import dev.cofre.contract.envelope.EnvelopeFormat;
import dev.cofre.contract.envelope.WrappedDataKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/**
 * Counts the values of secrets by the KMS key that their envelopes name. It goes through all values
 * of a tenant: for the rare question of what a key's end would end.
 */
public final class SealedValueQuery {
  /** An envelope's first bytes, in which key id and version stand. */
  private static final int HEAD = EnvelopeFormat.WRAPPED_DATA_KEY_LENGTH;

  private static final int FETCH = 1_000;

  private final Handle handle;

  SealedValueQuery(Handle handle) {
    this.handle = handle;
  }

  /**
   * What is sealed under one version of a key.
   *
   * @param values all values, of older versions of secrets and of engines' root users too
   * @param secrets those whose current value is among them
   */
  public record Sealed(int version, int values, int secrets) {}

  /**
   * What is sealed under {@code key}, by its versions; those with nothing under them are not in.
   */
  public List<Sealed> under(String tenant, UUID key) {
    Map<Integer, int[]> counts = new TreeMap<>();
    handle
        .createQuery(
            "select substring(v.envelope from 1 for "
                + HEAD
                + ") as head, v.version_number = s.current_version as is_current"
                + " from secret s join secret_version v on v.secret_id = s.id"
                + " where s.tenant = :tenant and v.envelope is not null"
                + " union all select substring(root_envelope from 1 for "
                + HEAD
                + "), false from secret_engine where tenant = :tenant"
                + " union all select substring(next_envelope from 1 for "
                + HEAD
                + "), false from secret_engine where tenant = :tenant"
                + " and next_envelope is not null")
        .bind("tenant", tenant)
        .setFetchSize(FETCH)
        .map((row, context) -> new Head(row.getBytes("head"), row.getBoolean("is_current")))
        .forEach(head -> count(head, key, counts));
    List<Sealed> sealed = new ArrayList<>();
    counts.forEach((version, of) -> sealed.add(new Sealed(version, of[0], of[1])));
    return sealed;
  }

  private record Head(byte[] bytes, boolean current) {}

  private static void count(Head head, UUID key, Map<Integer, int[]> counts) {
    if (WrappedDataKey.isAt(head.bytes, 0) && WrappedDataKey.keyIdAt(head.bytes, 0).equals(key)) {
      int[] of =
          counts.computeIfAbsent(WrappedDataKey.keyVersionAt(head.bytes, 0), n -> new int[2]);
      of[0]++;
      of[1] += head.current ? 1 : 0;
    }
  }
}
