package dev.cofre.contract.audit.digest;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.encoding.Hex;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

class ContextDigestKeyTest {
  private static final UUID ID = UUID.fromString("0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0");
  private static final EncryptionContext CONTEXT =
      EncryptionContext.of(Map.of("tenant", "t-1", "größe", "XL"));

  private static byte[] yearKey() {
    byte[] key = new byte[WrappedDigestKey.LENGTH];
    for (int i = 0; i < key.length; i++) {
      key[i] = (byte) i;
    }
    return key;
  }

  private static ContextDigestKey key(String tenant) {
    return new ContextDigestKey(ID, 2026, yearKey(), tenant);
  }

  /** As docs/PROTOCOL.md has them; made by other means. */
  @Test
  void vectorsHold() {
    ContextDigests digests = key("acme").of(CONTEXT, Set.of("größe", "tenant", "absent"));
    assertEquals(ID, digests.keyId());
    assertEquals(
        List.of("b5dc7dc0c25bfdd56a7082b8e3164bd157048b63f3a5ab72ee55c10819e046a7"),
        digests.contextTexts());
    assertEquals(
        List.of(
            "größe:9de11c9b127d895c083cfc16edfed7afd7084d6423aa5d9a49b9363246f69917",
            "tenant:f90ece9c9223dc08c8694b65a90f45b3a32f186721999d047d98d8a2ee9bb819"),
        digests.pairTexts());
    assertEquals(
        List.of("e4dacea74d5f8ba4a6abdb3035b4fa5756d515635ba0bd04a5914609d79baf2d"),
        key("other").of(CONTEXT, Set.of()).contextTexts());
  }

  /** HMAC is the JDK's, whatever the lengths. */
  @Test
  void itIsHmac() throws Exception {
    Random random = new Random(7);
    Mac mac = Mac.getInstance("HmacSHA256");
    for (int i = 0; i < 500; i++) {
      byte[] key = new byte[1 + random.nextInt(64)];
      byte[] data = new byte[random.nextInt(300)];
      random.nextBytes(key);
      random.nextBytes(data);
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      mac.update((byte) i);
      mac.update(data);
      try (HmacSha256 ours = new HmacSha256(key)) {
        assertArrayEquals(mac.doFinal(), ours.of((byte) i, data, 0, data.length));
      }
    }
  }

  @Test
  void anotherYearOrIdOrTenantIsAnotherKey() {
    List<String> digest = key("acme").of(CONTEXT, Set.of()).contextTexts();
    UUID other = new UUID(1, 2);
    assertNotEquals(
        digest,
        new ContextDigestKey(ID, 2027, yearKey(), "acme").of(CONTEXT, Set.of()).contextTexts());
    assertNotEquals(
        digest,
        new ContextDigestKey(other, 2026, yearKey(), "acme").of(CONTEXT, Set.of()).contextTexts());
    assertNotEquals(digest, key("acm").of(CONTEXT, Set.of()).contextTexts());
  }

  @Test
  void aClosedKeyGivesNothing() {
    ContextDigestKey key = key("acme");
    key.close();
    assertNull(key.of(CONTEXT, Set.of()));
  }

  /** Whoever digests while the key is overwritten gets the right digest or none. */
  @Test
  void noDigestIsMadeOfHalfAKey() throws Exception {
    List<String> right = key("acme").of(CONTEXT, Set.of()).contextTexts();
    for (int round = 0; round < 200; round++) {
      ContextDigestKey key = key("acme");
      CountDownLatch begun = new CountDownLatch(1);
      Thread closer =
          new Thread(
              () -> {
                try {
                  begun.await();
                } catch (InterruptedException e) {
                  return;
                }
                key.close();
              });
      closer.start();
      ContextDigests digests = key.of(CONTEXT, Set.of());
      begun.countDown();
      while (digests != null) {
        assertEquals(right, digests.contextTexts());
        digests = key.of(CONTEXT, Set.of());
      }
      closer.join();
    }
  }

  @Test
  void manyContextsHaveEachDigestOnce() {
    ContextDigestKey key = key("acme");
    ContextDigests one = key.of(EncryptionContext.of(Map.of("a", "1", "b", "1")), Set.of("a"));
    ContextDigests two = key.of(EncryptionContext.of(Map.of("a", "1", "b", "2")), Set.of("a"));
    ContextDigests both = ContextDigests.together(List.of(one, two, one));
    assertEquals(2, both.count());
    assertEquals(List.of("a"), both.names());
    assertEquals(one.pairTexts(), both.pairTexts());
    assertSame(
        ContextDigests.NO_KEY,
        ContextDigests.together(List.of(one, ContextDigests.NO_KEY)),
        "what one of them was is not known");
    ContextDigests otherKey =
        new ContextDigestKey(new UUID(1, 2), 2026, yearKey(), "acme").of(CONTEXT, Set.of());
    assertSame(ContextDigests.NO_KEY, ContextDigests.together(List.of(one, otherKey)));
  }

  @Test
  void aWrappedKeyIsBoundToItsIdAndYear() {
    byte[] domain = "cofre audit digest key v1\0".getBytes(StandardCharsets.US_ASCII);
    assertArrayEquals(
        ByteBuffer.allocate(domain.length + 20)
            .put(domain)
            .putLong(ID.getMostSignificantBits())
            .putLong(ID.getLeastSignificantBits())
            .putInt(2026)
            .array(),
        WrappedDigestKey.aad(ID, 2026));
    assertThrows(
        IllegalArgumentException.class,
        () -> new WrappedDigestKey(ID, 2026, "label", new byte[59]));
    WrappedDigestKey wrapped = new WrappedDigestKey(ID, 2026, "label", Hex.decode("ab".repeat(60)));
    assertEquals("WrappedDigestKey[" + ID + ", 2026]", wrapped.toString());
    assertTrue(wrapped.iv().length == 12 && wrapped.sealed().length == 48);
  }
}
