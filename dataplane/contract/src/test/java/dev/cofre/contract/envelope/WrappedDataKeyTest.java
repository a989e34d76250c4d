package dev.cofre.contract.envelope;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.random.ReplayableRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class WrappedDataKeyTest {
  private static final UUID KEY = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
  private static final UUID DATA_KEY = UUID.fromString("ffeeddcc-bbaa-9988-7766-554433221100");
  private static final EncryptionContext CONTEXT = EncryptionContext.of(Map.of("k", "v"));

  private final ReplayableRandom random = ReplayableRandom.of("WrappedDataKeyTest");

  @Test
  void standsInBytesAsDrawn() {
    byte[] wrap = random.bytes(60);
    WrappedDataKey wrapped =
        new WrappedDataKey.Identity(Protection.SOFTWARE, Usage.CALLER, KEY, -2, DATA_KEY)
            .withWrap(wrap);
    assertEquals(
        "434f464501010202"
            + "00112233445566778899aabbccddeeff"
            + "fffffffe"
            + "ffeeddccbbaa99887766554433221100"
            + HexFormat.of().formatHex(wrap),
        HexFormat.of().formatHex(wrapped.bytes()));
    WrappedDataKey parsed = WrappedDataKey.parse(wrapped.bytes(), 0);
    assertEquals(wrapped, parsed);
    assertEquals(wrapped.hashCode(), parsed.hashCode());
    assertEquals(Protection.SOFTWARE, parsed.protection());
    assertEquals(Usage.CALLER, parsed.usage());
    assertEquals(KEY, parsed.keyId());
    assertEquals(-2, parsed.keyVersion());
    assertEquals(DATA_KEY, parsed.dataKeyId());
    assertArrayEquals(wrap, parsed.wrap());
    assertTrue(parsed.toString().contains("4294967294"));
  }

  @Test
  void whatThisReleaseDoesNotKnowIsNotParsed() {
    byte[] bytes = Samples.wrapped(random, Usage.SERVICE).bytes();
    for (int i = 0; i < 8; i++) {
      for (int value = 0; value < 256; value++) {
        byte[] changed = bytes.clone();
        changed[i] = (byte) value;
        boolean known = value == bytes[i] || (i >= 6 && (value == 1 || value == 2));
        assertEquals(known, WrappedDataKey.parse(changed, 0) != null, i + " = " + value);
      }
    }
    for (int length = 0; length < bytes.length; length++) {
      assertNull(WrappedDataKey.parse(Arrays.copyOf(bytes, length), 0));
    }
    assertNull(WrappedDataKey.parse(bytes, 1));
  }

  @Test
  void anyOtherByteMakesAnother() {
    WrappedDataKey wrapped = Samples.wrapped(random, Usage.SERVICE);
    for (int i = 8; i < 104; i++) {
      byte[] changed = wrapped.bytes();
      changed[i] ^= 1;
      assertNotEquals(wrapped, WrappedDataKey.parse(changed, 0));
      assertFalse(wrapped.startsAt(changed, 0));
    }
    assertTrue(wrapped.startsAt(wrapped.bytes(), 0));
  }

  @Test
  void theWrapBindsIdentityAndTenantAndACallersContext() {
    String identity =
        "434f464501010102"
            + "00112233445566778899aabbccddeeff"
            + "00000007"
            + "ffeeddccbbaa99887766554433221100";
    WrappedDataKey.Identity caller =
        new WrappedDataKey.Identity(Protection.HSM, Usage.CALLER, KEY, 7, DATA_KEY);
    assertEquals(
        identity + "0004" + "61636d65" + "0001" + "0001" + "6b" + "0001" + "76",
        HexFormat.of().formatHex(caller.wrapAad("acme", CONTEXT)));
    assertArrayEquals(
        caller.wrapAad("acme", CONTEXT),
        caller.withWrap(random.bytes(60)).wrapAad("acme", CONTEXT));
    WrappedDataKey.Identity service =
        new WrappedDataKey.Identity(Protection.HSM, Usage.SERVICE, KEY, 7, DATA_KEY);
    assertArrayEquals(
        service.wrapAad("acme", EncryptionContext.EMPTY), service.wrapAad("acme", CONTEXT));
    assertFalse(
        Arrays.equals(
            service.wrapAad("acme", EncryptionContext.EMPTY),
            caller.wrapAad("acme", EncryptionContext.EMPTY)));
  }

  @Test
  void aTenantsNameIsNeverCutOrReplaced() {
    WrappedDataKey wrapped = Samples.wrapped(random, Usage.SERVICE);
    for (String tenant : new String[] {"", "a".repeat(256), "é".repeat(128), "\ud800", "a\udc00"}) {
      assertThrows(
          IllegalArgumentException.class, () -> wrapped.wrapAad(tenant, EncryptionContext.EMPTY));
    }
    assertEquals(44 + 2 + 255, wrapped.wrapAad("a".repeat(255), CONTEXT).length);
  }

  @Test
  void aWrapHas60Bytes() {
    WrappedDataKey.Identity identity =
        new WrappedDataKey.Identity(Protection.HSM, Usage.SERVICE, KEY, 1, DATA_KEY);
    assertThrows(IllegalArgumentException.class, () -> identity.withWrap(new byte[59]));
    assertThrows(IllegalArgumentException.class, () -> identity.withWrap(new byte[61]));
  }
}
