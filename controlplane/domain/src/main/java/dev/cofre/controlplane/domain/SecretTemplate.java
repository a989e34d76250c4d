package dev.cofre.controlplane.domain;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The value of a version that was written as a template: text with places, as {@code {{NAME}}},
 * that are filled with the values of other secrets. What is filled in is never looked at for
 * places. Immutable; what is made of values here is overwritten before it returns.
 */
public final class SecretTemplate {
  /** The most places of a template. */
  public static final int PLACES_MAX = 50;

  /** The most different references of a template. */
  public static final int REFERENCES_MAX = 20;

  /** The longest text, filled or not. */
  public static final int BYTES_MAX = 64 * 1024;

  private static final String VALUE = "value";

  /** From the opening braces to the closing ones; a name's end, a version's digits and filters. */
  private static final int PLACE_BYTES_MAX = 200;

  private static final Pattern PLACE =
      Pattern.compile(
          "\\{\\{ *([a-z0-9][a-z0-9._-]{0,127})(?:@([1-9][0-9]{0,8}))?"
              + "( *\\| *trim)?(?: *\\| *(url|json))? *\\}\\}");

  private final byte[] text;
  private final List<Place> places;

  private SecretTemplate(byte[] text, List<Place> places) {
    this.text = text;
    this.places = places;
  }

  /** How a value is written in its place. */
  private enum Form {
    /** As it is. */
    RAW,
    /** Percent-encoded. */
    URL,
    /** A JSON string with its quotes. */
    JSON
  }

  private record Place(int start, int end, SecretReference reference, boolean trim, Form form) {}

  /**
   * Reads {@code text}, which stays the caller's.
   *
   * @throws InvalidDocumentException saying at which byte it is wrong; it quotes nothing
   */
  public static SecretTemplate parse(byte[] text) {
    List<Place> places = new ArrayList<>();
    int at = next(text, 0);
    while (at >= 0) {
      places.add(place(text, at));
      at = next(text, places.getLast().end);
    }
    SecretTemplate template = new SecretTemplate(text, List.copyOf(places));
    if (places.isEmpty() || places.size() > PLACES_MAX) {
      throw wrong("must be a template with 1 to " + PLACES_MAX + " places {{NAME}}");
    }
    if (template.references().size() > REFERENCES_MAX) {
      throw wrong("must be a template with at most " + REFERENCES_MAX + " different references");
    }
    return template;
  }

  private static int next(byte[] text, int from) {
    for (int i = from; i + 1 < text.length; i++) {
      if (text[i] == '{' && text[i + 1] == '{') {
        return i;
      }
    }
    return -1;
  }

  /** No more of the text than a place becomes a {@link String}. */
  private static Place place(byte[] text, int at) {
    Matcher matcher = PLACE.matcher(new String(text, at, length(text, at), ISO_8859_1));
    if (!matcher.matches()) {
      throw wrong(
          "must be a template: at byte "
              + at
              + " there is no place as {{NAME}}, {{NAME@VERSION}}, {{NAME | trim | url}} or"
              + " {{NAME | json}}");
    }
    String version = matcher.group(2);
    return new Place(
        at,
        at + matcher.end(),
        new SecretReference(matcher.group(1), version == null ? 0 : Integer.parseInt(version)),
        matcher.group(3) != null,
        matcher.group(4) == null
            ? Form.RAW
            : Form.valueOf(matcher.group(4).toUpperCase(Locale.ROOT)));
  }

  private static int length(byte[] text, int at) {
    for (int i = at; i + 1 < text.length && i < at + PLACE_BYTES_MAX; i++) {
      if (text[i] == '}' && text[i + 1] == '}') {
        return i + 2 - at;
      }
    }
    return 0;
  }

  private static InvalidDocumentException wrong(String message) {
    return new InvalidDocumentException(List.of(new FieldError(VALUE, message)));
  }

  /** What it refers to, each once, in the order of its places. */
  public Set<SecretReference> references() {
    Set<SecretReference> references = new LinkedHashSet<>();
    places.forEach(place -> references.add(place.reference));
    return references;
  }

  /** The text cannot be made of these values. */
  public static final class UnfitException extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean tooLong;

    UnfitException(String message, boolean tooLong) {
      super(message, null, false, false);
      this.tooLong = tooLong;
    }

