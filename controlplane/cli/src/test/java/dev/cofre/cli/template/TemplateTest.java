package dev.cofre.cli.template;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.documents.yaml.FileErrors;
import dev.cofre.documents.yaml.YamlReader;
import dev.cofre.documents.yaml.YamlValue;
import io.vertx.core.json.JsonObject;
import java.io.StringReader;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Values stay values, whatever they are, as the readers of the formats themselves say. */
class TemplateTest {
  static final List<String> HOSTILE =
      List.of(
          "plain",
          "",
          " leading and trailing ",
          "a\"b'c`d\\e",
          "\", \"admin\": true, \"x\": \"",
          "x\nadmin: true\n",
          "x\r\nadmin=true\r\n",
          "x\\",
          "\\\n",
          "'; touch broken; '",
          "'\\''$(touch broken)`touch broken`",
          "$(touch broken) ${HOME} $HOME ~ *",
          "!!java.lang.Runtime [] {} & * # : - ? | > %",
          "null",
          "true",
          "0x10",
          "- a\n- b",
          "---\nadmin: true\n...\n",
          "{{db.password}} {{ x }}",
          "@evil.example.com:80/../?x=y#z",
          "=:#!= \t\f",
          "\u0085\u2028\u2029\u00a0\ufeff\u007f\u0001\u001b[2J",
          "pässwörd 密码 \ud83d\ude00",
          "#{systemProperties} %(x)s ${env:X}",
          "x".repeat(5_000) + "\"'\\");

  @TempDir Path folder;

  private static Template template(String text, Format format) {
    List<String> wrong = new ArrayList<>();
    Template template =
        Template.read(text, format, (line, message) -> wrong.add(line + ": " + message));
    assertEquals(List.of(), wrong);
    return template;
  }

  private static String rendered(String text, Format format, String value) throws Exception {
    return new String(
        template(text, format).render(format, (source, field) -> value.getBytes(UTF_8)), UTF_8);
  }

  @ParameterizedTest
  @FieldSource("HOSTILE")
  void staysOneStringOfJson(String value) throws Exception {
    JsonObject read =
        new JsonObject(
            rendered(
                "{\"p\": {{db.password}}, \"admin\": false, \"u\": \"jdbc:x://{{db.password | url}}@h\"}",
                Format.JSON,
                value));
    assertEquals(Set.of("p", "admin", "u"), read.fieldNames());
    assertEquals(value, read.getString("p"));
    assertFalse(read.getBoolean("admin"));
    assertUserInfo(value, read.getString("u").substring("jdbc:".length()));
  }

  @ParameterizedTest
  @FieldSource("HOSTILE")
  void staysOneScalarOfYaml(String value) throws Exception {
    String text =
        rendered(
            """
            db:
              password: {{db.password}} # {x}
              list: [a, {{db.password}}]
              url: "x://{{db.password | url}}@h"
            admin: false
            """,
            Format.YAML,
            value);
    FileErrors errors = new FileErrors();
    List<YamlValue> documents = YamlReader.read("x", text.getBytes(UTF_8), errors);
    assertEquals(List.of(), errors.lines());
    assertEquals(1, documents.size());
    List<String> paths = new ArrayList<>();
    paths("", documents.getFirst(), paths);
    assertEquals(
        List.of(
            "db.password=" + value,
            "db.list.0=a",
            "db.list.1=" + value,
            "db.url=" + "x://" + Format.url(value) + "@h",
            "admin=false"),
        paths);
    Object other =
        new org.snakeyaml.engine.v2.api.Load(
                org.snakeyaml.engine.v2.api.LoadSettings.builder().build())
            .loadFromString(text);
    assertEquals(value, ((Map<?, ?>) ((Map<?, ?>) other).get("db")).get("password"));
    assertEquals(2, ((Map<?, ?>) other).size());
  }

