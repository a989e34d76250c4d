package dev.cofre.controlplane.domain;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * What a node says of the use of keys since its last report. Immutable.
 *
 * @param node who reports
 * @param id a report that is sent again has the same one, and counts once
 */
public record UseReport(String node, UUID id, List<KeyUseCount> uses) {
  /** How many counts a report holds at most. */
  public static final int USES_MAX = 1_000;

  /** Takes a copy of {@code uses}. */
  public UseReport {
    uses = List.copyOf(uses);
  }

  /**
   * Reads a report.
   *
   * @param now uses are not later than this
   * @throws InvalidDocumentException when it is not well formed
   */
  public static UseReport read(Map<String, ?> document, Instant now) {
    try {
      List<?> items = (List<?>) document.get("uses");
      String node = (String) document.get("node");
      boolean named = !node.isBlank() && node.length() <= 128;
      if (document.size() != 3 || !named || items.size() > USES_MAX) {
        throw malformed();
      }
      List<KeyUseCount> uses = new ArrayList<>();
      for (Object item : items) {
        uses.add(use((Map<?, ?>) item, now));
      }
      return new UseReport(node, UUID.fromString((String) document.get("report")), uses);
    } catch (ClassCastException | IllegalArgumentException | NullPointerException e) {
      throw malformed();
    }
  }

  private static KeyUseCount use(Map<?, ?> item, Instant now) {
    String principal = (String) item.get("principal");
    long count = ((Number) item.get("count")).longValue();
    Instant lastAt = Instant.ofEpochMilli(((Number) item.get("lastAtMs")).longValue());
    if (item.size() != 5 || count < 1 || principal.isEmpty() || principal.length() > 128) {
      throw malformed();
    }
    return new KeyUseCount(
        UUID.fromString((String) item.get("key")),
        principal,
        KeyUse.of((String) item.get("action")),
        count,
        lastAt.isAfter(now) ? now : lastAt);
  }

  private static InvalidDocumentException malformed() {
    return new InvalidDocumentException(
        List.of(
            new FieldError(
                "uses",
                "must be at most "
                    + USES_MAX
                    + " objects of principal, action, key, count and lastAtMs, beside node, a text, and report, a UUID")));
  }
}
