package dev.cofre.engine.request;

import dev.cofre.contract.audit.digest.ContextDigestKey;
import dev.cofre.contract.audit.digest.ContextDigests;
import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.engine.keys.DigestKeys;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * The digests of encryption contexts as audit events hold them. What was digested lately is
 * remembered, so that a context that comes again costs one look.
 *
 * <p>Thread-safe without a lock: what is remembered is immutable, and who misses digests anew.
 * Memory: {@value #REMEMBERED} contexts of at most {@value #REMEMBERED_BYTES_MAX} bytes.
 */
final class ContextDigester {
  private static final int REMEMBERED = 1_024;
  private static final int REMEMBERED_BYTES_MAX = 1_024;

  /** Of more contexts at once none is remembered: one batch must not push out all others. */
  private static final int AT_ONCE_REMEMBERED = 32;

  /** How often a key is taken that is overwritten before its use. */
  private static final int ATTEMPTS = 3;

  private final DigestKeys keys;
  private final Set<String> indexed;
  private final Known[] known = new Known[REMEMBERED];

  /** What a context was digested to, by which key. */
  private record Known(EncryptionContext context, ContextDigestKey key, ContextDigests digests) {}

  /** By {@code keys}; pairs whose names are {@code indexed} have digests of their own. */
  ContextDigester(DigestKeys keys, Set<String> indexed) {
    this.keys = keys;
    this.indexed = Set.copyOf(indexed);
  }

  /**
   * What an event of {@code time} holds of {@code context}.
   *
   * @return null when the context is empty
   */
  ContextDigests of(String tenant, EncryptionContext context, Instant time) {
    if (context.isEmpty()) {
      return null;
    }
    ContextDigests digests = digests(tenant, context, time.getEpochSecond(), true);
    if (digests.isWithoutKey()) {
      keys.undigested();
    }
    return digests;
  }

  /** What an event of {@code time} holds of all {@code contexts}; null when all are empty. */
  ContextDigests of(String tenant, Collection<EncryptionContext> contexts, Instant time) {
    List<ContextDigests> parts = new ArrayList<>(contexts.size());
    boolean isRemembered = contexts.size() <= AT_ONCE_REMEMBERED;
    for (EncryptionContext context : contexts) {
      if (!context.isEmpty()) {
        parts.add(digests(tenant, context, time.getEpochSecond(), isRemembered));
      }
    }
    ContextDigests digests = parts.isEmpty() ? null : ContextDigests.together(parts);
    if (digests != null && digests.isWithoutKey()) {
      keys.undigested();
    }
    return digests;
  }

  @SuppressWarnings("ReferenceEquality") // a key is one object until it is overwritten
  private ContextDigests digests(
      String tenant, EncryptionContext context, long timeS, boolean isRemembered) {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      ContextDigestKey key = keys.of(tenant, timeS);
      if (key == null) {
        return ContextDigests.NO_KEY;
      }
      int place = place(key, context);
      Known last = known[place];
      if (last != null && last.key == key && last.context.equals(context)) {
        return last.digests;
      }
      ContextDigests digests = key.of(context, indexed);
      if (digests != null) {
        if (isRemembered && context.canonicalLength() <= REMEMBERED_BYTES_MAX) {
          known[place] = new Known(context, key, digests);
        }
        return digests;
      }
    }
    return ContextDigests.NO_KEY;
  }

  /** Tenants that use the same contexts have other places, and nobody can choose them. */
  private static int place(ContextDigestKey key, EncryptionContext context) {
    int hash = (context.hashCode() ^ System.identityHashCode(key)) * 0x9e3779b9;
    return (hash ^ (hash >>> 16)) & (REMEMBERED - 1);
  }
}
