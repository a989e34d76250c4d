package dev.cofre.controlplane.domain;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SecretTemplateTest {
  private static final int MAX = 1 << 16;
  private static final SecretReference A = new SecretReference("a", 0);

  private static String filled(String text, Map<SecretReference, byte[]> values) throws Exception {
    byte[] filled = SecretTemplate.parse(text.getBytes(UTF_8)).filled(values, MAX);
    return new String(filled, UTF_8);
  }

  private static String filled(String text, String a) throws Exception {
    return filled(text, Map.of(A, a.getBytes(UTF_8)));
  }

  @Test
  void namesItsReferencesEachOnceInTheirOrder() {
    String text = "{{b.c-d_e}}{{a}}{{a@12}}{{ a | trim }}{{a|url}}";
    assertEquals(
        List.of(new SecretReference("b.c-d_e", 0), A, new SecretReference("a", 12)),
        List.copyOf(SecretTemplate.parse(text.getBytes(UTF_8)).references()));
  }

  @Test
  void writesAValueAsItsPlaceSays() throws Exception {
    assertEquals("<x\r\n>", filled("<{{a}}>", "x\r\n"));
    assertEquals("<x>", filled("<{{a|trim}}>", "x\r\n"));
    assertEquals("<x\n>", filled("<{{a|trim}}>", "x\n\n"));
    assertEquals("<>", filled("<{{a|trim}}>", "\n"));
    assertEquals("%2Fa%20b%C3%A9~-._", filled("{{a|url}}", "/a b\u00e9~-._"));
    assertEquals("\"\\\"\\\\\\u000A\u00e9\"", filled("{{a|json}}", "\"\\\n\u00e9"));
    assertEquals("\"\"", filled("{{a | trim | json}}", "\n"));
  }

  @Test
  void whatIsFilledInIsNeverAPlace() throws Exception {
    assertEquals("{{a}}{{a}}", filled("{{a}}{{a}}", "{{a}}"));
    assertEquals("{{a{{a}}", filled("{{a}}{{a|trim}}}}", "{{a"));
    Map<SecretReference, byte[]> halves =
        Map.of(A, "{{".getBytes(UTF_8), new SecretReference("b", 0), "a}}".getBytes(UTF_8));
    assertEquals("{{a}}", filled("{{a}}{{b}}", halves));
  }

  /** Whatever a value is, it is found again by who reads the form that it was written in. */
  @Test
  void anyValueStaysInItsPlace() throws Exception {
    Random random = new Random(11);
    SecretTemplate url = SecretTemplate.parse("x://u:{{a|url}}@h/".getBytes(UTF_8));
    SecretTemplate raw = SecretTemplate.parse("[{{a}}]".getBytes(UTF_8));
    for (int i = 0; i < 2_000; i++) {
      byte[] value = new byte[random.nextInt(40)];
      random.nextBytes(value);
      byte[] kept = value.clone();
      String text = new String(url.filled(Map.of(A, value), MAX), UTF_8);
      String coded = text.substring("x://u:".length(), text.length() - "@h/".length());
      assertTrue(coded.matches("([A-Za-z0-9._~-]|%[0-9A-F]{2})*"), coded);
      assertArrayEquals(value, unescaped(coded));
      byte[] whole = raw.filled(Map.of(A, value), MAX);
      assertArrayEquals(value, Arrays.copyOfRange(whole, 1, whole.length - 1));
      assertArrayEquals(kept, value, "the value is not the template's to change");
    }
  }

  private static byte[] unescaped(String coded) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = 0; i < coded.length(); i++) {
      if (coded.charAt(i) == '%') {
        bytes.write(Integer.parseInt(coded.substring(i + 1, i + 3), 16));
        i += 2;
      } else {
        bytes.write(coded.charAt(i));
      }
    }
    return bytes.toByteArray();
  }

  @Test
  void hasLimits() {
    Map<SecretReference, byte[]> values = new HashMap<>();
    values.put(A, new byte[100]);
    SecretTemplate two = SecretTemplate.parse("{{a}}{{a}}".getBytes(UTF_8));
    assertTrue(
        assertThrows(SecretTemplate.UnfitException.class, () -> two.filled(values, 199))
            .isTooLong());
    values.put(A, new byte[] {(byte) 0xff});
    SecretTemplate json = SecretTemplate.parse("{{a|json}}".getBytes(UTF_8));
    SecretTemplate.UnfitException unfit =
        assertThrows(SecretTemplate.UnfitException.class, () -> json.filled(values, MAX));
    assertFalse(unfit.isTooLong());
    values.put(A, new byte[] {(byte) 0xc3});
    assertThrows(SecretTemplate.UnfitException.class, () -> json.filled(values, MAX));
  }

  @Test
  void whatCouldBeMeantOtherwiseIsRefusedAndNotQuoted() {
    for (String wrong :
        List.of("", "x", "{{", "{{a", "{{}}", "{{A}}", "{{{a}}", "{{a}} {{ b c }}", "{{a|x}}")) {
      InvalidDocumentException refused =
          assertThrows(
              InvalidDocumentException.class, () -> SecretTemplate.parse(wrong.getBytes(UTF_8)));
      assertFalse(refused.errors().getFirst().message().contains("b c"));
    }
    assertEquals(Set.of(A), SecretTemplate.parse("{a} }} {{a}}}".getBytes(UTF_8)).references());
  }
}
