package dev.cofre.cli.migrate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lines of NAME=value. */
class EnvFileTest {
  private static SourceFile read(String text) {
    return SourceFile.of(SourceKind.env, "a.env", text);
  }

  @Test
  void readsWhatAllProgramsReadAlike() {
    String text =
        """
        # a comment

        PLAIN=p-w.d/+=
        export EXPORTED=one two  # a comment\r
        \texport\tTABBED=1
        SINGLE='as $it "stands\\n #' # a comment
        DOUBLE="a\\"b\\\\c\\n\\t\\$x\\`"
        LINES="-----BEGIN
        second # no comment
        -----END"
        HASH=a#b
        EMPTY=
        COMMENTED= # nothing
        LAST=last""";
    Map<String, String> values = read("\ufeff" + text).values();
    assertEquals(
        Map.ofEntries(
            Map.entry("PLAIN", "p-w.d/+="),
            Map.entry("EXPORTED", "one two"),
            Map.entry("TABBED", "1"),
            Map.entry("SINGLE", "as $it \"stands\\n #"),
            Map.entry("DOUBLE", "a\"b\\c\n\t$x`"),
            Map.entry("LINES", "-----BEGIN\nsecond # no comment\n-----END"),
            Map.entry("HASH", "a#b"),
            Map.entry("EMPTY", ""),
            Map.entry("COMMENTED", ""),
            Map.entry("LAST", "last")),
        values);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "A=hunter2'x",
        "A='hunter2",
        "A=\"hunter2",
        "A=\"hunter2\\",
        "A=\"hunter2\" more",
        "A='hunter2'more",
        "A=\"hunter2\\x\"",
        "A=hunter2\\",
        "A hunter2",
        "hunter2",
        "A =hunter2",
        "1A=hunter2",
        "A.B=hunter2",
        "export hunter2",
        "=hunter2",
        "A=hunter2\0",
        "A=hunter2\nA=hunter2"
      })
  void whatProgramsReadInDifferentWaysIsRefusedAndNotShown(String text) {
    SourceFile file = read("# first\n\n" + text);
    assertEquals(1, file.errors.count(), file::told);
    assertFalse(file.told().contains("hunter2"), file::told);
    assertTrue(file.told().startsWith("a.env:"), file::told);
  }

  @Test
  void errorsNameTheLineThatTheValueBeginsIn() {
    SourceFile file = read("A=\"1\n2\n3\"\nB='x\nC=\"\n\n\"\nC=2\n");
    assertEquals(
        List.of(
            "a.env:4: B: lacks its closing ' in the same line",
            "a.env:8: C: is there twice, first at a.env:5"),
        file.errors.lines());
  }

  @Test
  void nothingIsExpandedWhichIsSaid() {
    SourceFile file = read("A=${HOME}/x\nB=\"$(id)\"\nC='${HOME}'\nD=pa$$word\n");
    assertEquals(
        Map.of("A", "${HOME}/x", "B", "$(id)", "C", "${HOME}", "D", "pa$$word"), file.values());
    assertEquals(2, file.sources.notes().size(), file::told);
  }

  @Test
  void valuesAreOverwritten() {
    SourceFile file = read("A=secret");
    file.sources.wipe();
    assertEquals(List.of("\0\0\0\0\0\0"), file.values("A"));
    assertFalse(file.sources.secrets().toString().contains("secret"));
  }
}
