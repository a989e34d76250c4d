package dev.cofre.controlplane.server.dynamic;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A Redis answered that it will not do it. What it said may hold rules, and is told to nobody. */
final class RedisException extends Exception {
  private static final long serialVersionUID = 1L;
  private static final Pattern CODE = Pattern.compile("([A-Z]{2,20})( .*)?", Pattern.DOTALL);

  private final String text;

  /** Of {@code text}, the server's words. */
  RedisException(String text) {
    super("a Redis refused", null, false, false);
    this.text = text;
  }

  /** The code that its words begin with, as WRONGPASS; of one without: ERR. */
  String code() {
    Matcher matcher = CODE.matcher(text);
    return matcher.matches() ? matcher.group(1) : "ERR";
  }

  /** Whether its words begin with {@code beginning}. */
  boolean says(String beginning) {
    return text.startsWith(beginning);
  }
}
