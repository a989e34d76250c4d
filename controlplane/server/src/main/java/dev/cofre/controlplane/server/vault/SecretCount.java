package dev.cofre.controlplane.server.vault;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.server.store.Transaction;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * Holds tenants to the most secrets that they may have, without counting them for each new one.
 * Thread-safe.
 *
 * <p>A tenant's secrets are counted once a minute, outside of the order of changes, and those made
 * here are added; at the limit each one is counted. Secrets are never removed. So what several
 * control planes make within the same minute may be more by that much.
 */
public final class SecretCount {
  private static final long KEPT_NS = 60_000_000_000L;

  private final int secretsMax;
  private final LongSupplier nanoTime;
  private final Map<String, Counted> tenants = new ConcurrentHashMap<>();

  private record Counted(long atNs, AtomicInteger secrets) {}

  /** Allows {@code secretsMax} secrets to each tenant. */
  public SecretCount(int secretsMax, LongSupplier nanoTime) {
    this.secretsMax = secretsMax;
    this.nanoTime = nanoTime;
  }

  /**
   * Checks that {@code tenant} may have one more; called in a transaction that only reads.
   *
   * @throws ProblemException {@code conflict} when it may not
   */
  public void requireRoom(Transaction tx, String tenant) {
    Counted known = tenants.get(tenant);
    long now = nanoTime.getAsLong();
    if (known == null || now - known.atNs > KEPT_NS || known.secrets.get() >= secretsMax) {
      known = new Counted(now, new AtomicInteger(tx.secrets().count(tenant)));
      tenants.put(tenant, known);
    }
    if (known.secrets.get() >= secretsMax) {
      throw new ProblemException(
          ErrorCode.CONFLICT, "a tenant holds at most " + secretsMax + " secrets");
    }
  }

  /** One more was made in {@code tenant}. */
  public void made(String tenant) {
    Counted known = tenants.get(tenant);
    if (known != null) {
      known.secrets.incrementAndGet();
    }
  }
}
