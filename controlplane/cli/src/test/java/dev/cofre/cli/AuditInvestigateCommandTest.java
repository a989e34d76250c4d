package dev.cofre.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an investigation found, printed and as a page, with names that attackers chose. */
class AuditInvestigateCommandTest {
  private static final String HOSTILE =
      "</td><script>alert(1)</script><img src=x onerror=\"alert(2)\">&'\u001b[31m"
          + "\u009b31m\u009d\u202egnp\u2066x\u2028y\u2029z";

  @TempDir Path home;
  private AnsweringService service;
  private boolean complete = true;
  private boolean whole = true;
  private long lookedAtMs = 3_600_000;
  private String archiveBegins = "2026-01-01T00:00:00Z";

  @BeforeEach
  void start() throws IOException {
    service = new AnsweringService(home, List.of("auditor"), this::answer);
  }

  @AfterEach
  void stop() {
    service.close();
  }

  private static JsonObject row(String field, String value) {
    return new JsonObject()
        .put(field, value)
        .put("events", 1_234)
        .put("uses", 1)
        .put("denied", 2)
        .put("failed", 3)
        .put("messages", 4)
        .put("bytes", 5)
        .put("first", "2026-01-02T10:00:00.5Z")
        .put("last", "2026-01-02T10:59:00Z")
        .put("requestId", HOSTILE)
        .put("log", "cofre-audit/n/segment")
        .put("baselineEvents", 6)
        .put("seenBefore", "new")
        .putNull("lastBefore");
  }

  private static JsonObject table(JsonObject row, long more) {
    return new JsonObject()
        .put("items", new JsonArray().add(row))
        .put("distinct", 1 + more)
        .put("estimated", more > 0)
        .put("more", more)
        .put("eventsNotCounted", 77);
  }

  private JsonObject answer() {
    JsonArray parts = new JsonArray(IntStream.range(0, 48).boxed().toList());
    return new JsonObject()
        .put("subject", new JsonObject().put("kind", "key").put("name", HOSTILE))
        .put("from", "2026-01-02T10:00:00Z")
        .put("to", "2026-01-02T11:00:00Z")
        .put("complete", complete)
        .put("words", new JsonArray().add("Key " + HOSTILE + " was used.").add("By " + HOSTILE))
        .put("total", row("x", "y"))
        .put(
            "baseline",
            new JsonObject()
                .put("from", "2026-01-02T09:00:00Z")
                .put("to", "2026-01-02T10:00:00Z")
                .put("lookedAtMs", lookedAtMs)
                .put("archiveBegins", archiveBegins)
                .put("events", 1))
        .put(
            "rate",
            new JsonObject().put("partMs", 75_000.0).put("events", parts).put("baseline", parts))
        .put("principals", table(row("principal", HOSTILE), 20_000))
        .put("addresses", table(row("address", HOSTILE), 0))
        .put("actions", table(row("action", "decrypt"), 0))
        .put("failures", table(row("code", HOSTILE).put("outcome", "denied").put("action", "a"), 0))
        .put("keys", table(row("key", HOSTILE).put("alias", HOSTILE).put("version", 1), 0))
        .put("dataKeys", table(row("dataKeyId", HOSTILE), 0))
        .put("contextKeys", table(row("contextKey", HOSTILE), 0))
        .put(
            "examples",
            new JsonArray()
                .add(
                    new JsonObject()
                        .put("time", "2026-01-02T10:00:00Z")
                        .put("shows", "by " + HOSTILE)
                        .put("principal", HOSTILE)
                        .put("key", HOSTILE)
                        .put("requestId", HOSTILE)))
        .put(
            "archive",
            new JsonObject()
                .put("more", 0)
                .put("whole", whole)
                .put(
                    "items",
                    new JsonArray()
                        .add(
                            new JsonObject()
                                .put("log", HOSTILE)
                                .put("state", "late")
                                .put("missing", 9)
                                .put("newest", "2026-01-02T10:00:00Z"))));
  }

