package dev.cofre.controlplane.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PolicyReaderTest {
  private static final Map<String, Object> STATEMENT =
      Map.of(
          "effect", "allow",
          "principals", List.of("shop", "group:billing"),
          "actions", List.of("encrypt"),
          "keys", List.of("orders-*"),
          "environment", "prod",
          "notAfter", "2030-01-01T00:00:00Z",
          "conditions",
              Map.of(
                  "context",
                      Map.of(
                          "team", Map.of("oneOf", List.of("a", "b")),
                          "debug", Map.of("present", false)),
                  "sourceNetworks", List.of("10.0.0.0/8", "2001:db8::/32"),
                  "time", Map.of("weekdays", List.of("fri", "mon"), "from", "22:00", "to", "06:30"),
                  "authentication", "mtls",
                  "rate", Map.of("perSecond", 100, "perDay", 10_000L)));

  private static Map<String, Object> document(Object... statements) {
    return Map.of("name", "p", "statements", List.of(statements));
  }

  private static Map<String, Object> with(String field, Object value) {
    Map<String, Object> changed = new HashMap<>(STATEMENT);
    if (value == null) {
      changed.remove(field);
    } else {
      changed.put(field, value);
    }
    return changed;
  }

  private static List<String> wrong(Map<String, ?> document) {
    return assertThrows(InvalidDocumentException.class, () -> PolicyReader.read(document))
        .errors()
        .stream()
        .map(FieldError::field)
        .toList();
  }

  @Test
  void readsTheShortFormAsOneStatement() {
    PolicyDocument read =
        PolicyReader.read(
            Map.of(
                "name", "demo",
                "effect", "allow",
                "principals", List.of("app", "app"),
                "actions", List.of("encrypt", "data-key:unwrap"),
                "keys", List.of("demo")));
    PolicyStatement only = read.statements().getFirst();
    assertEquals(List.of("app"), only.principals());
    assertEquals(Set.of(KeyUse.ENCRYPT, KeyUse.DATA_KEY_UNWRAP), only.actions());
    assertEquals(PolicyConditions.NONE, only.conditions());
  }

  @Test
  void whatIsWrittenIsReadTheSame() {
    PolicyDocument read =
        PolicyReader.read(
            Map.of(
                "name", "p",
                "description", "what it is for",
                "notAfter", "2031-01-01T00:00:00Z",
                "statements",
                    List.of(
                        STATEMENT,
                        Map.of(
                            "sid", "move",
                            "effect", "deny",
                            "anyPrincipal", true,
                            "actions", List.of("reencrypt"),
                            "tags", Map.of("app", "shop"),
                            "environment", "prod",
                            "fromEnvironment", "staging")),
                "tests",
                    List.of(
                        Map.of(
                            "principal", "shop",
                            "action", "encrypt",
                            "key", "orders-1",
                            "context", Map.of("team", "a"),
                            "sourceAddress", "10.1.2.3",
                            "time", "2026-11-20T23:00:00Z",
                            "authentication", "mtls",
                            "expect", "allow"))));
    assertEquals(read, PolicyReader.read(PolicyWriter.write(read)));
    PolicyConditions conditions = read.statements().getFirst().conditions();
    assertEquals(List.of("mon", "fri"), conditions.weekdays());
    assertEquals(22 * 60, conditions.fromMinute());
  }

  @Test
  void namesAllThatIsWrongByItsPath() {
    assertEquals(
        List.of("name", "effect", "principals", "actions", "keys"),
        wrong(
            Map.of(
                "effect", "perhaps",
                "principals", List.of(),
                "actions", List.of("fly"),
                "keys", List.of(1))));
    assertEquals(
        List.of("statements[1].effect", "statements[1].zzz", "tests[0].expect", "zz"),
        wrong(
            Map.of(
                "name",
                "p",
                "statements",
                List.of(STATEMENT, merge(with("effect", "maybe"), "zzz", 1)),
                "tests",
                List.of(Map.of("principal", "a", "action", "encrypt", "key", "k")),
                "zz",
                1)));
    assertEquals(
        List.of("statements[0].conditions.time.from"),
        wrong(
            document(with("conditions", Map.of("time", Map.of("from", "25:00", "to", "08:00"))))));
    assertEquals(
        List.of("statements[0].conditions.context.team.equals"),
        wrong(document(with("conditions", Map.of("context", Map.of("team", Map.of()))))));
    assertEquals(
        List.of("statements[0].conditions.sourceNetworks"),
        wrong(document(with("conditions", Map.of("sourceNetworks", List.of("10.1.0.0/8"))))));
    assertEquals(
        List.of("statements[0].conditions.rate.perSecond"),
        wrong(document(with("conditions", Map.of("rate", Map.of("perSecond", 0))))));
  }

  private static Map<String, Object> merge(Map<String, Object> map, String field, Object value) {
    Map<String, Object> merged = new HashMap<>(map);
    merged.put(field, value);
    return merged;
  }

  @Test
  void noWildcardIsOverAllEnvironments() {
    assertEquals(List.of("statements[0].environment"), wrong(document(with("environment", null))));
    assertEquals(
        List.of("statements[0].environment"),
        wrong(document(merge(with("environment", null), "tags", Map.of("app", "shop")))));
  }

  @Test
  void nobodyIsMeantByAStar() {
    assertEquals(
        List.of("statements[0].principals"), wrong(document(with("principals", List.of("*")))));
    assertEquals(List.of("statements[0].principals"), wrong(document(with("anyPrincipal", true))));
  }

  @Test
  void reencryptNamesTwoEnvironments() {
    assertEquals(
        List.of("statements[0].fromEnvironment"),
        wrong(document(with("actions", List.of("reencrypt")))));
    assertEquals(
        List.of("statements[0].fromEnvironment"),
        wrong(document(merge(with("actions", List.of("reencrypt")), "fromEnvironment", "prod"))));
    assertEquals(
        List.of("statements[0].fromEnvironment"), wrong(document(with("fromEnvironment", "dev"))));
  }

  @Test
  void bombsAreRefused() {
    assertEquals(
        List.of("statements", "statements"),
        wrong(Map.of("name", "p", "statements", Collections.nCopies(51, STATEMENT))));
    List<String> many = new ArrayList<>();
    for (int i = 0; i <= 1_000; i++) {
      many.add("p" + i);
    }
    assertTrue(wrong(document(with("principals", many))).contains("statements[0].principals"));
    assertTrue(wrong(document(with("keys", many))).contains("statements[0].keys"));
    Map<String, Object> deep = Map.of();
    for (int i = 0; i < 1_000; i++) {
      deep = Map.of("conditions", deep);
    }
    assertEquals(
        List.of("statements[0].conditions.conditions"), wrong(document(with("conditions", deep))));
  }
}
