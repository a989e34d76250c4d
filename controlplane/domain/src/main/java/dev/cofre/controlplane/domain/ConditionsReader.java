package dev.cofre.controlplane.domain;

import dev.cofre.controlplane.domain.PolicyConditions.ContextCondition;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the conditions of a statement. Stateless. */
final class ConditionsReader {
  private static final int PAIRS_MAX = 16;
  private static final int VALUES_MAX = 64;
  private static final int NETWORKS_MAX = 64;
  private static final int KEY_BYTES_MAX = 128;
  private static final int VALUE_BYTES_MAX = 1_024;
  private static final int PER_SECOND_MAX = 10_000_000;
  private static final long PER_DAY_MAX = 1_000_000_000_000L;
  private static final Pattern HOUR = Pattern.compile("([01][0-9]|2[0-3]):([0-5][0-9])");

  private ConditionsReader() {}

  /** The conditions in {@code fields}, which may be null. */
  static PolicyConditions read(DocumentFields fields) {
    if (fields == null) {
      return PolicyConditions.NONE;
    }
    List<ContextCondition> context = context(fields.object("context"), fields);
    List<NetworkRange> networks = networks(fields);
    DocumentFields time = fields.object("time");
    List<String> weekdays = List.of();
    int from = 0;
    int to = 0;
    if (time != null) {
      weekdays = weekdays(time);
      from = minute(time, "from");
      to = minute(time, "to");
      if (time.has("from") != time.has("to")) {
        time.wrong(time.has("from") ? "to" : "from", "is missing: hours have a from and a to");
      } else if (time.has("from") && from == to) {
        time.wrong("to", "must be another time than from");
      }
      time.endNested();
    }
    String authentication = "";
    if (fields.has("authentication")) {
      authentication =
          fields.oneOf("authentication", null, PolicyConditions.AUTHENTICATIONS, name -> name);
    }
    DocumentFields rate = fields.object("rate");
    int perSecond = 0;
    long perDay = 0;
    if (rate != null) {
      perSecond = (int) rate.count("perSecond", PER_SECOND_MAX);
      perDay = rate.count("perDay", PER_DAY_MAX);
      rate.endNested();
    }
    fields.endNested();
    return new PolicyConditions(
        context,
        networks,
        weekdays,
        from,
        to,
        authentication == null ? "" : authentication,
        perSecond,
        perDay);
  }

  private static List<ContextCondition> context(DocumentFields context, DocumentFields parent) {
    List<ContextCondition> conditions = new ArrayList<>();
    if (context == null) {
      return conditions;
    }
    List<String> names = context.names();
    if (names.size() > PAIRS_MAX) {
      parent.wrong("context", "must have at most " + PAIRS_MAX + " fields");
      return conditions;
    }
    for (String name : names) {
      DocumentFields condition = context.object(name);
      if (bytes(name) < 1 || bytes(name) > KEY_BYTES_MAX) {
        context.wrong(name, "must be a context's key, of 1 to 128 bytes");
      } else if (condition != null) {
        conditions.add(pair(name, condition));
        condition.endNested();
      }
    }
    return conditions;
  }

  private static ContextCondition pair(String name, DocumentFields fields) {
    String equal = fields.has("equals") ? fields.optionalText("equals") : null;
    List<String> values = fields.optionalTexts("oneOf", VALUES_MAX);
    Boolean present = fields.optionalFlag("present");
    int asked =
        (fields.has("equals") ? 1 : 0) + (fields.has("oneOf") ? 1 : 0) + (present == null ? 0 : 1);
    if (asked != 1) {
      fields.wrong("equals", "or oneOf or present: there must be one of them");
    }
    if (equal != null) {
      values = List.of(equal);
    }
    if (values.stream().anyMatch(value -> bytes(value) > VALUE_BYTES_MAX)) {
      fields.wrong(equal == null ? "oneOf" : "equals", "is longer than 1024 bytes");
    }
    return new ContextCondition(name, values, present == null || present);
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  private static List<NetworkRange> networks(DocumentFields fields) {
    List<NetworkRange> networks = new ArrayList<>();
    for (String text : fields.optionalTexts("sourceNetworks", NETWORKS_MAX)) {
      Optional<NetworkRange> network = NetworkRange.parse(text);
      if (network.isEmpty()) {
        fields.wrong(
            "sourceNetworks",
            "may hold networks as 10.0.0.0/8 or 2001:db8::/32 only, with zeros after the prefix");
        return networks;
      }
      networks.add(network.get());
    }
    return networks;
  }

  private static List<String> weekdays(DocumentFields time) {
    List<String> weekdays = time.optionalTexts("weekdays", PolicyConditions.WEEKDAYS.size());
    if (!PolicyConditions.WEEKDAYS.containsAll(weekdays)) {
      time.wrong("weekdays", "may hold " + String.join(", ", PolicyConditions.WEEKDAYS) + " only");
      return List.of();
    }
    return PolicyConditions.WEEKDAYS.stream().filter(weekdays::contains).toList();
  }

  private static int minute(DocumentFields time, String field) {
    String text = time.optionalText(field);
    if (text == null) {
      return 0;
    }
    Matcher hour = HOUR.matcher(text);
    if (!hour.matches()) {
      time.wrong(field, "must be a time of day in UTC, as 08:30");
      return 0;
    }
    return 60 * Integer.parseInt(hour.group(1)) + Integer.parseInt(hour.group(2));
  }
}
