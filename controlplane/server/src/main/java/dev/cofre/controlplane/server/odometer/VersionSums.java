package dev.cofre.controlplane.server.odometer;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.controlplane.domain.KeyUse;
import dev.cofre.controlplane.domain.RecentUse;
import dev.cofre.controlplane.domain.VersionAmount;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Adds up what audit events say was encrypted, by key version. Not thread-safe.
 *
 * <p>A message is a plaintext that was encrypted: an item of a request, or a stream from its begin
 * event on, whether it came to its end or not. The bytes of a stream stand in its end event, also
 * when it failed. A data key counts when it is used to encrypt for the first time, or handed out.
 * Decryption counts nothing: the limits are of encryption. What was refused or failed did not
 * encrypt.
 */
final class VersionSums {
  private static final String ALLOWED = "allowed";

  private final DataKeysSeen seen;
  private final Instant now;
  private final Map<Id, Sum> sums = new LinkedHashMap<>();

  private record Id(UUID key, int version) {}

  private static final class Sum {
    private long messages;
    private long bytes;
    private long dataKeys;
    private RecentUse recent = RecentUse.NONE;

    void add(long moreMessages, long moreBytes, long moreDataKeys, double weight) {
      messages += moreMessages;
      bytes = bytes + moreBytes < 0 ? Long.MAX_VALUE : bytes + moreBytes;
      dataKeys += moreDataKeys;
      recent =
          recent.plus(
              new RecentUse(moreMessages * weight, moreBytes * weight, moreDataKeys * weight));
    }
  }

  /** Sums to be added {@code now}; data keys in {@code seen} are counted already. */
  VersionSums(DataKeysSeen seen, Instant now) {
    this.seen = seen;
    this.now = now;
  }

  /**
   * Adds {@code event}, if it tells of an encryption.
   *
   * @return false when it says what no event can say, and was left out: whoever has a node's key
   *     can sign that
   */
  boolean add(AuditEvent event) {
    try {
      count(event);
      return true;
    } catch (RuntimeException e) {
      return false;
    }
  }

  private void count(AuditEvent event) {
    UUID key = event.keyId() == null ? uuid(event.key()) : event.keyId();
    if (key == null || event.keyVersion() < 1) {
      return;
    }
    boolean allowed = ALLOWED.equals(event.outcome());
    if (KeyUse.DATA_KEY_GENERATE.wireName().equals(event.action()) && allowed) {
      double weight = weight(event);
      sum(key, event).add(0, 0, 1, weight);
    } else if (KeyUse.ENCRYPT.wireName().equals(event.action())) {
      encrypted(key, event, allowed);
    }
  }

  private void encrypted(UUID key, AuditEvent event, boolean allowed) {
    boolean begin = "begin".equals(event.phase());
    boolean end = "end".equals(event.phase());
    if (!allowed && !end) {
      return;
    }
    // Before anything is changed: it fails when the time cannot be.
    double weight = weight(event);
    // An end has its message counted at its begin; a begin says nothing of items and bytes.
    long messages = end ? 0 : begin ? 1 : Math.max(0, event.items());
    long bytes = begin ? 0 : Math.max(0, event.bytes());
    UUID dataKey = event.dataKeyUuid() == null ? uuid(event.dataKeyId()) : event.dataKeyUuid();
    long dataKeys = dataKey != null && seen.add(dataKey) ? 1 : 0;
    sum(key, event).add(messages, bytes, dataKeys, weight);
  }

  private Sum sum(UUID key, AuditEvent event) {
    return sums.computeIfAbsent(new Id(key, event.keyVersion()), fresh -> new Sum());
  }

  private double weight(AuditEvent event) {
    return RecentUse.weight(Duration.between(event.time(), now));
  }

  private static UUID uuid(String text) {
    try {
      return text == null ? null : UUID.fromString(text);
    } catch (IllegalArgumentException e) {
      // The name of a key that does not exist, or what a foreign log wrote.
      return null;
    }
  }

  /** How many versions were used. */
  int size() {
    return sums.size();
  }

  boolean isEmpty() {
    return sums.isEmpty();
  }

  /** One amount for each version. */
  List<VersionAmount> amounts() {
    return sums.entrySet().stream()
        .map(
            entry -> {
              Sum sum = entry.getValue();
              return new VersionAmount(
                  entry.getKey().key(),
                  entry.getKey().version(),
                  sum.messages,
                  sum.bytes,
                  sum.dataKeys,
                  sum.recent);
            })
        .toList();
  }
}
