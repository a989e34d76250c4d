package dev.cofre.documents.yaml;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.documents.yaml.YamlValue.Mapping;
import dev.cofre.documents.yaml.YamlValue.Scalar;
import dev.cofre.documents.yaml.YamlValue.Sequence;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class YamlReaderTest {
  private final FileErrors errors = new FileErrors();

  private List<YamlValue> read(String text) {
    return YamlReader.read("f.yaml", text.getBytes(StandardCharsets.UTF_8), errors);
  }

  private Object scalar(String text) {
    Mapping mapping = (Mapping) read("v: " + text + "\n").getFirst();
    return ((Scalar) mapping.entries().getFirst().value()).value();
  }

  private void refused(String text, String line) {
    read(text);
    assertEquals(1, errors.count(), errors.lines().toString());
    assertTrue(errors.lines().getFirst().startsWith(line), errors.lines().toString());
  }

  @Test
  void scalarsAreThoseOfYaml12() {
    assertEquals("no", scalar("no"));
    assertEquals("on", scalar("on"));
    assertEquals("22:30", scalar("22:30"));
    assertEquals("2030-01-01T00:00:00Z", scalar("2030-01-01T00:00:00Z"));
    assertEquals("12", scalar("'12'"));
    assertEquals("", scalar("\"\""));
    assertEquals(12L, scalar("12"));
    assertEquals(-7L, scalar("-7"));
    assertEquals(true, scalar("true"));
    assertNull(scalar("~"));
    assertNull(scalar(""));
    assertTrue(scalar("1.5") instanceof Double);
    assertTrue(scalar("0x1F") instanceof Double);
    assertTrue(scalar("99999999999999999999") instanceof Double);
    assertEquals("1.2.3", scalar("1.2.3"));
    assertEquals("0xyz", scalar("0xyz"));
    assertEquals(".", scalar("."));
    assertTrue(errors.isEmpty(), errors.lines().toString());
  }

  @Test
  void everyValueHasItsLine() {
    Mapping mapping = (Mapping) read("# comment\na: 1\nb:\n  - x\n  - y: 2\n").getFirst();
    Sequence list = (Sequence) mapping.find("b").orElseThrow();
    assertEquals(2, mapping.place().line());
    assertEquals("f.yaml:4", list.items().getFirst().place().toString());
    assertEquals(5, ((Mapping) list.items().get(1)).entries().getFirst().place().line());
  }

  @Test
  void emptyDocumentsAreNone() {
    assertEquals(2, read("---\n---\na: 1\n---\n\n---\nb: 2\n...\n").size());
    assertEquals(0, read("").size());
    assertEquals(0, read("# nothing\n").size());
    assertTrue(errors.isEmpty());
  }

  @Test
  void anAliasStandsForWhatIsBeforeItInItsDocument() {
    Mapping mapping = (Mapping) read("a: &x [1, 2]\nb: *x\n").getFirst();
    assertEquals(mapping.find("a"), mapping.find("b"));
    refused("a: &x 1\n---\nb: *x\n", "f.yaml:3: the alias *x stands for nothing before it");
  }

  @Test
  void aliasesCannotGrowWithoutEnd() {
    StringBuilder bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 10; i++) {
      bomb.append("a%d: &a%d [".formatted(i, i));
      bomb.append(("*a" + (i - 1) + ", ").repeat(9)).append("*a" + (i - 1)).append("]\n");
    }
    refused(bomb.toString(), "f.yaml:5: holds more than 100000 values");
  }

  @Test
  void aValueCannotHoldItself() {
    refused(
        "a: &a [x, *a]\n", "f.yaml:1: the alias *a stands for nothing before it, or for itself");
  }

  @Test
  void depthIsLimitedBeforeAnyStackIs() {
    read("[".repeat(16) + "]".repeat(16));
    assertTrue(errors.isEmpty(), errors.lines().toString());
    refused("[".repeat(400_000), "f.yaml:1: is nested deeper than 16 levels");
  }

  @Test
  void deepBlocksAreRefusedToo() {
    StringBuilder deep = new StringBuilder();
    for (int i = 0; i < 300; i++) {
      deep.append(" ".repeat(i)).append("a:\n");
    }
    refused(deep.toString(), "f.yaml:17: is nested deeper than 16 levels");
  }

  @Test
  void sizeAndCountAreLimited() {
    refused("a: " + "x".repeat(YamlReader.FILE_BYTES_MAX), "f.yaml:1: is larger than 1048576");
  }

  @Test
  void manyValuesAreRefused() {
    refused("- x\n".repeat(YamlReader.VALUES_MAX + 10), "f.yaml:100000: holds more than 100000");
  }

  @Test
  void manyDocumentsAreRefused() {
    refused("--- a\n".repeat(1_100), "f.yaml:1001: has more than 1000 documents");
  }

  @Test
  void whatIsNoUtf8IsRefused() {
    YamlReader.read("f.yaml", new byte[] {'a', ':', ' ', (byte) 0xc3, '\n'}, errors);
    assertEquals(List.of("f.yaml:1: is not UTF-8"), errors.lines());
  }

  @Test
  void controlCharactersAreNoYaml() {
    refused("a: \u0000b\n", "f.yaml:1: is not YAML");
  }

  @Test
  void namesAreTexts() {
    refused("? [a]\n: 1\n", "f.yaml:1: a field's name must be a text");
  }

  @Test
  void errorsAreKeptInBoundedNumber() {
    for (int i = 0; i < 500; i++) {
      errors.add(new Place("f", i), "x", "wrong");
    }
    assertEquals(201, errors.lines().size());
    assertEquals("and 300 more", errors.lines().getLast());
  }
}
