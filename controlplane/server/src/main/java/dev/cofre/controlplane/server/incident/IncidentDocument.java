package dev.cofre.controlplane.server.incident;

import dev.cofre.controlplane.domain.Incident;
import dev.cofre.controlplane.domain.IncidentDraft;
import dev.cofre.controlplane.domain.IncidentStep;
import dev.cofre.controlplane.domain.IncidentStep.State;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** Incidents as the JSON that openapi.yaml describes, words first. Stateless. */
public final class IncidentDocument {
  /** Further ones are in the table of steps alone. */
  private static final int STEP_WORDS_MAX = 40;

  private static final String WORDS = "words";
  private static final String READERS = "readers";
  private static final String SECRETS_READ = "secretsRead";
  private static final String INVESTIGATION = "investigation";

  private IncidentDocument() {}

  /** What is known of {@code incident} without its steps. */
  public static JsonObject brief(Incident incident) {
    return of(incident.draft())
        .put("id", incident.id().toString())
        .put("state", incident.state().name())
        .put("openedAt", incident.openedAt().toString())
        .put("openedBy", incident.openedBy())
        .put("endedAt", text(incident.endedAt()))
        .put("endedBy", incident.endedBy())
        .put("endReason", incident.endReason());
  }

  private static JsonObject of(IncidentDraft draft) {
    return new JsonObject()
        .put("kind", draft.kind().wireName())
        .put("subject", draft.subject())
        .put("reason", draft.reason())
        .put("since", draft.since().toString())
        .put("overlapSeconds", draft.overlap().toSeconds());
  }

  /**
   * All that is known.
   *
   * @param found what the archive told, as {@link Trace} wrote it
   */
  static JsonObject whole(Incident incident, List<IncidentStep> steps, Optional<String> found) {
    List<String> words = new ArrayList<>();
    words.add(head(incident.draft(), incident.openedBy(), incident.openedAt()));
    Optional<JsonObject> told = found.map(JsonObject::new);
    words.add(standing(incident, steps, isWhole(told)));
    for (IncidentStep step : steps.stream().limit(STEP_WORDS_MAX).toList()) {
      words.add(line(step));
    }
    if (steps.size() > STEP_WORDS_MAX) {
      words.add(
          "And " + Counts.of(steps.size() - STEP_WORDS_MAX, "more step") + ": see the table.");
    }
    JsonArray items = new JsonArray();
    steps.forEach(step -> items.add(of(step)));
    return traced(brief(incident).put("dryRun", false), words, told).put("steps", items);
  }

  /**
   * What would be done.
   *
   * @param texts what each step would do
   */
  static JsonObject plan(
      IncidentDraft draft,
      List<IncidentStep> steps,
      List<String> texts,
      Optional<Trace.Found> found) {
    List<String> words = new ArrayList<>();
    words.add(
        "PLAN for the leak of "
            + draft.kind().wireName()
            + " "
            + draft.subject()
            + ": nothing was changed, nobody was told.");
    JsonArray items = new JsonArray();
    for (int i = 0; i < steps.size(); i++) {
      items.add(of(steps.get(i)).put("outcome", texts.get(i)));
      if (i < STEP_WORDS_MAX) {
        words.add(
            steps.get(i).number() + ". " + steps.get(i).action().wireName() + ": " + texts.get(i));
      }
    }
    if (steps.size() > STEP_WORDS_MAX) {
      words.add(
          "And " + Counts.of(steps.size() - STEP_WORDS_MAX, "more step") + ": see the table.");
    }
    return traced(of(draft).put("dryRun", true), words, found.map(Trace.Found::json))
        .put("steps", items);
  }

  private static JsonObject traced(
      JsonObject document, List<String> words, Optional<JsonObject> found) {
    found.ifPresent(told -> told.getJsonArray(WORDS).forEach(line -> words.add((String) line)));
    JsonObject none = new JsonObject().put("items", new JsonArray()).put("more", 0);
    return document
        .put(WORDS, new JsonArray(words))
        .put("traced", found.isPresent())
        .put("traceComplete", isWhole(found))
        .put(READERS, found.map(told -> told.getJsonObject(READERS)).orElse(none))
        .put(SECRETS_READ, found.map(told -> told.getJsonObject(SECRETS_READ)).orElse(none))
        .put(INVESTIGATION, found.map(told -> told.getJsonObject(INVESTIGATION)).orElse(null));
  }

  private static boolean isWhole(Optional<JsonObject> found) {
    return found.map(told -> told.getBoolean("complete")).orElse(false);
  }

  private static String head(IncidentDraft draft, String by, Instant at) {
    String kind = draft.kind().wireName();
    return Character.toUpperCase(kind.charAt(0))
        + kind.substring(1)
        + " "
        + draft.subject()
        + " leaked, as "
        + by
        + " told at "
        + at
        + (draft.reason().isEmpty() ? "." : ": " + draft.reason());
  }

  private static String standing(Incident incident, List<IncidentStep> steps, boolean isWhole) {
    List<IncidentStep> left = steps.stream().filter(step -> step.state() != State.DONE).toList();
    String names =
        left.stream()
            .limit(5)
            .map(step -> step.action().wireName() + " " + step.subject())
            .collect(Collectors.joining(", "));
    String shown = names + (left.size() > 5 ? " and " + (left.size() - 5) + " more" : "");
    return switch (incident.state()) {
      case DONE ->
          (isWhole ? "DONE: all " : "DONE, TRACE NOT WHOLE: all ")
              + Counts.of(steps.size(), "step")
              + ", at "
              + incident.endedAt()
              + (isWhole ? "." : "; there may be more readers than are listed: see below.");
      case CLOSED ->
          "CLOSED by "
              + incident.endedBy()
              + " at "
              + incident.endedAt()
              + (left.isEmpty() ? "" : ", NOT DONE: " + shown)
              + ": "
              + incident.endReason();
      case OPEN ->
          "NOT FINISHED: "
              + left.size()
              + " of "
              + Counts.of(steps.size(), "step")
              + " are left: "
              + shown
              + ". It goes on by itself.";
    };
  }

  private static String line(IncidentStep step) {
    String state =
        step.state() == State.PENDING && step.attempts() == 0
            ? "not begun"
            : step.state().name().toLowerCase(Locale.ROOT).replace('_', ' ');
    return step.number()
        + ". "
        + step.action().wireName()
        + " "
        + step.subject()
        + ": "
        + state
        + (step.outcome().isEmpty() ? "" : "; " + step.outcome())
        + (step.lastError() == null
            ? ""
            : "; FAILED " + step.attempts() + " times, tried again: " + step.lastError());
  }

  private static JsonObject of(IncidentStep step) {
    return new JsonObject()
        .put("number", step.number())
        .put("action", step.action().wireName())
        .put("subject", step.subject())
        .put("state", step.state().name())
        .put("outcome", step.outcome())
        .put("amount", step.amount())
        .put("attempts", step.attempts())
        .put("lastError", step.lastError())
        .put("beganAt", text(step.beganAt()))
        .put("endedAt", text(step.endedAt()));
  }

  private static String text(Instant time) {
    return time == null ? null : time.toString();
  }
}
