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
 * @param byMs by how much each call of the HSM is slower; 0 for all else
 * @param seconds for how long what is undone again lasts; 0 for all else
 * @param name in the report
 */
public record Event(
    double atSeconds,
    Kind kind,
    String key,
    List<String> argv,
    double byMs,
    double seconds,
    String name) {
  /** The most that {@code hsm-slow} adds to a call. */
  public static final double BY_MS_MAX = 10_000;

  /** The least. */
  public static final double BY_MS_MIN = 0.1;

  /** The longest and the shortest that {@code hsm-slow} lasts. */
  private static final double SECONDS_MAX = 100;

  private static final double SECONDS_MIN = 0.1;

  /** What is done. */
  public enum Kind {
    /** A new version of the key. */
    ROTATE,
    /** The key is disabled. */
    DISABLE,
    /** The key is enabled. */
    ENABLE,
    /** A program is run. */
    EXEC,
    /** Each call of the data plane's HSM takes longer for a while. */
    HSM_SLOW;

    /** Whether the control plane does it to a key. */
    public boolean isOfKey() {
      return this == ROTATE || this == DISABLE || this == ENABLE;
    }
  }

  static Event read(Section section, double runSeconds) {
    double at = section.number("at", Double.NaN, 0, runSeconds);
    String what = section.choice("do", null, "rotate", "disable", "enable", "exec", "hsm-slow");
    Kind kind = Kind.valueOf(what.toUpperCase(Locale.ROOT).replace('-', '_'));
    List<String> argv = section.texts("argv");
    String key = section.text("key", "demo");
    if ((kind == Kind.EXEC) == argv.isEmpty()) {
      section.wrong("argv", "is what exec runs, a list of texts; the others have none");
    }
    if (!KeyChoice.isName(key)) {
      section.wrong(
          "key", "a key's alias or id has letters, digits, dot, dash and underscore, 1 to 128");
    }
    boolean slow = kind == Kind.HSM_SLOW;
    boolean foreign = !slow && (section.has("byMs") || section.has("seconds"));
    if (foreign || (slow && section.has("key"))) {
      String field = slow ? "key" : section.has("byMs") ? "byMs" : "seconds";
      section.wrong(field, "byMs and seconds are of hsm-slow, which has no key");
    }
    double left = Math.clamp(runSeconds - at, SECONDS_MIN, SECONDS_MAX);
    double byMs = slow ? section.number("byMs", Double.NaN, BY_MS_MIN, BY_MS_MAX) : 0;
    double seconds = slow ? section.number("seconds", Double.NaN, SECONDS_MIN, left) : 0;
    String usual =
        switch (kind) {
          case EXEC -> argv.isEmpty() ? what : argv.getFirst();
          case HSM_SLOW -> "HSM slower by " + text(byMs) + " ms for " + text(seconds) + " s";
          default -> what + " " + key;
        };
    return new Event(at, kind, key, argv, byMs, seconds, section.text("name", usual));
  }

  private static String text(double number) {
    return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
  }
}
