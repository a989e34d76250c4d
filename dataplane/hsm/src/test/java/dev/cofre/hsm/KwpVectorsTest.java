package dev.cofre.hsm;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.vectors.NistVectors;
import java.lang.foreign.Arena;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The token's AES-KWP against RFC 5649 §6 and NIST's CAVP: what is taken for KWP is KWP. */
class KwpVectorsTest {
  private static final long CKK_GENERIC_SECRET = 0x10;
  private static final int BYTES_MAX = 4_096;
  private static final String RFC_KEY = "5840df6e29b02af1ab493b705bf16ea1ae8338f4dcc176a8";

  private static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits);
  }

  @Test
  void rfc5649() {
    assertBothWays(
        RFC_KEY,
        "c37b7e6492584340bed12207808941155068f738",
        "138bdeaa9b8fa7fc61f97742e72248ee5ae6ae5360d1ae6a5f54f373fa543b6a");
    assertBothWays(RFC_KEY, "466f7250617369", "afbeb0f07dfbf5419200f2ccb50bb24f");
  }

  @Test
  void nistCavp() {
    int tried = 0;
    List<Map<String, String>> cases =
        NistVectors.read("keywrap/kwtestvectors/KWP_AE_256.txt", "COUNT");
    for (Map<String, String> one : cases) {
      if (Integer.parseInt(one.get("COUNT")) < 5) {
        assertBothWays(one.get("K"), one.get("P"), one.get("C"));
        tried++;
      }
    }
    assertTrue(tried >= 25, "vectors tried: " + tried);
  }

  @Test
  void refusesWhatWasAltered() {
    byte[] cut = hex("138bdeaa9b8fa7fc61f97742e72248ee5ae6ae5360d1ae6a5f54f373fa543b6a");
    for (int at = 0; at < cut.length; at++) {
      byte[] wrong = cut.clone();
      wrong[at] ^= 1;
      assertThrows(TokenFailure.class, () -> unwrapped(hex(RFC_KEY), wrong));
    }
  }

  /**
   * SoftHSM2 fills what it wraps up to 8 bytes, which no key of ours needs: not these both ways.
   */
  private static void assertBothWays(String key, String plain, String wrapped) {
    assertEquals(plain, HexFormat.of().formatHex(unwrapped(hex(key), hex(wrapped))));
    if (plain.length() % 16 == 0) {
      assertEquals(wrapped, HexFormat.of().formatHex(wrapped(hex(key), hex(plain))));
    }
  }

  private interface Work {
    byte[] with(TokenTransport token);
  }

  private static byte[] onToken(Work work) {
    Cryptoki cryptoki = Cryptoki.load(SoftHsmToken.CONFIG);
    long slot = cryptoki.slotOf(SoftHsmToken.CONFIG);
    try (Pin pin = SoftHsmToken.pin();
        Cryptoki.Session session = cryptoki.login(slot, pin);
        Arena arena = Arena.ofConfined()) {
      return work.with(new TokenTransport(session, slot, arena));
    }
  }

  private static long key(TokenTransport token, byte[] key) {
    return token.create(
        token
            .sessionKey(false)
            .flag(Template.CKA_WRAP, true)
            .flag(Template.CKA_UNWRAP, true)
            .bytes(Template.CKA_VALUE, key));
  }

  private static Template plain(TokenTransport token) {
    return new Template(token.arena())
        .number(Template.CKA_CLASS, Template.CKO_SECRET_KEY)
        .number(Template.CKA_KEY_TYPE, CKK_GENERIC_SECRET)
        .flag(Template.CKA_TOKEN, false)
        .flag(Template.CKA_PRIVATE, true)
        .flag(Template.CKA_SENSITIVE, false)
        .flag(Template.CKA_EXTRACTABLE, true);
  }

  private static byte[] wrapped(byte[] key, byte[] plain) {
    return onToken(
        token ->
            token.wrapKwp(
                key(token, key), token.create(plain(token).bytes(Template.CKA_VALUE, plain))));
  }

  private static byte[] unwrapped(byte[] key, byte[] wrapped) {
    return onToken(
        token -> {
          long object = token.unwrapKwp(key(token, key), token.bytes(wrapped), plain(token));
          Template value = new Template(token.arena()).room(Template.CKA_VALUE, BYTES_MAX);
          var array = value.segment();
          TokenTransport.checked(
              token
                  .session()
                  .functions()
                  .getAttributeValue(token.session().handle(), object, array, 1));
          return value.first().asSlice(0, Template.length(array)).toArray(JAVA_BYTE);
        });
  }
}
