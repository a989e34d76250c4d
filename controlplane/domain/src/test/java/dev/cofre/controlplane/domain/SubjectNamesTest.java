package dev.cofre.controlplane.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What counts as a name, and which names a role permits. */
class SubjectNamesTest {
  private static final int ROUNDS = 200_000;
  private static final String ALPHABET = "abzAZ019-._*\0 /:@%\u00fc\u0130\u212a\u3002xn";

  private static CertificateRoleDraft role(Map<String, Object> more) {
    Map<String, Object> document = new HashMap<>(more);
    document.put("description", "tests");
    document.put("usages", List.of("server"));
    return CertificateRoleDraft.read("r", document);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "a.",
        ".a",
        "a..b",
        "*.example.com",
        "a.*.com",
        "a_b.example.com",
        "-a.example.com",
        "a-.example.com",
        "a b.example.com",
        "a.example.com\0",
        "a.example.com\0.evil.com",
        "a.example.com\n",
        "b\u00fccher.example.com",
        "example.com\u3002evil.com",
        "\u212a.example.com",
        "ab--cd.example.com",
        "1.2.3.4",
        "a.example.123",
        "a.0x7f",
        "xn--.example.com",
        "https://a.example.com",
        "a.example.com:443",
        "a.example.com/",
        "user@a.example.com"
      })
  void whatIsNoDnsName(String text) {
    assertNull(SubjectNames.dnsName(text));
  }

  @Test
  void lengthsOfDnsNames() {
    String label = "a".repeat(63);
    assertEquals(label + ".com", SubjectNames.dnsName(label + ".com"));
    assertNull(SubjectNames.dnsName(label + "a.com"));
    String longest = String.join(".", label, label, label, "a".repeat(61));
    assertEquals(253, longest.length());
    assertEquals(longest, SubjectNames.dnsName(longest));
    assertNull(SubjectNames.dnsName(longest + "a"));
  }

  @Test
  void caseIsFoldedInAsciiWhateverTheLocale() {
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.of("tr", "TR"));
      assertEquals("mini.example.com", SubjectNames.dnsName("MINI.EXAMPLE.COM"));
    } finally {
      Locale.setDefault(before);
    }
  }

  /** Whatever comes: a name that is taken is ASCII, in lower case, and the same when read again. */
  @Test
  void namesThatAreTakenAreCanonical() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    int taken = 0;
    for (int i = 0; i < ROUNDS; i++) {
      String text = text(random, ALPHABET, 1 + random.nextInt(8));
      String name = SubjectNames.dnsName(text);
      if (name == null) {
        continue;
      }
      taken++;
      String why = "seed " + seed + ": " + text;
      assertEquals(text.toLowerCase(Locale.ROOT), name, why);
      assertEquals(name, SubjectNames.dnsName(name), why);
      assertTrue(name.matches("[a-z0-9.-]+") && !name.endsWith(".") && !name.contains(".."), why);
    }
    assertTrue(taken > ROUNDS / 1_000, "too few were names: " + taken);
  }

  private static String text(Random random, String alphabet, int length) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.append(alphabet.charAt(random.nextInt(alphabet.length())));
    }
    return text.toString();
  }

  /** A suffix permits exactly what stands below it: never itself, a sibling or what contains it. */
  @Test
  void aSuffixPermitsWhatIsBelowItAlone() {
    CertificateRoleDraft role =
        role(Map.of("dnsSuffixes", List.of(".Shop.example.com"), "dnsNames", List.of("api.net")));
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < ROUNDS; i++) {
      String before = text(random, "ab.-x", random.nextInt(6));
      String between = random.nextBoolean() ? "." : text(random, "ab-", random.nextInt(2));
      String after = random.nextInt(4) == 0 ? text(random, ".ab", 2) : "";
      String name = SubjectNames.dnsName(before + between + "shop.example.com" + after);
      if (name != null) {
        boolean below =
            name.endsWith(".shop.example.com")
                && name.length() > ".shop.example.com".length()
                && after.isEmpty();
        assertEquals(below, role.permitsDnsName(name), "seed " + seed + ": " + name);
      }
    }
    assertTrue(role.permitsDnsName("api.net"));
    assertFalse(role.permitsDnsName("a.api.net"));
    assertFalse(role.permitsDnsName("shop.example.com"));
    assertFalse(role.permitsDnsName("evilshop.example.com"));
    assertFalse(role.permitsDnsName("xn--bcher-kva.shop.example.com"), "A-labels by exact name");
    assertTrue(
        role(Map.of("dnsNames", List.of("xn--bcher-kva.shop.example.com")))
            .permitsDnsName("xn--bcher-kva.shop.example.com"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"example.com", ".com", ".", "..a.b", ".*.example.com", ".a.b.", ".A b.c"})
  void whatIsNoSuffix(String suffix) {
    assertThrows(
        InvalidDocumentException.class, () -> role(Map.of("dnsSuffixes", List.of(suffix))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "spiffe://",
        "spiffe://td",
        "spiffe://td/",
        "spiffe://TD/a",
        "spiffe://td//a",
        "spiffe://td/a/../b",
        "spiffe://td/a/",
        "spiffe://td/a?b",
        "spiffe://td/a#b",
        "spiffe://td:1/a",
        "spiffe://u@td/a",
        "spiffe://td/%41",
        "SPIFFE://td/a",
        "https://td/a",
        "spiffe://td/a\0"
      })
  void whatIsNoSpiffeId(String text) {
    assertNull(SubjectNames.spiffeId(text));
  }

  @Test
  void spiffeIds() {
    assertEquals("spiffe://td/ns/A_b", SubjectNames.spiffeId("spiffe://td/ns/A_b"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1.2.3", "01.2.3.4", "1.2.3.256", "1.2.3.4.", "0x7f000001", "2130706433", "::ffff:1.2.3.4",
        "::ffff:102:304", "fe80::1%eth0", "[::1]", ":::", "a.b", "1:2", ""
      })
  void whatIsNoAddress(String text) {
    assertNull(SubjectNames.ipAddress(text));
  }

  @Test
  void anAddressHasOneForm() {
    assertEquals("10.0.0.1", SubjectNames.ipAddress("10.0.0.1"));
    assertEquals(SubjectNames.ipAddress("::1"), SubjectNames.ipAddress("0:0:0:0:0:0:0:1"));
    assertEquals(SubjectNames.ipAddress("2001:DB8::1"), SubjectNames.ipAddress("2001:db8::1"));
  }

  @Test
  void aCertificateHasNotTooManyNames() {
    List<String> many = IntStream.range(0, 2_000).mapToObj(i -> "h" + i + ".example.com").toList();
    assertThrows(
        InvalidDocumentException.class,
        () -> CertificateDraft.requested(many, List.of(), List.of()));
    List<String> most = many.subList(0, SubjectNames.NAMES_MAX);
    assertEquals(most, CertificateDraft.requested(most, List.of(), List.of()).dnsNames());
    assertThrows(
        InvalidDocumentException.class,
        () -> CertificateDraft.requested(most, List.of(), List.of("10.0.0.1")));
    assertThrows(
        InvalidDocumentException.class,
        () ->
            CertificateDraft.requested(
                List.of(), List.of("spiffe://t/a", "spiffe://t/b"), List.of()));
    assertThrows(
        InvalidDocumentException.class,
        () -> CertificateDraft.requested(List.of(), List.of(), List.of()));
  }

  @Test
  void aRoleSaysSomething() {
    assertThrows(InvalidDocumentException.class, () -> role(Map.of()));
    for (String usage : List.of("ca", "SERVER", "codeSigning")) {
      Map<String, Object> document =
          Map.of("description", "t", "dnsNames", List.of("a.b"), "usages", List.of(usage));
      assertThrows(
          InvalidDocumentException.class, () -> CertificateRoleDraft.read("r", document), usage);
    }
  }
}
