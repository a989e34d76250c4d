package dev.cofre.cli.migrate;

import dev.cofre.documents.yaml.Place;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads lines of {@code NAME=value}, byte for byte. Not thread-safe.
 *
 * <p>Nothing is expanded, and what programs read in different ways is refused: a value would be
 * another one than its application has.
 */
final class EnvFile {
  private static final int NAME_MAX = 128;

  private final String file;
  private final byte[] bytes;
  private final Sources into;
  private int at;
  private int line = 1;

  private EnvFile(String file, byte[] bytes, Sources into) {
    this.file = file;
    this.bytes = bytes;
    this.into = into;
  }

  static void read(String file, byte[] bytes, Sources into) {
    for (byte b : bytes) {
      if (b == 0) {
        into.errors().add(new Place(file, 1), "", "holds zero bytes: it is no text");
        return;
      }
    }
    EnvFile reader = new EnvFile(file, bytes, into);
    reader.skipMark();
    while (reader.at < bytes.length) {
      reader.statement();
    }
  }

  private void skipMark() {
    boolean marked =
        bytes.length >= 3
            && bytes[0] == (byte) 0xef
            && bytes[1] == (byte) 0xbb
            && bytes[2] == (byte) 0xbf;
    at = marked ? 3 : 0;
  }

  private void statement() {
    blanks();
    if (isLineEnd() || peek() == '#') {
      skipLine();
      return;
    }
    Place place = new Place(file, line);
    String name = name();
    if (name.equals("export") && isBlank(peek())) {
      blanks();
      name = name();
    }
    // What stands there may be a value that lost its name: it is not shown.
    if (name.isEmpty() || name.length() > NAME_MAX || peek() != '=') {
      into.errors()
          .add(
              place,
              "",
              "must be NAME=value, the name of letters, digits and '_' (at most "
                  + NAME_MAX
                  + "), with nothing before the =");
      skipLine();
      return;
    }
    at++;
    blanks();
    value(place, name);
  }

  private void value(Place place, String name) {
    switch (peek()) {
      case '\'' -> singleQuoted(place, name);
      case '"' -> doubleQuoted(place, name);
      default -> plain(place, name);
    }
  }

  private void plain(Place place, String name) {
    int start = at;
    int end = at;
    for (; !isLineEnd(); at++) {
      if (peek() == '#' && (at == start || isBlank(bytes[at - 1]))) {
        break;
      }
      if (!isBlank(peek())) {
        end = at + 1;
      }
    }
    skipLine();
    for (int i = start; i < end; i++) {
      if ("'\"`\\".indexOf(bytes[i]) >= 0) {
        into.errors()
            .add(place, name, "has a quote or backslash in an unquoted value: quote all of it");
        return;
      }
    }
    add(place, name, Arrays.copyOfRange(bytes, start, end), true);
  }

  private void singleQuoted(Place place, String name) {
    int start = ++at;
    while (at < bytes.length && bytes[at] != '\'' && bytes[at] != '\n') {
      at++;
    }
    if (peek() != '\'') {
      into.errors().add(place, name, "lacks its closing ' in the same line");
      skipLine();
      return;
    }
    int end = at++;
    if (endsHere(place, name)) {
      add(place, name, Arrays.copyOfRange(bytes, start, end), false);
    }
  }

  private void doubleQuoted(Place place, String name) {
    int start = at + 1;
    int end = start;
    while (end < bytes.length && bytes[end] != '"') {
      end += bytes[end] == '\\' ? 2 : 1;
    }
    if (end >= bytes.length) {
      into.errors().add(place, name, "lacks its closing \"; nothing behind it was read");
      at = bytes.length;
      return;
    }
    byte[] value = unescaped(place, name, start, end);
    for (int i = start; i < end; i++) {
      line += bytes[i] == '\n' ? 1 : 0;
    }
    at = end + 1;
    if (endsHere(place, name) && value != null) {
      add(place, name, value, true);
    }
  }

  /** Null, which was noted, when there is an escape that is not known. */
  private byte[] unescaped(Place place, String name, int start, int end) {
    byte[] longest = new byte[end - start];
    int written = 0;
    try {
      for (int i = start; i < end; i++) {
        byte b = bytes[i];
        if (b == '\\') {
          b = escape(bytes[++i]);
          if (b == 0) {
            into.errors()
                .add(place, name, "has a backslash that is none of \\n \\r \\t \\\" \\\\ \\$ \\`");
            return null;
          }
        }
        longest[written++] = b;
      }
      return Arrays.copyOf(longest, written);
    } finally {
      Arrays.fill(longest, (byte) 0);
    }
  }

  private static byte escape(byte letter) {
    return switch (letter) {
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case '"', '\\', '$', '`' -> letter;
      default -> 0;
    };
  }

  /** Only a comment may follow a closing quote. */
  private boolean endsHere(Place place, String name) {
    blanks();
    boolean ends = isLineEnd() || peek() == '#';
    if (!ends) {
      into.errors().add(place, name, "has something behind its closing quote");
    }
    skipLine();
    return ends;
  }

  private void add(Place place, String name, byte[] value, boolean wouldExpand) {
    if (wouldExpand && looksExpandable(value)) {
      into.note(place, name, "has ${ or $(, which is taken as it stands: nothing is expanded");
    }
    into.add(name, place, name, value);
  }

  private static boolean looksExpandable(byte[] value) {
    for (int i = 0; i + 1 < value.length; i++) {
      if (value[i] == '$' && (value[i + 1] == '{' || value[i + 1] == '(')) {
        return true;
      }
    }
    return false;
  }

  private String name() {
    int start = at;
    while (at < bytes.length && isNamePart(bytes[at], at == start)) {
      at++;
    }
    return new String(bytes, start, at - start, StandardCharsets.US_ASCII);
  }

  private static boolean isNamePart(byte b, boolean first) {
    return b == '_'
        || (b >= 'A' && b <= 'Z')
        || (b >= 'a' && b <= 'z')
        || (!first && b >= '0' && b <= '9');
  }

  private void blanks() {
    while (isBlank(peek())) {
      at++;
    }
  }

  private static boolean isBlank(int b) {
    return b == ' ' || b == '\t';
  }

  private boolean isLineEnd() {
    return at >= bytes.length
        || bytes[at] == '\n'
        || (bytes[at] == '\r' && (at + 1 == bytes.length || bytes[at + 1] == '\n'));
  }

  private void skipLine() {
    while (at < bytes.length && bytes[at] != '\n') {
      at++;
    }
    at++;
    line++;
  }

  /** The next byte; -1 at the end. */
  private int peek() {
    return at < bytes.length ? bytes[at] & 0xff : -1;
  }
}
