package dev.cofre.hsm;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RejectedWrapsTest {
  private final AtomicLong clockNs = new AtomicLong();
  private final RejectedWraps rejected = new RejectedWraps(clockNs::get);

  private static Wrap wrap(int number) {
    return new Wrap(
        "kek", new byte[12], new byte[0], ByteBuffer.allocate(48).putInt(number).array());
  }

  @Test
  void onlyTheExactBytesAreRemembered() {
    rejected.add(wrap(1));
    assertTrue(rejected.contains(wrap(1)));
    assertFalse(rejected.contains(wrap(2)));
    Wrap one = wrap(1);
    assertFalse(
        rejected.contains(new Wrap("other", one.iv(), one.aad(), one.wrapped())), "another KEK");
    assertFalse(
        rejected.contains(new Wrap("kek", one.iv(), new byte[1], one.wrapped())), "other AAD");
    byte[] iv = new byte[12];
    iv[3] = 1;
    assertFalse(rejected.contains(new Wrap("kek", iv, one.aad(), one.wrapped())), "another IV");
  }

  @Test
  void theyAreForgotten() {
    rejected.add(wrap(1));
    clockNs.addAndGet(RejectedWraps.TTL_NS - 1);
    rejected.sweep();
    assertTrue(rejected.contains(wrap(1)));
    clockNs.incrementAndGet();
    assertFalse(rejected.contains(wrap(1)));
    rejected.sweep();
    rejected.add(wrap(1));
    assertTrue(rejected.contains(wrap(1)));
  }

  @Test
  void theOldestLeaveWhenThereAreTooMany() {
    for (int i = 0; i <= RejectedWraps.ENTRIES_MAX; i++) {
      rejected.add(wrap(i));
    }
    assertFalse(rejected.contains(wrap(0)));
    assertTrue(rejected.contains(wrap(1)));
    assertTrue(rejected.contains(wrap(RejectedWraps.ENTRIES_MAX)));
  }

  /** Whoever sends junk can make all hash codes equal; look-ups must not walk through all. */
  @Test
  void equalHashCodesDoNotMakeItSlow() {
    for (int i = 0; i < RejectedWraps.ENTRIES_MAX; i++) {
      rejected.add(colliding(i));
    }
    assertTrue(colliding(1).hashCode() == colliding(2).hashCode());
    // The best of some: a machine may stand still in one of them.
    long bestNs = Long.MAX_VALUE;
    for (int attempt = 0; attempt < 10 && bestNs >= 1_000_000_000L; attempt++) {
      long startNs = System.nanoTime();
      for (int i = 0; i < RejectedWraps.ENTRIES_MAX; i++) {
        assertTrue(rejected.contains(colliding(i)));
      }
      bestNs = Math.min(bestNs, System.nanoTime() - startNs);
    }
    assertTrue(bestNs < 1_000_000_000L, "4,096 look-ups within a second");
  }

  /** 31 · a + b is the same for (a, b) and (a + 1, b - 31): twelve such pairs, two values each. */
  private static Wrap colliding(int number) {
    byte[] bytes = new byte[48];
    for (int bit = 0; bit < 12; bit++) {
      int chosen = number >>> bit & 1;
      bytes[2 * bit] = (byte) chosen;
      bytes[2 * bit + 1] = (byte) (31 - 31 * chosen);
    }
    return new Wrap("kek", new byte[12], new byte[0], bytes);
  }
}
