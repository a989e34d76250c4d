package dev.cofre.controlplane.server.archive;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Comparator;

/**
 * Where an event stands in the archive, and in the order in which events are told: the newest
 * first, those of one time by log and place. Immutable.
 *
 * @param timeNs when it was decided, nanoseconds since 1970
 * @param origin which log
 * @param segment number of the archive's segment
 * @param offset where in it
 */
public record EventPlace(long timeNs, String origin, long segment, int offset)
    implements Comparable<EventPlace> {
  private static final Comparator<EventPlace> ORDER =
      Comparator.comparingLong(EventPlace::timeNs)
          .thenComparing(EventPlace::origin)
          .thenComparingLong(EventPlace::segment)
          .thenComparingInt(EventPlace::offset)
          .reversed();

  private static final int PARTS = 4;

  @Override
  public int compareTo(EventPlace other) {
    return ORDER.compare(this, other);
  }

  /** As text for a URL. */
  public String toCursor() {
    String text = timeNs + " " + segment + " " + offset + " " + origin;
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Reads what {@link #toCursor} wrote.
   *
   * @throws IllegalArgumentException when it is something else
   */
  public static EventPlace ofCursor(String cursor) {
    String[] parts =
        new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8).split(" ", PARTS);
    if (parts.length != PARTS) {
      throw new IllegalArgumentException("not a cursor");
    }
    return new EventPlace(
        Long.parseLong(parts[0]), parts[3], Long.parseLong(parts[1]), Integer.parseInt(parts[2]));
  }
}
