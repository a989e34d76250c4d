package dev.cofre.contract.context;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.contract.random.ReplayableRandom;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class EncryptionContextTest {
  @Test
  void contextsOfOneHashAreStillOrdered() {
    EncryptionContext one = EncryptionContext.of(Map.of("a", "Aa"));
    EncryptionContext other = EncryptionContext.of(Map.of("a", "BB"));
    assertEquals(one.hashCode(), other.hashCode());
    assertTrue(one.compareTo(other) < 0 && other.compareTo(one) > 0);
    assertEquals(0, one.compareTo(EncryptionContext.of(Map.of("a", "Aa"))));
  }

  @Test
  void canonicalFormAsDrawn() {
    assertEquals("", canonical(Map.of()));
    assertEquals("000100016b000176", canonical(Map.of("k", "v")));
    assertEquals("000100016b0000", canonical(Map.of("k", "")));
    assertEquals(
        "0002" + "000161" + "0001" + "32" + "0002" + "c3a9" + "0001" + "31",
        canonical(Map.of("é", "1", "a", "2")));
  }

  /** UTF-16 order would put U+FF5E after a surrogate pair; UTF-8 bytes say otherwise. */
  @Test
  void sortsByUnsignedBytes() {
    Map<String, String> pairs = new LinkedHashMap<>();
    pairs.put("\ud83d\ude00", "");
    pairs.put("\uff5e", "");
    pairs.put("b", "");
    pairs.put("ab", "");
    pairs.put("a", "");
    assertEquals(
        List.of("a", "ab", "b", "\uff5e", "\ud83d\ude00"), EncryptionContext.of(pairs).keys());
  }

  @Test
  void nothingIsNormalised() {
    assertNotEquals(
        EncryptionContext.of(Map.of("\u00e9", "")), EncryptionContext.of(Map.of("e\u0301", "")));
    assertNotEquals(EncryptionContext.of(Map.of("K", "")), EncryptionContext.of(Map.of("k", "")));
  }

  @Test
  void limits() {
    EncryptionContext.of(Map.of("k".repeat(128), "v".repeat(1024)));
    EncryptionContext.of(Map.of("é".repeat(64), "é".repeat(512)));
    refused(() -> EncryptionContext.of(Map.of("", "v")));
    refused(() -> EncryptionContext.of(Map.of("k".repeat(129), "v")));
    refused(() -> EncryptionContext.of(Map.of("é".repeat(64) + "k", "v")));
    refused(() -> EncryptionContext.of(Map.of("k", "v".repeat(1025))));
    Map<String, String> pairs = new HashMap<>();
    for (int i = 0; i < 32; i++) {
      pairs.put("k" + i, "v");
    }
    assertEquals(32, EncryptionContext.of(pairs).keys().size());
    pairs.put("k32", "v");
    refused(() -> EncryptionContext.of(pairs));
  }

  @Test
  void loneSurrogatesAndRepeatedKeysAreRefused() {
    for (String bad : List.of("\ud800", "a\udc00", "\udc00\ud800")) {
      refused(() -> EncryptionContext.of(Map.of(bad, "v")));
      refused(() -> EncryptionContext.of(Map.of("k", bad)));
      refused(() -> EncryptionContext.formatHeader(Map.of("k", bad)));
    }
    EncryptionContext.Builder twice =
        new EncryptionContext.Builder().add("k", "1").add("j", "2").add("k", "1");
    refused(twice::build);
  }

  @Test
  void headerForm() {
    assertSame(EncryptionContext.EMPTY, EncryptionContext.parseHeader(null));
    assertSame(EncryptionContext.EMPTY, EncryptionContext.parseHeader(""));
    assertEquals(
        EncryptionContext.of(Map.of("a b", "1,2=3", "é", "")),
        EncryptionContext.parseHeader("a%20b=1%2C2%3D3, %C3%A9 ="));
    assertEquals(
        EncryptionContext.of(Map.of("a+b", "~")), EncryptionContext.parseHeader("a+b=\t~ "));
    for (String bad :
        List.of(
            " ",
            "a",
            "a=b=c",
            "=v",
            "a=1,",
            ",a=1",
            "a=1,,b=2",
            "a=1,a=1",
            "a=%",
            "a=%4",
            "a=%4g",
            "a=%C3",
            "a=%ED%A0%80",
            "a=%C0%80",
            "a=é",
            "a=b c",
            "a=\u2003b",
            "\u2003a=b",
            "a=%\uff14\uff11",
            "a=\u0000")) {
      refused(() -> EncryptionContext.parseHeader(bad));
    }
  }

  @Test
  void headerFormComesBack() {
    ReplayableRandom random = ReplayableRandom.of("headerFormComesBack");
    for (int i = 0; i < 500; i++) {
      Map<String, String> pairs = new LinkedHashMap<>();
      for (int pair = random.nextInt(6); pair > 0; pair--) {
        pairs.put("k" + text(random), text(random));
      }
      EncryptionContext context = EncryptionContext.of(pairs);
      EncryptionContext read = EncryptionContext.parseHeader(EncryptionContext.formatHeader(pairs));
      assertEquals(context, read);
      assertEquals(context.hashCode(), read.hashCode());
      assertEquals(context.canonicalLength(), context.canonical().length);
    }
  }

  @Test
  void valuesAreNotPrinted() {
    EncryptionContext context = EncryptionContext.of(Map.of("patient", "secret-value"));
    assertTrue(context.toString().contains("patient"));
    assertFalse(context.toString().contains("secret-value"));
    assertFalse(context.isEmpty());
  }

  private static String text(ReplayableRandom random) {
    return random
        .ints(random.nextInt(20), 0, 0x11000)
        .filter(c -> c < 0xd800 || c > 0xdfff)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  private static String canonical(Map<String, String> pairs) {
    return HexFormat.of().formatHex(EncryptionContext.of(pairs).canonical());
  }

  private static void refused(Executable call) {
    ProblemException problem = assertThrows(ProblemException.class, call);
    assertEquals(ErrorCode.INVALID_REQUEST, problem.code());
  }
}