    /** Whether the result would be longer than it may be. */
    public boolean isTooLong() {
      return tooLong;
    }
  }

  /**
   * The text with all places filled.
   *
   * @param values of all {@link #references()}; they stay the caller's
   * @param bytesMax the longest result
   * @return for the caller to overwrite
   * @throws UnfitException when it would be longer, or a value for {@code json} is no UTF-8
   */
  public byte[] filled(Map<SecretReference, byte[]> values, int bytesMax) throws UnfitException {
    List<byte[]> pieces = new ArrayList<>();
    try {
      long length = text.length;
      for (Place place : places) {
        byte[] piece = written(values.get(place.reference), place);
        pieces.add(piece);
        length += piece.length - (place.end - place.start);
        if (length > bytesMax) {
          throw new UnfitException(
              "with what it refers to it is more than " + bytesMax + " bytes", true);
        }
      }
      return joined(pieces, (int) length);
    } finally {
      pieces.forEach(piece -> Arrays.fill(piece, (byte) 0));
    }
  }

  private byte[] joined(List<byte[]> pieces, int length) {
    byte[] whole = new byte[length];
    int read = 0;
    int written = 0;
    for (int i = 0; i < pieces.size(); i++) {
      int literal = places.get(i).start - read;
      System.arraycopy(text, read, whole, written, literal);
      written += literal;
      System.arraycopy(pieces.get(i), 0, whole, written, pieces.get(i).length);
      written += pieces.get(i).length;
      read = places.get(i).end;
    }
    System.arraycopy(text, read, whole, written, text.length - read);
    return whole;
  }

  private static byte[] written(byte[] value, Place place) throws UnfitException {
    int length = value.length;
    if (place.trim && length > 0 && value[length - 1] == '\n') {
      length--;
      if (length > 0 && value[length - 1] == '\r') {
        length--;
      }
    }
    return switch (place.form) {
      case RAW -> Arrays.copyOf(value, length);
      case URL -> url(value, length);
      case JSON -> json(value, length, place.reference.name());
    };
  }

  private static byte[] url(byte[] value, int length) {
    byte[] written = new byte[3 * length];
    int end = 0;
    for (int i = 0; i < length; i++) {
      int c = value[i] & 0xff;
      if (isUnreserved(c)) {
        written[end++] = (byte) c;
      } else {
        written[end++] = '%';
        written[end++] = digit(c >> 4);
        written[end++] = digit(c & 0xf);
      }
    }
    return cut(written, end);
  }

  /** RFC 3986, section 2.3. */
  private static boolean isUnreserved(int c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '-'
        || c == '.'
        || c == '_'
        || c == '~';
  }

  /** RFC 8259, section 7. */
  private static byte[] json(byte[] value, int length, String name) throws UnfitException {
    requireUtf8(value, length, name);
    byte[] written = new byte[6 * length + 2];
    int end = 0;
    written[end++] = '"';
    for (int i = 0; i < length; i++) {
      int c = value[i] & 0xff;
      if (c < ' ') {
        written[end++] = '\\';
        written[end++] = 'u';
        written[end++] = '0';
        written[end++] = '0';
        written[end++] = digit(c >> 4);
        written[end++] = digit(c & 0xf);
      } else {
        if (c == '"' || c == '\\') {
          written[end++] = '\\';
        }
        written[end++] = (byte) c;
      }
    }
    written[end++] = '"';
    return cut(written, end);
  }

  private static void requireUtf8(byte[] value, int length, String name) throws UnfitException {
    CharBuffer decoded = CharBuffer.allocate(length);
    boolean wrong =
        UTF_8.newDecoder().decode(ByteBuffer.wrap(value, 0, length), decoded, true).isError();
    Arrays.fill(decoded.array(), '\0');
    if (wrong) {
      throw new UnfitException(
          "the value of " + name + " is not UTF-8, which json takes alone", false);
    }
  }

  private static byte digit(int nibble) {
    return (byte) "0123456789ABCDEF".charAt(nibble);
  }

  private static byte[] cut(byte[] bytes, int length) {
    byte[] whole = Arrays.copyOf(bytes, length);
    Arrays.fill(bytes, (byte) 0);
    return whole;
  }
}
