package dev.cofre.controlplane.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class PolicyTest {
  private static final UUID KEY = UUID.randomUUID();

  @Test
  void aGrantIsAnAllowedUseThatNoPolicyDenies() {
    Policy allow = policy(Effect.ALLOW, KeyUse.ENCRYPT, KeyUse.DECRYPT);
    Policy denyOne = policy(Effect.DENY, KeyUse.ENCRYPT);
    Policy denyBoth = policy(Effect.DENY, KeyUse.ENCRYPT, KeyUse.DECRYPT);

    assertEquals(Set.of(KEY), Policy.granted(List.of(allow), "app"));
    assertEquals(Set.of(KEY), Policy.granted(List.of(allow, denyOne), "app"));
    assertEquals(Set.of(), Policy.granted(List.of(allow, denyBoth), "app"));
    assertEquals(Set.of(), Policy.granted(List.of(allow), "other"));
    assertEquals(Set.of(), Policy.granted(List.of(denyOne), "app"));
  }

  @Test
  void readsADocument() {
    PolicyDraft draft =
        PolicyDraft.read(
            Map.of(
                "name", "demo",
                "effect", "allow",
                "principals", List.of("app", "app"),
                "actions", List.of("encrypt", "data-key:unwrap"),
                "keys", List.of("demo")));
    assertEquals(List.of("app"), draft.principals());
    assertEquals(Set.of(KeyUse.ENCRYPT, KeyUse.DATA_KEY_UNWRAP), draft.actions());
  }

  @Test
  void namesAllThatIsWrong() {
    InvalidDocumentException refused =
        assertThrows(
            InvalidDocumentException.class,
            () ->
                PolicyDraft.read(
                    Map.of(
                        "effect", "perhaps",
                        "principals", List.of(),
                        "actions", List.of("fly"),
                        "keys", List.of(1))));
    assertEquals(
        List.of("name", "effect", "principals", "actions", "keys"),
        refused.errors().stream().map(FieldError::field).toList());
  }

  private static Policy policy(Effect effect, KeyUse... uses) {
    return new Policy(
        UUID.randomUUID(),
        "default",
        "p",
        effect,
        List.of("app"),
        Set.of(uses),
        List.of(KEY),
        Stamp.created(Instant.EPOCH, "x"));
  }
}
