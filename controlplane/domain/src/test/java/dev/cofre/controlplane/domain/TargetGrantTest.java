package dev.cofre.controlplane.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
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
    for (Map<String, Object> one :
        List.of(
            vhosted("resources", List.of("orders", ".*", "a b", "ключ"), "READ", "WRITE"),
            vhosted("prefixes", List.of("tmp."), "CONFIGURE"))) {
      assertEquals(one, read(one).getFirst().document());
    }
  }

  private static Map<String, Object> vhosted(String on, List<String> names, String... privileges) {
    Map<String, Object> grant = grant(on, names, privileges);
    grant.put("vhost", "/");
    return grant;
  }

  /** Names are whatever the system takes, but for what no person sees. */
  @Test
  void namesOfQueuesAreTextWithoutControlCharacters() {
    for (int c = 0; c <= 0x2100; c++) {
      String one = String.valueOf((char) c);
      for (String name : List.of(one + "a", "a" + one + "a", "a" + one, one)) {
        assertEquals(
            !Character.isISOControl(c), TargetGrant.isVhostedName(name), () -> "as " + name);
      }
    }
    assertFalse(TargetGrant.isVhostedName(""));
    assertFalse(TargetGrant.isVhostedName("\uD83D"), "half a character becomes another one");
    assertTrue(TargetGrant.isVhostedName("\uD83D\uDD11".repeat(63)));
    assertFalse(TargetGrant.isVhostedName("\uD83D\uDD11".repeat(64)), "256 bytes");
    assertTrue(TargetGrant.isVhost("...") && TargetGrant.isVhost("%2e"));
    assertFalse(TargetGrant.isVhost(".") || TargetGrant.isVhost("..") || TargetGrant.isVhost(""));
  }

  @Test
  void namesOfQueuesHaveALimitTogether() {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      names.add("x".repeat(163) + (char) ('A' + i % 26) + (char) ('A' + i / 26));
    }
    List<TargetGrant> most = read(vhosted("resources", names.subList(0, 99), "READ"));
    TargetGrant.requireOf(EngineKind.RABBITMQ, most);
    List<TargetGrant> more = read(vhosted("resources", names, "READ"));
    assertThrows(
        InvalidDocumentException.class, () -> TargetGrant.requireOf(EngineKind.RABBITMQ, more));
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
    for (String on : List.of("resources", "prefixes")) {
      assertThrows(
          InvalidDocumentException.class, () -> read(grant(on, names, "READ")), "no vhost");
      for (String vhost : List.of("", ".", "..", "a\n", "x".repeat(256))) {
        Map<String, Object> hostile = vhosted(on, names, "READ");
        hostile.put("vhost", vhost);
        assertThrows(InvalidDocumentException.class, () -> read(hostile));
      }
      Map<String, Object> both = vhosted(on, names, "READ");
      both.put("schema", "sales");
      assertThrows(InvalidDocumentException.class, () -> read(both));
      assertThrows(InvalidDocumentException.class, () -> read(vhosted(on, names, "SELECT")));
      assertThrows(InvalidDocumentException.class, () -> read(vhosted(on, List.of(), "READ")));
    }
    assertThrows(InvalidDocumentException.class, () -> read(vhosted("keys", names, "READ")));
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
    List<TargetGrant> queues = read(vhosted("resources", List.of("a"), "READ"));
    TargetGrant.requireOf(EngineKind.RABBITMQ, queues);
    for (EngineKind kind : List.of(EngineKind.POSTGRESQL, EngineKind.MARIADB, EngineKind.REDIS)) {
      assertThrows(
          InvalidDocumentException.class, () -> TargetGrant.requireOf(kind, queues), kind::name);
    }
    for (List<TargetGrant> others : List.of(keys, tables)) {
      assertThrows(
          InvalidDocumentException.class, () -> TargetGrant.requireOf(EngineKind.RABBITMQ, others));
    }
    List<TargetGrant> views =
        read(Map.of("on", "schema", "schema", "sales", "privileges", List.of("CREATE VIEW")));
    TargetGrant.requireOf(EngineKind.MARIADB, views);
    for (EngineKind kind : List.of(EngineKind.POSTGRESQL, EngineKind.REDIS)) {
      assertThrows(InvalidDocumentException.class, () -> TargetGrant.requireOf(kind, views));
    }
  }
}
