package dev.cofre.controlplane.server.audit;

import dev.cofre.contract.audit.digest.ContextDigestKey;
import dev.cofre.contract.audit.digest.ContextDigests;
import dev.cofre.contract.audit.digest.WrappedDigestKey;
import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.encoding.Uuids;
import dev.cofre.contract.random.RandomSource;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.controlplane.server.store.Transaction;
import dev.cofre.hsm.ClearKey;
import dev.cofre.hsm.Hsm;
import dev.cofre.hsm.KekMissingException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * The keys that encryption contexts in audit events are digested with: made one a year, wrapped
 * inside the HSM, shipped to the nodes in statements, and used here for who searches by contexts
 * (docs/adr/0034). Thread-safe; blocks on the store and the HSM.
 */
public final class AuditDigestKeys {
  /** The token object that wraps them. */
  public static final String KEK_LABEL = "audit-digest-root";

  /** So long before a year begins its key is made. */
  private static final Duration AHEAD = Duration.ofDays(31);

  /** So long after a year its key is shipped: nodes' clocks differ, and streams end. */
  private static final Duration AFTER = Duration.ofDays(1);

  private final Store store;
  private final Hsm hsm;
  private final RandomSource random;
  private final Consumer<WrappedDigestKey> witness;

  /**
   * Keys of {@code store}, wrapped in {@code hsm}, made of bytes of {@code random}.
   *
   * @param witness told of each that is made before it is committed
   */
  public AuditDigestKeys(
      Store store, Hsm hsm, RandomSource random, Consumer<WrappedDigestKey> witness) {
    this.store = store;
    this.hsm = hsm;
    this.random = random;
    this.witness = witness;
  }

  private static int year(Instant time) {
    return time.atOffset(ZoneOffset.UTC).getYear();
  }

  /** Those that nodes have to know at the time of {@code tx}. */
  public static List<WrappedDigestKey> inUse(Transaction tx) {
    return tx.auditDigestKeys().between(year(tx.now().minus(AFTER)), year(tx.now().plus(AHEAD)));
  }

  private static List<Integer> due(Transaction tx) {
    List<Integer> known =
        tx.auditDigestKeys().between(year(tx.now()), year(tx.now().plus(AHEAD))).stream()
            .map(WrappedDigestKey::year)
            .toList();
    return IntStream.rangeClosed(year(tx.now()), year(tx.now().plus(AHEAD)))
        .boxed()
        .filter(year -> !known.contains(year))
        .toList();
  }

  /**
   * Makes what is missing for now and the time ahead. Serial with all changes on all control
   * planes, so that there is one for each year; a kill in between leaves at most the KEK in the
   * token, which the next one finds.
   *
   * @return how many were made
   */
  public int makeDue() {
    if (store.<List<Integer>>read(AuditDigestKeys::due).isEmpty()) {
      return 0;
    }
    return store.change(
        tx -> {
          int made = 0;
          for (int year : due(tx)) {
            WrappedDigestKey key = make(tx, year);
            witness.accept(key);
            tx.auditDigestKeys().insert(key);
            made++;
          }
          return made;
        });
  }

  private WrappedDigestKey make(Transaction tx, int year) {
    if (!hsm.hasKek(KEK_LABEL)) {
      if (!tx.auditDigestKeys().isEmpty()) {
        throw new KekMissingException(KEK_LABEL);
      }
      hsm.generateKek(KEK_LABEL);
    }
    UUID id = Uuids.get(random.bytes(Uuids.LENGTH), 0);
    byte[] iv = random.bytes(WrappedDigestKey.IV_LENGTH);
    byte[] bytes = random.bytes(WrappedDigestKey.LENGTH);
    try (ClearKey key = ClearKey.of(bytes)) {
      byte[] sealed = hsm.wrap(KEK_LABEL, iv, WrappedDigestKey.aad(id, year), key);
      byte[] wrapped = Arrays.copyOf(iv, WrappedDigestKey.WRAPPED_LENGTH);
      System.arraycopy(sealed, 0, wrapped, iv.length, sealed.length);
      return new WrappedDigestKey(id, year, KEK_LABEL, wrapped);
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }

  /**
   * What events of {@code tenant} hold that had {@code context}, or a context with its pairs.
   *
   * @param from years of the events
   * @param to the last of these
   * @param most by so many keys at most, the newest ones
   * @return by each key, the newest first; the keys themselves are overwritten
   * @throws dev.cofre.hsm.HsmException when the token fails
   */
  public List<ContextDigests> digests(
      String tenant, EncryptionContext context, int from, int to, int most) {
    List<ContextDigests> digests = new ArrayList<>();
    Set<String> all = Set.copyOf(context.keys());
    List<WrappedDigestKey> keys = store.read(tx -> tx.auditDigestKeys().between(from, to));
    for (WrappedDigestKey key : keys.subList(0, Math.min(most, keys.size()))) {
      try (ContextDigestKey derived = derived(key, tenant)) {
        digests.add(derived.of(context, all));
      }
    }
    return digests;
  }

  /** How many keys there are of the years {@code from} to {@code to}. */
  public int count(int from, int to) {
    return store.<Integer>read(tx -> tx.auditDigestKeys().count(from, to));
  }

  private ContextDigestKey derived(WrappedDigestKey key, String tenant) {
    try (ClearKey clear = hsm.unwrap(key.kekLabel(), key.iv(), key.aad(), key.sealed())) {
      byte[] bytes = clear.copy();
      try {
        return new ContextDigestKey(key.id(), key.year(), bytes, tenant);
      } finally {
        Arrays.fill(bytes, (byte) 0);
      }
    }
  }
}
