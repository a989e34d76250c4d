package dev.cofre.controlplane.server.dynamic;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.random.KernelRandom;
import dev.cofre.controlplane.domain.TargetGrant;
import dev.cofre.controlplane.domain.TargetGrant.Kind;
import dev.cofre.controlplane.domain.TargetGrant.Privilege;
import io.vertx.core.json.JsonObject;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Expressions and digests as they are sent; what a broker makes of them is in the engine's test.
 */
class RabbitMqPermissionsTest {
  private static JsonObject of(TargetGrant... grants) throws TargetException {
    return RabbitMqPermissions.of(List.of(grants)).get("shop");
  }

  private static TargetGrant grant(Kind on, String name, Privilege... privileges) {
    return new TargetGrant(on, "shop", List.of(name), List.of(privileges));
  }

  /** As the broker sees it: byte by byte, anywhere in the name. */
  private static boolean matches(String expression, String name) {
    return Pattern.compile(expression).matcher(new String(name.getBytes(UTF_8), ISO_8859_1)).find();
  }

  @Test
  void everyCharacterMeansItselfAlone() throws Exception {
    for (int c = 0x20; c <= 0x2100; c++) {
      if (c >= 0x7f && c < 0xa0) {
        continue;
      }
      String name = "a" + (char) c + "b";
      String whole = of(grant(Kind.RESOURCES, name, Privilege.READ)).getString("read");
      String beginning = of(grant(Kind.PREFIXES, name, Privilege.READ)).getString("read");
      assertTrue(whole.matches("[A-Za-z0-9_\\\\(?:)]+"), whole);
      assertTrue(matches(whole, name) && matches(beginning, name), whole);
      assertTrue(matches(beginning, name + "x"), beginning);
      for (String other : List.of("ab", "axb", "a", "b", "x" + name, name + "\n", "")) {
        if (!other.equals(name)) {
          assertFalse(matches(whole, other), () -> whole + " and " + other);
        }
      }
      assertFalse(matches(whole, name + "x") || matches(beginning, "x" + name), whole);
    }
  }

  @Test
  void grantsOfOneVirtualHostAreOneSetOfExpressions() throws Exception {
    JsonObject both =
        of(
            grant(Kind.RESOURCES, "orders", Privilege.READ),
            grant(Kind.PREFIXES, "tmp-", Privilege.READ, Privilege.CONFIGURE),
            grant(Kind.RESOURCES, "orders", Privilege.READ));
    assertEquals("\\A(?:orders\\z|tmp\\x2d)", both.getString("read"));
    assertEquals("\\A(?:tmp\\x2d)", both.getString("configure"));
    assertEquals(RabbitMqPermissions.NOTHING, both.getString("write"));
    for (String name : List.of("", "\n", "orders", "x")) {
      assertFalse(matches(RabbitMqPermissions.NOTHING, name));
    }
  }

  @Test
  void aDigestIsSaltedAndTakesTheSaltInFront() throws Exception {
    char[] password = "a-password".toCharArray();
    byte[] one = Base64.getDecoder().decode(RabbitMqPassword.hash(password, KernelRandom.INSTANCE));
    byte[] two = Base64.getDecoder().decode(RabbitMqPassword.hash(password, KernelRandom.INSTANCE));
    assertEquals(36, one.length);
    assertFalse(Arrays.equals(one, two));
    MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
    sha256.update(one, 0, 4);
    byte[] digest = sha256.digest("a-password".getBytes(UTF_8));
    assertTrue(Arrays.equals(digest, Arrays.copyOfRange(one, 4, 36)));
    assertEquals("Basic YWxpY2U6YS1wYXNzd29yZA==", RabbitMqPassword.basic("alice", password));
    assertEquals("a-password", new String(password));
  }
}
