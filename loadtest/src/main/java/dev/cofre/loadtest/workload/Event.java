package dev.cofre.loadtest.workload;

import dev.cofre.loadtest.document.Section;
import java.util.List;
import java.util.Locale;

/**
 * What is done to the system while it is loaded.
 *
 * @param atSeconds from the start of the measured part
 * @param key of what is done to a key
 * @param argv of a program
 * @param name in the report
 */
public record Event(double atSeconds, Kind kind, String key, List<String> argv, String name) {
  /** What is done. */
  public enum Kind {
    /** A new version of the key. */
    ROTATE,
    /** The key is disabled. */
    DISABLE,
    /** The key is enabled. */
    ENABLE,
    /** A program is run. */
    EXEC
  }

  static Event read(Section section, double seconds) {
    double at = section.number("at", Double.NaN, 0, seconds);
    String what = section.choice("do", null, "rotate", "disable", "enable", "exec");
    Kind kind = Kind.valueOf(what.toUpperCase(Locale.ROOT));
    List<String> argv = section.texts("argv");
    String key = section.text("key", "demo");
    if ((kind == Kind.EXEC) == argv.isEmpty()) {
      section.wrong("argv", "is what exec runs, a list of texts; the others have none");
    }
    if (!KeyChoice.isName(key)) {
      section.wrong(
          "key", "a key's alias or id has letters, digits, dot, dash and underscore, 1 to 128");
    }
    String usual = kind == Kind.EXEC && !argv.isEmpty() ? argv.getFirst() : what + " " + key;
    return new Event(at, kind, key, argv, section.text("name", usual));
  }
}
