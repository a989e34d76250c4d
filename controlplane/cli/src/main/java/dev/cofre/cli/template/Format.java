package dev.cofre.cli.template;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** What a file is read as: it says how a value is written, so that it stays one value. */
public enum Format {
  /** JSON: the value is a string with its quotes. */
  JSON {
    @Override
    String write(String value) {
      return quoted(value, false);
    }
  },
  /** YAML: the value is a double-quoted scalar on one line. */
  YAML {
    @Override
    String write(String value) {
      return quoted(value, true);
    }
  },
  /** Java properties: what is not plain is written by its number. */
  PROPERTIES {
    @Override
    String write(String value) {
      StringBuilder text = new StringBuilder(value.length());
      for (int i = 0; i < value.length(); i++) {
        char c = value.charAt(i);
        if (isPlain(c)) {
          text.append(c);
        } else {
          text.append(String.format("\\u%04x", (int) c));
        }
      }
      return text.toString();
    }
  },
  /** Assignments that a POSIX shell reads: the value is one single-quoted word. */
  SHELL {
    @Override
    String write(String value) {
      return "'" + value.replace("'", "'\\''") + "'";
    }
  },
  /** Any other text. As nothing is known of it, values of harmless characters alone are taken. */
  TEXT {
    @Override
    String write(String value) throws UnfitValueException {
      if (!HARMLESS.matcher(value).matches()) {
        throw new UnfitValueException(
            "it is empty or holds other characters than letters, digits and ._-, which a file of"
                + " the format text does not take");
      }
      return value;
    }
  };

  private static final Pattern HARMLESS = Pattern.compile("[A-Za-z0-9._-]+");

  /** {@code value} as this format has it; nothing that follows is read as part of it. */
  abstract String write(String value) throws UnfitValueException;

  /**
   * {@code value} as a part of a URL: what is not a letter, a digit or one of {@code ._-} as {@code
   * %XX}. It ends no string of any format, and expands in no shell.
   */
  static String url(String value) {
    StringBuilder text = new StringBuilder(value.length());
    for (byte b : value.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xff);
      if (isPlain(c)) {
        text.append(c);
      } else {
        text.append(String.format("%%%02X", (int) c));
      }
    }
    return text.toString();
  }

  private static boolean isPlain(char c) {
    return (c >= 'A' && c <= 'Z')
        || (c >= 'a' && c <= 'z')
        || (c >= '0' && c <= '9')
        || c == '.'
        || c == '_'
        || c == '-';
  }

  /** What is not visible ASCII by its number; YAML knows no pairs of surrogates. */
  private static String quoted(String value, boolean wholeCodePoints) {
    StringBuilder text = new StringBuilder(value.length() + 2).append('"');
    value
        .codePoints()
        .forEach(
            c -> {
              if (c == '"' || c == '\\') {
                text.append('\\').append((char) c);
              } else if (c >= ' ' && c <= '~') {
                text.append((char) c);
              } else if (c <= Character.MAX_VALUE) {
                text.append(String.format("\\u%04x", c));
              } else if (wholeCodePoints) {
                text.append(String.format("\\U%08x", c));
              } else {
                for (char unit : Character.toChars(c)) {
                  text.append(String.format("\\u%04x", (int) unit));
                }
              }
            });
    return text.append('"').toString();
  }
}
