package dev.cofre.documents.alert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.documents.yaml.FileErrors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rules in files: what is shipped, what is wrong and where, and tests that run before. */
class AlertRulesTest {
  private static final String RIGHT =
      """
      apiVersion: cofre/v1
      kind: AlertRule
      name: own
      description: Of our own.
      severity: warning
      match:
        action: [decrypt]
      count: {atLeast: 3, withinS: 60, by: [key]}
      quietS: 600
      tests:
      - name: three
        given:
        - {at: "2026-01-31T12:00:00Z", action: decrypt, key: k, times: 3}
        alerts: 1
      """;

  @TempDir Path directory;

  private List<String> errors(String text) throws IOException {
    Path file = Files.writeString(directory.resolve("r.yaml"), text);
    FileErrors errors = new FileErrors();
    AlertRules.read(file, errors);
    return errors.lines().stream().map(line -> line.substring(line.indexOf("r.yaml"))).toList();
  }

  @Test
  void theShippedSetIsThereAndItsTestsHold() {
    List<String> names = AlertRules.shipped().stream().map(AlertRule::name).toList();
    assertEquals(
        List.of(
            "failed-decryptions",
            "failed-logins",
            "unknown-identity",
            "unknown-address",
            "unusual-rate",
            "unusual-hour",
            "unusual-secret-reads",
            "many-secrets",
            "unknown-secret-reader",
            "refused-secret-reads",
            "leak-response",
            "key-export",
            "secret-export",
            "key-import",
            "key-destruction",
            "access-change",
            "audit-gap",
            "audit-loss",
            "silent-node"),
        names);
    assertTrue(AlertRules.shipped().stream().allMatch(rule -> !rule.tests().isEmpty()));
  }

  @Test
  void anOwnRuleIsTakenAndReplacesAShippedOne() throws IOException {
    Files.writeString(directory.resolve("a.yaml"), RIGHT);
    Files.writeString(
        directory.resolve("b.yaml"),
        RIGHT
            .replace("name: own", "name: unusual-hour")
            .replace("quietS", "enabled: false\nquietS"));
    FileErrors errors = new FileErrors();
    List<AlertRule> rules = AlertRules.readAll(directory, errors);
    assertEquals(List.of(), errors.lines());
    assertEquals(AlertRules.shipped().size() + 1, rules.size());
    AlertRule replaced =
        rules.stream().filter(rule -> rule.name().equals("unusual-hour")).findFirst().orElseThrow();
    assertFalse(replaced.isEnabled());
    assertEquals("count", replaced.trigger().kind());
  }

  @Test
  void aTestThatDoesNotHoldIsToldWithItsLine() throws IOException {
    assertEquals(
        List.of(
            "r.yaml:11: tests[0]: the test \"three\" expects 2 alerts, the rule makes 1: own: key"
                + " k"),
        errors(RIGHT.replace("alerts: 1", "alerts: 2")));
  }

  @Test
  void whatIsWrongIsToldWithFileLineAndField() throws IOException {
    assertEquals(
        List.of("r.yaml:5: severity: must be one of info, warning, critical"),
        errors(RIGHT.replace("severity: warning", "severity: high")));
    assertEquals(
        List.of("r.yaml:8: count.atLeast: must be a whole number from 1 to 1000000"),
        errors(RIGHT.replace("atLeast: 3", "atLeast: 0")));
    assertEquals(
        List.of(
            "r.yaml:1: : must have exactly one of each, count, distinct, firstSeen, rate, hour,"
                + " silence or gap"),
        errors(RIGHT.replace("quietS", "gap: true\nquietS")).stream()
            .map(line -> line.replace("r.yaml:1: must", "r.yaml:1: : must"))
            .toList());
    assertEquals(
        List.of(
            "r.yaml:7: match.verb: is not a known field; there are principal, address, key, node, action, outcome, code"),
        errors(RIGHT.replace("  action: [decrypt]", "  verb: [decrypt]")));
    assertEquals(
        List.of("r.yaml:6: match: must not be there: the rule is about logs, not events"),
        errors(
            RIGHT.replace("count: {atLeast: 3, withinS: 60, by: [key]}", "silence: {afterS: 60}")));
    assertTrue(errors("a: [").getFirst().contains("is not YAML"));
    assertTrue(
        errors(RIGHT.replaceAll("(?s)tests:.*", "")).getFirst().contains("tests: is missing"));
  }

  @Test
  void aNameIsThereOnce() throws IOException {
    Files.writeString(directory.resolve("a.yaml"), RIGHT);
    Files.writeString(directory.resolve("b.yaml"), RIGHT);
    FileErrors errors = new FileErrors();
    AlertRules.readAll(directory, errors);
    assertEquals(1, errors.count());
    assertTrue(errors.lines().getFirst().contains("b.yaml:1: name: own is there twice"));
  }
}
