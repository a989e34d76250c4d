package dev.cofre.controlplane.domain;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/**
 * How long events stay in the archive, by the data class of the key that they are about. What has
 * no period is never removed, and so is nothing as shipped. Immutable.
 *
 * @param days by class; a class that is absent is kept for ever
 * @param noKeyDays of events that are about no key; 0: kept for ever
 * @param stamp null as long as nobody has set any
 */
public record AuditRetention(Map<DataClass, Integer> days, int noKeyDays, Stamp stamp) {
  /** The longest period. */
  public static final int DAYS_MAX = 36_500;

  private static final String NO_KEY = "noKey";

  /** As shipped: everything is kept for ever. */
  public static final AuditRetention SHIPPED = new AuditRetention(Map.of(), 0, null);

  /** Takes a copy. */
  public AuditRetention {
    days = Map.copyOf(days);
  }

  /**
   * Reads a document {@code {"noKeyDays": N, "publicDays": N, ...}}; what is absent is kept for
   * ever.
   *
   * @param daysMin the shortest period that this installation permits
   * @throws InvalidDocumentException naming every field that is wrong or unknown
   */
  public static AuditRetention read(Map<String, ?> document, int daysMin, Stamp stamp) {
    DocumentFields fields = new DocumentFields(document);
    Map<DataClass, Integer> days = new EnumMap<>(DataClass.class);
    for (DataClass dataClass : DataClass.values()) {
      int found = period(fields, field(dataClass), daysMin);
      if (found > 0) {
        days.put(dataClass, found);
      }
    }
    AuditRetention read = new AuditRetention(days, period(fields, NO_KEY + "Days", daysMin), stamp);
    fields.end();
    return read;
  }

  private static int period(DocumentFields fields, String field, int daysMin) {
    int found = (int) fields.count(field, DAYS_MAX);
    if (found > 0 && found < daysMin) {
      fields.wrong(
          field, "must be at least " + daysMin + " days: audit.retentionDaysMin says how few");
    }
    return found;
  }

  /** The name of the field with the period of {@code dataClass}. */
  public static String field(DataClass dataClass) {
    return dataClass.wireName() + "Days";
  }

  /** 0 when nobody has set any. */
  public long revision() {
    return stamp == null ? 0 : stamp.revision();
  }

  /** The shortest period of all; empty when nothing is ever removed. */
  public OptionalInt shortest() {
    List<Integer> all = new ArrayList<>(days.values());
    if (noKeyDays > 0) {
      all.add(noKeyDays);
    }
    return all.stream().mapToInt(Integer::intValue).min();
  }

  /** The longest period of events of all sorts; empty when one is kept for ever. */
  public OptionalInt longest() {
    return longest(Set.copyOf(Arrays.asList(DataClass.values())), true);
  }

  /**
   * The longest period of events of {@code classes}, and of no key; empty when one of these is kept
   * for ever.
   */
  public OptionalInt longest(Set<DataClass> classes, boolean isOfNoKey) {
    int longest = isOfNoKey ? noKeyDays : 0;
    if (isOfNoKey && noKeyDays == 0) {
      return OptionalInt.empty();
    }
    for (DataClass dataClass : classes) {
      if (!days.containsKey(dataClass)) {
        return OptionalInt.empty();
      }
      longest = Math.max(longest, days.get(dataClass));
    }
    return longest == 0 ? OptionalInt.empty() : OptionalInt.of(longest);
  }

  /** In a line. */
  public String text() {
    List<String> parts = new ArrayList<>();
    parts.add("no-key=" + (noKeyDays == 0 ? "forever" : noKeyDays + "d"));
    for (DataClass dataClass : DataClass.values()) {
      Integer found = days.get(dataClass);
      parts.add(dataClass.wireName() + "=" + (found == null ? "forever" : found + "d"));
    }
    return "revision " + revision() + ": " + String.join(" ", parts);
  }
}