  private static void paths(String path, YamlValue value, List<String> found) {
    switch (value) {
      case YamlValue.Mapping mapping ->
          mapping
              .entries()
              .forEach(
                  entry ->
                      paths(
                          path.isEmpty() ? entry.name() : path + "." + entry.name(),
                          entry.value(),
                          found));
      case YamlValue.Sequence sequence -> {
        for (int i = 0; i < sequence.items().size(); i++) {
          paths(path + "." + i, sequence.items().get(i), found);
        }
      }
      case YamlValue.Scalar scalar -> found.add(path + "=" + scalar.value());
      default -> found.add(path + "?");
    }
  }

  @ParameterizedTest
  @FieldSource("HOSTILE")
  void staysOneProperty(String value) throws Exception {
    Properties read = new Properties();
    read.load(
        new StringReader(
            rendered(
                "# comment\np={{db.password}}\nq: pre{{db.password}}post\nu=x://{{db.password|url}}@h\nadmin=false\n",
                Format.PROPERTIES,
                value)));
    assertEquals(Set.of("p", "q", "u", "admin"), read.keySet());
    assertEquals(value, read.getProperty("p"));
    assertEquals("pre" + value + "post", read.getProperty("q"));
    assertEquals("false", read.getProperty("admin"));
    assertUserInfo(value, read.getProperty("u"));
  }

