package dev.cofre.controlplane.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RoleConflictsTest {
  /** An x: nobody may have both. */
  private static final String TABLE =
      """
                     pa sa co ao wl au no
      platform-admin -  .  .  .  x  x  x
      security-admin .  -  x  .  x  x  x
      crypto-officer .  x  -  .  x  x  x
      app-owner      .  .  .  -  x  x  x
      workload       x  x  x  x  -  x  x
      auditor        x  x  x  x  x  -  x
      node           x  x  x  x  x  x  -
      """;

  @Test
  void theTableIsTheCode() {
    List<String> lines = TABLE.lines().skip(1).toList();
    assertEquals(Role.values().length, lines.size());
    for (String line : lines) {
      String[] cells = line.split(" +");
      Role one = Role.of(cells[0]);
      for (int i = 1; i < cells.length; i++) {
        Role other = Role.of(lines.get(i - 1).split(" +")[0]);
        if (one != other) {
          assertEquals(cells[i].equals("x"), RoleConflicts.exclude(one, other), one + " " + other);
        }
      }
    }
  }

  @Test
  void aDraftWithAConflictIsRefused() {
    assertEquals(
        Set.of(Role.APP_OWNER, Role.CRYPTO_OFFICER),
        PrincipalDraft.read(
                Map.of("id", "ann", "roles", List.of("app-owner", "crypto-officer")), null)
            .roles());
    for (List<String> roles :
        List.of(List.of("workload", "auditor"), List.of("node"), List.of("king"))) {
      InvalidDocumentException refused =
          assertThrows(
              InvalidDocumentException.class,
              () -> PrincipalDraft.read(Map.of("id", "ann", "roles", roles), null));
      assertEquals(List.of("roles"), refused.errors().stream().map(FieldError::field).toList());
    }
    assertThrows(
        InvalidDocumentException.class,
        () -> GroupDraft.read(Map.of("name", "g", "roles", List.of("workload", "auditor")), null));
  }
}
