package dev.cofre.cli.migrate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** JSON dumps, and what Vault prints. */
class JsonSourcesTest {
  /** As the documentation of Vault has it. */
  private static final String VAULT =
      """
      {
        "request_id": "b2a4b9a2-8cf5-7f4b-1c2e-4a3ae0f0b8b1",
        "lease_id": "", "lease_duration": 0, "renewable": false,
        "data": {
          "data": {"password": "%s", "port": 5432, "tls": true},
          "metadata": {
            "created_time": "2026-03-22T02:24:06.945319214Z", "custom_metadata": null,
            "deletion_time": "", "destroyed": false, "version": %d
          }
        },
        "warnings": null
      }
      """;

  private static SourceFile json(String text) {
    return SourceFile.of(SourceKind.json, "d.json", text);
  }

  @Test
  void readsNamesAndTexts() {
    assertEquals(
        Map.of("a", "hunter2", "N", "12", "f", "1.50", "b", "true", "u", "\u00fc\ud83d\ude00"),
        json("{\"a\":\"hunter2\",\"N\":12,\"f\":1.50,\"b\":true,\"u\":\"\\u00fc\\ud83d\\ude00\"}")
            .values());
  }

  @Test
  void readsADumpWithVersionsAndWhatIsSaid() {
    SourceFile file =
        json(
            """
            {"format":"cofre-secrets/1","exportedAt":"2026-01-01T00:00:00Z","secrets":[
              {"name":"a","environment":"dev","dataClass":"internal","owner":"o",
               "description":"d","expiresAt":"2030-01-01T00:00:00Z","rotation":{"days":30},
               "versions":[{"version":4,"valueBase64":"AA=="},{"value":"two"}]},
              {"name":"b","rotation":{"none":"fixed"},"value":"x"}]}
            """);
    assertEquals(Map.of("a", "two", "b", "x"), file.values());
    assertEquals(List.of("\0", "two"), file.values("a"));
    SourceSecret first = file.sources.secrets().iterator().next();
    assertEquals(
        new JsonObject(
            """
            {"environment":"dev","dataClass":"internal","owner":"o","description":"d",
             "expiresAt":"2030-01-01T00:00:00Z","rotation":{"days":30}}
            """),
        first.said());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[\"hunter2\"]",
        "{\"a\":\"hunter2\"",
        "{\"a\":hunter2}",
        "{\"a\":\"hunter2\"} hunter2",
        "{\"a\":{\"b\":\"hunter2\"}}",
        "{\"a\":null}",
        "{\"a\":\"hunter2\\ud83d\"}",
        "{\"a\":\"hunter2\",\"a\":\"hunter2\"}",
        "{\"secrets\":[{\"name\":\"a\",\"value\":\"hunter2\",\"valueBase64\":\"AA==\"}]}",
        "{\"secrets\":[{\"name\":\"a\"}]}",
        "{\"secrets\":[{\"value\":\"hunter2\"}]}",
        "{\"secrets\":[\"hunter2\"]}",
        "{\"secrets\":[{\"name\":\"a\",\"value\":\"hunter2\",\"more\":\"hunter2\"}]}",
        "{\"secrets\":[{\"name\":\"a\",\"value\":\"x\"},{\"name\":\"a\",\"value\":\"hunter2\"}]}",
        "{\"secrets\":[],\"more\":\"hunter2\"}",
        "{\"secrets\":[{\"name\":\"a\",\"valueBase64\":\"aHVudGVyMg\"}]}",
        "{\"secrets\":[{\"name\":\"a\",\"valueBase64\":\"aHVudGVyMh==\"}]}"
      })
  void whatIsWrongIsNamedByItsPlaceAndNotShown(String text) {
    SourceFile file = json(text);
    assertEquals(1, file.errors.count(), file::told);
    assertFalse(file.told().contains("hunter2"), file::told);
    assertTrue(file.told().startsWith("d.json:"), file::told);
  }

  @Test
  void deepNestingIsRefused() {
    SourceFile file = json("{\"a\":" + "[".repeat(100_000));
    assertEquals(1, file.errors.count(), file::told);
  }

  @Test
  void whatVaultPrintsIsOneSecretForEachField() {
    SourceFile file =
        new SourceFile()
            .and(SourceKind.vault, "/x/shop-db.v7.json", VAULT.formatted("new", 7))
            .and(SourceKind.vault, "/x/shop-db.v3.json", VAULT.formatted("old", 3))
            .and(SourceKind.vault, "mail.json", VAULT.formatted("m", 1));
    assertEquals("new", file.values().get("shop-db#password"));
    assertEquals(List.of("old", "new"), file.values("shop-db#password"));
    assertEquals(List.of("5432", "5432"), file.values("shop-db#port"));
    assertEquals("m", file.values().get("mail#password"));
  }

  @Test
  void filesOfOneNameAreNotTwoSecretsThatBecomeOne() {
    for (String[] names :
        new String[][] {
          {"dev/db.json", "prod/db.json"},
          {"dev/db.v2.json", "prod/db.v7.json"},
          {"db.json", "db.v7.json"},
          {"db.v2.json", "db.json"},
          {"db.json", "./db.json"}
        }) {
      SourceFile file =
          SourceFile.of(SourceKind.vault, names[0], VAULT.formatted("hunter2", 2))
              .and(SourceKind.vault, names[1], VAULT.formatted("hunter3", 7));
      assertEquals(1, file.errors.count(), file::told);
      assertTrue(file.told().startsWith(names[1] + ":1: "), file::told);
      assertTrue(file.told().contains(names[0]), file::told);
      assertFalse(file.told().contains("hunter"), file::told);
    }
    SourceFile versions =
        SourceFile.of(SourceKind.vault, "x/db.v2.json", VAULT.formatted("old", 2))
            .and(SourceKind.vault, "./x/../x/db.v7.json", VAULT.formatted("new", 7));
    assertEquals("new", versions.values().get("db#password"));
  }

  @Test
  void aDeletedVersionIsLeftOut() {
    String text =
        """
        {"data":{"data":null,"metadata":{"deletion_time":"2026-03-22T02:36:43Z","version":2}}}
        """;
    SourceFile file = SourceFile.of(SourceKind.vault, "db.v2.json", text);
    assertEquals(Map.of(), file.values());
    assertTrue(file.told().contains("deleted or destroyed"), file::told);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "db.json   | {\"data\":{\"password\":\"hunter2\"}}",
        "db.json   | {\"data\":{\"data\":{\"a\":\"hunter2\"}}}",
        "db.v2.json| {\"data\":{\"data\":{\"a\":\"hunter2\"},\"metadata\":{\"version\":3}}}",
        "db.json   | {\"data\":{\"data\":{\"a\":{\"b\":\"hunter2\"}},\"metadata\":{\"version\":3}}}",
        "db.txt    | {\"data\":{\"data\":{\"a\":\"hunter2\"},\"metadata\":{\"version\":3}}}",
        "-         | {\"data\":{\"data\":{\"a\":\"hunter2\"},\"metadata\":{\"version\":3}}}",
        "db.json   | hunter2"
      })
  void whatVaultWouldNotPrintIsRefused(String name, String text) {
    SourceFile file = SourceFile.of(SourceKind.vault, name, text);
    assertEquals(1, file.errors.count(), file::told);
    assertFalse(file.told().contains("hunter2"), file::told);
    assertEquals(0, file.sources.secrets().size());
  }
}
