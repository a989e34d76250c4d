package dev.cofre.documents.alert;

import dev.cofre.documents.alert.AlertRule.Severity;
import io.vertx.core.json.JsonObject;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What receivers are told. It never holds context values, tokens or key bytes: events have none.
 * Immutable.
 *
 * @param id names it for ever: the same events make the same id
 * @param subject about what, by the names of fields
 * @param time of the event that it was raised at
 * @param since from when on events are what it is about
 * @param events how many events made its rule fire the last time
 * @param repeats how often its rule has fired since the alert before, this time counted
 * @param text why
 * @param requestId of the event; empty when there is none
 * @param isTest whether somebody asked for it, and nothing happened
 */
public record Alert(
    String id,
    String rule,
    Severity severity,
    String description,
    Map<String, String> subject,
    Instant time,
    Instant since,
    long events,
    long repeats,
    String text,
    String requestId,
    boolean isTest) {
  /** The field of a subject that names a secret. */
  public static final String SECRET = "secret";

  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9._:@/+-]{1,256}");
  private static final int MARGIN_S = 300;

  /** Takes a copy. */
  public Alert {
    subject = Collections.unmodifiableMap(new LinkedHashMap<>(subject));
  }

  /** Rule and subject in one line without control characters. */
  public String title() {
    return (isTest ? "TEST " : "") + rule + (subject.isEmpty() ? "" : ": " + subjectText());
  }

  /** The subject in one line without control characters. */
  public String subjectText() {
    return subject.entrySet().stream()
        .map(entry -> entry.getKey() + " " + plain(entry.getValue()))
        .collect(Collectors.joining(", "));
  }

  /** {@code text} without control characters and what else changes how a line is shown. */
  private static String plain(String text) {
    StringBuilder plain = new StringBuilder();
    text.codePoints()
        .limit(256)
        .forEach(
            c ->
                plain.appendCodePoint(
                    c < ' '
                            || c == 0x7f
                            || Character.getType(c) == Character.CONTROL
                            || Character.getType(c) == Character.FORMAT
                            || Character.getType(c) == Character.SURROGATE
                            || Character.getType(c) == Character.LINE_SEPARATOR
                            || Character.getType(c) == Character.PARAGRAPH_SEPARATOR
                        ? '?'
                        : c));
    return plain.toString();
  }

  /** The command that tells more, for a shell; what callers named so is quoted. */
  public String command() {
    return "./cofre audit "
        + (about() == null ? "search" : "investigate --" + about() + " " + quoted(about()))
        + " --from "
        + from()
        + " --to "
        + to();
  }

  /** The same as a call of the control plane. */
  public String path() {
    String asked =
        about() == null
            ? "/v1/audit/events?"
            : "/v1/audit/investigations?"
                + about()
                + "="
                + URLEncoder.encode(subject.get(about()), StandardCharsets.UTF_8)
                + "&";
    return asked + "from=" + from() + "&to=" + to();
  }

  /** What an investigation can be about; null: nothing of the subject. */
  private String about() {
    for (String field : new String[] {SECRET, "key", "principal", "address"}) {
      String value = subject.get(field);
      if (value != null && !value.equals("-") && !value.equals("unauthenticated")) {
        return field;
      }
    }
    return null;
  }

  private String quoted(String field) {
    String value = subject.get(field);
    return PLAIN.matcher(value).matches() && !value.startsWith("-")
        ? value
        : "'" + plain(value).replace("'", "'\\''") + "'";
  }

  private Instant from() {
    return Instant.ofEpochSecond(since.getEpochSecond() - MARGIN_S);
  }

  private Instant to() {
    return Instant.ofEpochSecond(time.getEpochSecond() + MARGIN_S);
  }

  /** As receivers and callers get it. */
  public JsonObject toJson() {
    JsonObject about = new JsonObject();
    subject.forEach(about::put);
    return new JsonObject()
        .put("id", id)
        .put("rule", rule)
        .put("severity", severity.text())
        .put("title", title())
        .put("description", description)
        .put("subject", about)
        .put("time", time.toString())
        .put("since", since.toString())
        .put("events", events)
        .put("repeats", repeats)
        .put("text", text)
        .put("requestId", requestId)
        .put("test", isTest)
        .put("command", command())
        .put("path", path());
  }

  /** What {@link #toJson} wrote. */
  public static Alert fromJson(JsonObject json) {
    Map<String, String> subject = new LinkedHashMap<>();
    JsonObject about = json.getJsonObject("subject");
    about.fieldNames().forEach(name -> subject.put(name, about.getString(name)));
    return new Alert(
        json.getString("id"),
        json.getString("rule"),
        Severity.parse(json.getString("severity")),
        json.getString("description"),
        subject,
        Instant.parse(json.getString("time")),
        Instant.parse(json.getString("since")),
        json.getLong("events"),
        json.getLong("repeats"),
        json.getString("text"),
        json.getString("requestId"),
        json.getBoolean("test"));
  }
}