  private static void assertPlain(String text) {
    Matcher hidden = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}&&[^\n]]").matcher(text);
    assertFalse(hidden.find(), "nothing steers the terminal or turns the text around");
  }

  private CliRun run(String... options) {
    return service.run(List.of("audit", "investigate"), options);
  }

  @Test
  void theAnswerStandsInWordsAboveItsEvidence() {
    CliRun run = run("--key", "a b&c", "--from", "2026-01-02T10:00:00Z", "--limit", "7");
    assertEquals(ExitCodes.OK, run.exitCode(), run::err);
    assertEquals(
        List.of(
            "/v1/audit/investigations?key=a%20b%26c&from=2026-01-02T10%3A00%3A00Z&limit=7"
                + "&timeoutMs=30000"),
        service.asked.stream().map(AnsweringService.Asked::uri).toList());
    assertTrue(run.text().startsWith("Key "), run::text);
    assertTrue(run.text().contains("1,234"), run::text);
    assertTrue(run.text().contains("never"), run::text);
    assertTrue(
        run.text()
            .contains(
                "and about 20,000 more; 77 events are of values that were not counted one by one"),
        run::text);
    assertPlain(run.text());
    assertTrue(new JsonObject(run("--key", "k", "--json").text()).getBoolean("complete"));
  }

  @Test
  void whatIsIncompleteDoesNotLookWhole() throws IOException {
    complete = false;
    Path file = home.resolve("i.html");
    CliRun run = run("--address", "::1", "--html", file.toString());
    assertEquals(ExitCodes.FAILED, run.exitCode());
    assertTrue(run.err().contains("not all was looked at"), run::err);
    assertTrue(run.text().startsWith("Key "), "what was found is printed");
    assertTrue(Files.readString(file).contains("class=\"verdict missed\""));
  }

  @Test
  void onlyAWholeArchiveIsAGoodVerdict() throws IOException {
    Path file = home.resolve("i.html");
    assertEquals(ExitCodes.OK, run("--key", "k", "--html", file.toString()).exitCode());
    assertTrue(Files.readString(file).contains("class=\"verdict good\""));
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    whole = false;
    assertEquals(ExitCodes.OK, run("--key", "k", "--html", file.toString()).exitCode());
    assertTrue(Files.readString(file).contains("class=\"verdict\""));
  }

  @Test
  void whyNothingIsHeldAgainstIsTold() throws IOException {
    Path file = home.resolve("i.html");
    complete = false;
    lookedAtMs = 0;
    run("--key", "k", "--html", file.toString());
    assertTrue(Files.readString(file).contains("the time was over before the time before"));
    archiveBegins = "2026-01-02T10:30:00Z";
    run("--key", "k", "--html", file.toString());
    assertTrue(Files.readString(file).contains("the archive holds no time before"));
  }

  @Test
  void thePageHoldsNoMarkupButItsOwn() throws IOException {
    Path file = home.resolve("i.html");
    assertEquals(ExitCodes.OK, run("--principal", "p", "--html", file.toString()).exitCode());
    String page = Files.readString(file);
    assertTrue(
        page.contains(
            "http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src"
                + " 'unsafe-inline'\""));
    assertTrue(page.contains("prefers-color-scheme: dark"));
    assertTrue(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    assertPlain(page);
    Matcher tags = Pattern.compile("<\\s*/?\\s*([a-zA-Z0-9]+)([^>]*)>").matcher(page);
    int found = 0;
    while (tags.find()) {
      found++;
      String tag = tags.group(1);
      assertTrue(
          List.of(
                  "html",
                  "head",
                  "meta",
                  "title",
                  "style",
                  "body",
                  "main",
                  "h1",
                  "h2",
                  "p",
                  "ul",
                  "li",
                  "dl",
                  "dt",
                  "dd",
                  "div",
                  "table",
                  "tr",
                  "th",
                  "td",
                  "figure",
                  "figcaption",
                  "b",
                  "span",
                  "svg",
                  "path",
                  "line",
                  "text")
              .contains(tag),
          tags.group());
      String attributes = tags.group(2).replaceAll("\"[^\"]*\"", "\"\"");
      assertFalse(attributes.matches("(?s).*\\b(on\\w+|src|href)\\s*=.*"), tags.group());
    }
    assertTrue(found > 100, "tags: " + found);
    int lines = page.split("class=\"line", -1).length - 1;
    assertTrue(lines >= 4, "two lines and their keys: " + lines);
  }

  @Test
  void misuseIsTold() {
    for (CliRun run :
        List.of(
            run(),
            run("--key", "a", "--principal", "b"),
            run("--key", "a", "--timeout", "0"),
            run("--key", "a", "--timeout", "101"))) {
      assertEquals(ExitCodes.USAGE, run.exitCode(), run::err);
      assertEquals(1, run.errLines(), run::err);
    }
    CliRun unwritable = run("--key", "a", "--html", home.resolve("no/such.html").toString());
    assertEquals(ExitCodes.LOCAL_IO, unwritable.exitCode());
    assertTrue(unwritable.text().startsWith("Key "), "what was found is not lost");
  }
}
