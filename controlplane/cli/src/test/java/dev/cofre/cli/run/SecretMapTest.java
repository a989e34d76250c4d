package dev.cofre.cli.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.cli.run.SecretMap.Entry;
import dev.cofre.documents.yaml.FileErrors;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a map of secrets says, and what is told of a wrong one. */
class SecretMapTest {
  private static List<String> errors(String text) {
    FileErrors errors = new FileErrors();
    Optional<SecretMap> map = SecretMap.read("map.yaml", text.getBytes(UTF_8), errors);
    assertEquals(errors.isEmpty(), map.isPresent(), text);
    return errors.lines();
  }

  private static void isWrong(String text, String... parts) {
    String lines = String.join("\n", errors(text));
    for (String part : parts) {
      assertTrue(lines.contains(part), text + "\n" + lines);
    }
  }

  @Test
  void namesVariablesAndFiles() {
    String text =
        """
        secrets:
          - name: orders-db
            env: DB_PASSWORD
            trim: true
          - name: orders-tls
            file: tls/key.pem
            fileEnv: TLS_KEY_FILE
          - {name: orders-db, file: password}
        """;
    SecretMap map =
        SecretMap.read("map.yaml", text.getBytes(UTF_8), new FileErrors()).orElseThrow();
    assertEquals(
        List.of(
            new Entry("orders-db", "DB_PASSWORD", null, null, true),
            new Entry("orders-tls", null, "tls/key.pem", "TLS_KEY_FILE", false),
            new Entry("orders-db", null, "password", null, false)),
        map.entries());
    assertEquals(List.of("orders-db", "orders-tls"), map.names());
    assertTrue(map.hasFiles());
  }

  @Test
  void aWrongOneIsToldByLineFieldAndWhatIsAllowed() {
    isWrong("", "map.yaml:1: must hold one document");
    isWrong(
        "a: b",
        "map.yaml:1: a: is not a known field; there are secrets, group",
        "map.yaml:1: must have secrets or group");
    isWrong("secrets: []", "map.yaml:1: secrets: must be a list of 1 to 100 items");
    isWrong(
        "secrets:\n  - name: Orders\n    env: A",
        "map.yaml:2: secrets[0].name: must be 1 to 128 of a-z");
    isWrong("secrets:\n  - name: a", "map.yaml:2: secrets[0]: must have env or file");
    isWrong(
        "secrets:\n  - name: a\n    env: 9A",
        "map.yaml:3: secrets[0].env: must be a variable's name");
    isWrong("secrets:\n  - {name: a, env: COFRE_TOKEN_FILE}", "not beginning with COFRE_");
    isWrong(
        "secrets:\n  - {name: a, env: A, color: red}",
        "secrets[0].color: is not a known field; there are name, env, file, fileEnv, trim");
    isWrong("secrets:\n  - {name: a, env: A, trim: maybe}", "trim: must be true or false");
    isWrong(
        "secrets:\n  - {name: a, env: A, fileEnv: B}",
        "secrets[0].fileEnv: must stand beside file");
    isWrong(
        "secrets:\n  - {name: a, env: A}\n  - {name: b, file: f, fileEnv: A}",
        "map.yaml:3: secrets[1].fileEnv: A is given twice, first at map.yaml:2");
    isWrong(
        "secrets:\n  - {name: a, file: f}\n  - {name: b, file: f/g}",
        "f/g would stand in the file f");
    for (String path : List.of("../up", "/etc/passwd", "a/../b", ".hidden", "a//b", "a/")) {
      isWrong("secrets:\n  - {name: a, file: '" + path + "'}", "secrets[0].file: must be a path");
    }
  }
}
