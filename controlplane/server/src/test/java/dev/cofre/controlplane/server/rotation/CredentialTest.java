package dev.cofre.controlplane.server.rotation;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.random.KernelRandom;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CredentialTest {
  private static final List<String> USERS = List.of("blue", "green");

  @Test
  void theValueHasTheDocumentedFormAndIsOverwritten() {
    Credential credential = Credential.fresh("a.b@c-d_e", KernelRandom.INSTANCE);
    String value = new String(credential.value(), US_ASCII);
    String password = new String(credential.password());
    assertEquals("{\"username\":\"a.b@c-d_e\",\"password\":\"" + password + "\"}", value);
    assertTrue(password.matches("[A-Za-z0-9_-]{43}"), password);
    assertEquals(Optional.of("green"), Credential.userIn(named("green"), USERS));
    credential.close();
    assertArrayEquals(new byte[value.length()], credential.value());
    assertArrayEquals(new char[password.length()], credential.password());
  }

  private static byte[] named(String user) {
    try (Credential credential = Credential.fresh(user, KernelRandom.INSTANCE)) {
      return credential.value().clone();
    }
  }

  @Test
  void theUserInUseIsTheOneThatAloneIsNamed() {
    assertEquals(Optional.of("blue"), Credential.userIn(named("blue"), USERS));
    assertEquals(Optional.of("green"), Credential.userIn(named("green"), USERS));
    assertEquals(
        Optional.of("green"), userIn("{ \"password\" : \"x\", \"username\" : \"green\" }"));
    for (String value :
        List.of("", "x", "green", "\"greens\"", "\"green", "[\"green\", \"blue\"]", "\"other\"")) {
      assertEquals(Optional.empty(), userIn(value), value);
    }
  }

  private static Optional<String> userIn(String value) {
    return Credential.userIn(value.getBytes(US_ASCII), USERS);
  }
}
