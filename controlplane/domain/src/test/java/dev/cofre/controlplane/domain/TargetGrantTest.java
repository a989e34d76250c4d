package dev.cofre.controlplane.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TargetGrantTest {
  private static List<TargetGrant> read(Map<String, Object> grant) {
    return DynamicRoleDraft.read("reader", Map.of("description", "x", "grants", List.of(grant)))
        .grants();
  }

  private static Map<String, Object> grant(String on, List<String> names, String... privileges) {
    Map<String, Object> grant = new HashMap<>();
    grant.put("on", on);
    grant.put("names", names);
    grant.put("privileges", List.of(privileges));
    return grant;
  }

  @Test
  void whatWasReadIsWrittenAsItWas() {
    for (Map<String, Object> one :
        List.of(
            grant("keys", List.of("orders:{*}", "a/b.c_d-e?"), "READ", "WRITE", "GEO"),
            grant("channels", List.of("*"), "SUBSCRIBE", "PUBLISH"))) {
      assertEquals(one, read(one).getFirst().document());
    }
    Map<String, Object> tables = grant("tables", List.of("orders"), "SELECT");
    tables.put("schema", "sales");
    assertEquals(tables, read(tables).getFirst().document());
    Map<String, Object> database =
        Map.of("on", "schema", "schema", "sales", "privileges", List.of("CREATE VIEW"));
    assertEquals(database, read(database).getFirst().document());
  }

  /** Every character that is not a pattern's, at the beginning, within and at the end. */
  @Test
  void noOtherCharacterIsInAPattern() {
    String allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789:._-/{}*?";
    for (int c = 0; c <= 0x2100; c++) {
      String one = String.valueOf((char) c);
      for (String name : List.of(one + "a", "a" + one + "a", "a" + one, one)) {
        assertEquals(allowed.contains(one), TargetGrant.isPattern(name), () -> "as " + name);
      }
    }
    assertFalse(TargetGrant.isPattern(""));
    assertTrue(TargetGrant.isPattern("x".repeat(128)));
    assertFalse(TargetGrant.isPattern("x".repeat(129)));
  }

  @Test
  void wrongGrantsAreRefused() {
    List<String> names = List.of("orders:*");
    for (Map<String, Object> wrong :
        List.of(
            grant("keys", names, "HASH"),
            grant("keys", names, "SELECT"),
            grant("channels", names, "READ"),
            grant("keys", List.of("a b"), "READ"),
            grant("keys", List.of(), "READ"),
            grant("commands", names, "READ"))) {
      assertThrows(InvalidDocumentException.class, () -> read(wrong), wrong::toString);
    }
    Map<String, Object> inSchema = grant("keys", names, "READ");
    inSchema.put("schema", "sales");
    assertThrows(InvalidDocumentException.class, () -> read(inSchema));
    Map<String, Object> all = grant("keys", names, "READ");
    all.remove("names");
    assertThrows(InvalidDocumentException.class, () -> read(all), "of keys none is meant by none");
  }

  @Test
  void grantsAreOfOneKindOfSystem() {
    List<TargetGrant> keys = read(grant("keys", List.of("a"), "READ"));
    Map<String, Object> document = grant("tables", List.of("orders"), "SELECT");
    document.put("schema", "sales");
    List<TargetGrant> tables = read(document);
    TargetGrant.requireOf(EngineKind.REDIS, keys);
    TargetGrant.requireOf(EngineKind.POSTGRESQL, tables);
    assertThrows(
        InvalidDocumentException.class, () -> TargetGrant.requireOf(EngineKind.POSTGRESQL, keys));
    assertThrows(
        InvalidDocumentException.class, () -> TargetGrant.requireOf(EngineKind.REDIS, tables));
    TargetGrant.requireOf(EngineKind.MARIADB, tables);
    assertThrows(
        InvalidDocumentException.class, () -> TargetGrant.requireOf(EngineKind.MARIADB, keys));
    List<TargetGrant> views =
        read(Map.of("on", "schema", "schema", "sales", "privileges", List.of("CREATE VIEW")));
    TargetGrant.requireOf(EngineKind.MARIADB, views);
    for (EngineKind kind : List.of(EngineKind.POSTGRESQL, EngineKind.REDIS)) {
      assertThrows(InvalidDocumentException.class, () -> TargetGrant.requireOf(kind, views));
    }
  }
}
