package dev.cofre.documents.yaml;

import java.util.regex.Pattern;

/**
 * What an unquoted scalar means by the core schema of YAML 1.2: {@code no}, {@code 1:30} and dates
 * are texts. Stateless.
 */
final class PlainScalars {
  private static final Pattern WHOLE = Pattern.compile("[-+]?[0-9]{1,18}");
  private static final Pattern OTHER_NUMBER =
      Pattern.compile(
          "[-+]?[0-9]{19,}|0o[0-7]+|0x[0-9a-fA-F]+"
              + "|[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?"
              + "|[-+]?\\.(inf|Inf|INF)|\\.(nan|NaN|NAN)");

  private PlainScalars() {}

  /** A String, Long, Double (whichever number is not whole, or too large) or Boolean; null. */
  static Object value(String text) {
    return switch (text) {
      case "", "~", "null", "Null", "NULL" -> null;
      case "true", "True", "TRUE" -> true;
      case "false", "False", "FALSE" -> false;
      default -> {
        if (WHOLE.matcher(text).matches()) {
          yield Long.valueOf(text);
        }
        yield OTHER_NUMBER.matcher(text).matches() ? (Object) Double.NaN : text;
      }
    };
  }
}