  @ParameterizedTest
  @FieldSource("HOSTILE")
  void staysOneWordOfAShell(String value) throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("env"),
            rendered(
                "# comment\nexport P={{db.password}}\nU=x://{{db.password | url}}@h\nQ='a b {{db.password|url}}'\nADMIN=false\n",
                Format.SHELL,
                value));
    Path out = folder.resolve("out");
    Process shell =
        new ProcessBuilder(
                "sh", "-eu", "-c", ". " + file + "; printf '%s\\0%s\\0%s' \"$P\" \"$U\" \"$ADMIN\"")
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .start();
    assertEquals(0, shell.waitFor());
    String[] read = Files.readString(out).split("\0", -1);
    assertEquals(value, read[0]);
    assertUserInfo(value, read[1]);
    assertEquals("false", read[2]);
    assertFalse(Files.exists(folder.resolve("broken")), "something was run");
  }

  @ParameterizedTest
  @FieldSource("HOSTILE")
  void textTakesHarmlessValuesAlone(String value) throws Exception {
    boolean harmless = value.matches("[A-Za-z0-9._-]+");
    String text = "h:5432:shop:{{db.password}}:x {{db.password | url}}";
    if (harmless) {
      assertEquals("h:5432:shop:" + value + ":x " + value, rendered(text, Format.TEXT, value));
    } else {
      UnfitValueException refused =
          assertThrows(UnfitValueException.class, () -> rendered(text, Format.TEXT, value));
      assertTrue(refused.getMessage().startsWith("db.password: "), refused::getMessage);
      assertTrue(value.isBlank() || !refused.getMessage().contains(value), "shows the value");
    }
  }

  private static void assertUserInfo(String value, String url) {
    URI uri = URI.create(url);
    assertEquals("h", uri.getRawAuthority().replaceAll(".*@", ""));
    // URI.getUserInfo replaces what it takes for malformed; the raw form does not.
    assertEquals(
        value, java.net.URLDecoder.decode(uri.getRawAuthority().replaceAll("@h$", ""), UTF_8));
  }

  @ParameterizedTest
  @MethodSource("formats")
  void whatIsNoTextIsNotTaken(Format format, String text) {
    Template template = template(text, format);
    for (byte[] bytes :
        List.of(
            new byte[] {'a', 0, 'b'},
            new byte[] {(byte) 0xff},
            new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80})) {
      assertThrows(
          UnfitValueException.class, () -> template.render(format, (s, f) -> bytes.clone()));
    }
  }

  static Stream<org.junit.jupiter.params.provider.Arguments> formats() {
    return Stream.of(
        org.junit.jupiter.params.provider.Arguments.of(Format.JSON, "[{{a.b}}]"),
        org.junit.jupiter.params.provider.Arguments.of(Format.YAML, "a: {{a.b}}"),
        org.junit.jupiter.params.provider.Arguments.of(Format.PROPERTIES, "a={{a.b}}"),
        org.junit.jupiter.params.provider.Arguments.of(Format.SHELL, "A={{a.b}}"),
        org.junit.jupiter.params.provider.Arguments.of(Format.TEXT, "{{a.b | url}}"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '\u0007',
      value = {
        "JSON ~ {\"p\": \"{{db.password}}\"}",
        "JSON ~ {\"p\": \"x {{db.password}} y\"}",
        "JSON ~ {{{db.password}}: 1}",
        "JSON ~ {\"{{db.password | url}}\": 1}",
        "JSON ~ {\"p\": {{db.password | url}}}",
        "JSON ~ {\"p\": {{db.password}}",
        "JSON ~ {\"p\": {{db.password}}} x",
        "JSON ~ // {{db.password}}",
        "YAML ~ p: \"{{db.password}}\"",
        "YAML ~ p: '{{db.password}}'",
        "YAML ~ p: x {{db.password}}",
        "YAML ~ p: 1 # {{db.password}}",
        "YAML ~ {{db.password}}: 1",
        "YAML ~ p: |^  {{db.password}}",
        "YAML ~ p: {{db.password | url}}",
        "YAML ~ p: x # y{{db.password | url}}",
        "YAML ~ host:{{db.password | url}}",
        "YAML ~ p: x://{{db.password | url}}@h",
        "YAML ~ p: 0x{{db.password | url}}",
        "PROPERTIES ~ p=x\\{{db.password}}",
        "PROPERTIES ~ p=x\\\\\\{{db.password | url}}",
        "PROPERTIES ~ # {{db.password}}",
        "PROPERTIES ~ {{db.password}}=1",
        "PROPERTIES ~ p={{db.password | url}}",
        "SHELL ~ P=\"{{db.password}}\"",
        "SHELL ~ P='{{db.password}}'",
        "SHELL ~ P=x{{db.password}}",
        "SHELL ~ P={{db.password}} rm -r x",
        "SHELL ~ P={{db.password}};Q=1",
        "SHELL ~ P=$({{db.password}})",
        "SHELL ~ P=\"{{db.password | url}}\"",
        "SHELL ~ P=a;Q={{db.password | url}}",
        "SHELL ~ echo {{db.password}}",
        "SHELL ~ cat <<E^P={{db.password}}^E",
        "SHELL ~ # {{db.password}}",
        "SHELL ~ P='a^Q={{db.password}}^'",
        "TEXT ~ {{db.password",
        "TEXT ~ {{db}}",
        "TEXT ~ {{db.password | raw}}",
        "TEXT ~ {{#db.password}}",
        "TEXT ~ {{&db.password}}",
        "TEXT ~ {{{db.password}}}",
        "TEXT ~ {{db.pass;word}}",
        "TEXT ~ {{DB.password}}",
        "TEXT ~ {{db.class.forName('x')}}",
        "TEXT ~ {{ }}"
      })
  void aPlaceThatWouldNotHoldIsRefusedWithItsLine(Format format, String text) {
    // '^' stands for the end of a line where the format has lines.
    String lines = "\n" + text.replace('^', '\n') + "\n";
    List<Integer> wrong = new ArrayList<>();
    Template.read(format == Format.JSON ? text : lines, format, (line, message) -> wrong.add(line));
    assertFalse(wrong.isEmpty(), "was taken");
    assertTrue(wrong.stream().allMatch(line -> line >= 1 && line <= 5), wrong::toString);
  }

  @Test
  void hasALimitOfPlaces() {
    List<String> wrong = new ArrayList<>();
    Template.read(
        "{{a.b}}\n".repeat(Template.PLACES_MAX + 1),
        Format.TEXT,
        (line, message) -> wrong.add(message));
    assertEquals(List.of("has more than " + Template.PLACES_MAX + " places for values"), wrong);
    assertEquals(
        Template.PLACES_MAX,
        template("{{a.b}}\n".repeat(Template.PLACES_MAX), Format.TEXT).places().size());
  }
}
