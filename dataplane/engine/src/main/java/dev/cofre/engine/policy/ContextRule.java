package dev.cofre.engine.policy;

import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.snapshot.wire.ContextCondition;
import java.nio.charset.StandardCharsets;

/** A condition on one pair of the encryption context. Immutable. */
final class ContextRule {
  private final String name;
  private final byte[] key;
  private final byte[][] values;
  private final boolean present;

  ContextRule(ContextCondition condition) {
    this.name = condition.getKey();
    this.key = utf8(name);
    this.values = condition.getValuesList().stream().map(ContextRule::utf8).toArray(byte[][]::new);
    this.present = condition.getPresent();
  }

  boolean holds(EncryptionContext context) {
    if (values.length == 0) {
      return context.has(key) == present;
    }
    for (byte[] value : values) {
      if (context.has(key, value)) {
        return true;
      }
    }
    return false;
  }

  /** Whether it holds for a request of which no values are known. */
  Truth truth(PastFacts past) {
    if (past.contextKeys().isEmpty()) {
      return Truth.UNKNOWN;
    }
    boolean there = past.contextKeys().get().contains(name);
    if (values.length == 0) {
      return Truth.of(there == present);
    }
    return there ? Truth.UNKNOWN : Truth.FALSE;
  }

  /** What it asks for; values may be confidential, so there are none here. */
  String text() {
    String asked = values.length > 0 ? "has another value than asked for, or none" : null;
    String presence = present ? "is not there" : "is there";
    return "the encryption context's " + name + " " + (asked == null ? presence : asked);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
