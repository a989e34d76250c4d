package dev.cofre.cli.template;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A text with places for values: <code>{{source.field}}</code>, or <code>{{source.field | url}}
 * </code> within a URL. There is nothing else: no conditions, no loops, no calls. Immutable.
 */
public final class Template {
  /** The most places. */
  public static final int PLACES_MAX = 200;

  private static final String BEGIN = "{{";
  private static final String END = "}}";
  private static final Pattern INNER =
      Pattern.compile("\\s*([a-z][a-z0-9_-]{0,63})\\.([A-Za-z0-9_.-]{1,128})\\s*(\\|\\s*url\\s*)?");

  private final List<Part> parts;

  private Template(List<Part> parts) {
    this.parts = List.copyOf(parts);
  }

  /**
   * A place for a value.
   *
   * @param url whether the value is percent-encoded
   * @param line counted from 1
   */
  public record Place(String source, String field, boolean url, int line) {
    /** As templates have it. */
    public String title() {
      return source + "." + field;
    }
  }

  /** Literal text, or a place. */
  record Part(String literal, Place place) {}

  /** Takes what is wrong. */
  @FunctionalInterface
  public interface Wrong {
    /** In {@code line}, counted from 1. */
    void at(int line, String message);
  }

  /** Gives values. */
  @FunctionalInterface
  public interface Values {
    /**
     * A copy of the value for the caller to overwrite.
     *
     * @throws UnfitValueException when there is none
     */
    byte[] get(String source, String field) throws UnfitValueException;
  }

  /**
   * Reads {@code text}, which is to become a file of {@code format}; {@code wrong} is told all that
   * is, and the template is of no use then.
   */
  public static Template read(String text, Format format, Wrong wrong) {
    int[] count = {0};
    Wrong counting =
        (line, message) -> {
          count[0]++;
          wrong.at(line, message);
        };
    Template template = new Template(parts(text, counting));
    if (template.places().size() > PLACES_MAX) {
      counting.at(1, "has more than " + PLACES_MAX + " places for values");
    }
    if (count[0] == 0) {
      new PlaceCheck(template.parts, format, counting).check();
    }
    return template;
  }

  private static List<Part> parts(String text, Wrong wrong) {
    List<Part> parts = new ArrayList<>();
    int from = 0;
    int line = 1;
    while (true) {
      int begin = text.indexOf(BEGIN, from);
      String literal = begin < 0 ? text.substring(from) : text.substring(from, begin);
      parts.add(new Part(literal, null));
      if (begin < 0) {
        return parts;
      }
      line += (int) literal.chars().filter(c -> c == '\n').count();
      int end = text.indexOf(END, begin);
      int lineEnd = text.indexOf('\n', begin);
      if (end < 0 || (lineEnd >= 0 && lineEnd < end)) {
        wrong.at(line, "has {{ without }} in the same line");
        return parts;
      }
      Matcher inner = INNER.matcher(text.substring(begin + BEGIN.length(), end));
      if (inner.matches()) {
        parts.add(
            new Part(
                null, new Place(inner.group(1), inner.group(2), inner.group(3) != null, line)));
      } else {
        wrong.at(line, "must have {{SOURCE.FIELD}} or {{SOURCE.FIELD | url}} between braces");
      }
      from = end + END.length();
    }
  }

  /** The places, in their order. */
  public List<Place> places() {
    return parts.stream().map(Part::place).filter(Objects::nonNull).toList();
  }

  /**
   * The file with {@code values} in their places.
   *
   * @return UTF-8, for the caller to overwrite
   * @throws UnfitValueException when one cannot stand in its place
   */
  public byte[] render(Format format, Values values) throws UnfitValueException {
    StringBuilder text = new StringBuilder();
    for (Part part : parts) {
      text.append(part.literal != null ? part.literal : written(part.place, format, values));
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static String written(Place place, Format format, Values values)
      throws UnfitValueException {
    byte[] bytes = values.get(place.source, place.field);
    try {
      String value = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      if (value.indexOf('\0') >= 0) {
        throw new UnfitValueException("it holds a zero byte");
      }
      return place.url ? Format.url(value) : format.write(value);
    } catch (CharacterCodingException e) {
      throw new UnfitValueException(place.title() + ": it is not UTF-8");
    } catch (UnfitValueException e) {
      throw new UnfitValueException(place.title() + ": " + e.getMessage());
    } finally {
      java.util.Arrays.fill(bytes, (byte) 0);
    }
  }
}
