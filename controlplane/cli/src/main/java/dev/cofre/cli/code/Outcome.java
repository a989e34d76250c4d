package dev.cofre.cli.code;

import io.vertx.core.json.JsonObject;
import java.util.List;

/**
 * What became of a change. Immutable.
 *
 * @param lines what there is to say of it
 * @param approval the request that others must approve; null when there is none
 */
public record Outcome(Change change, Result result, List<String> lines, JsonObject approval) {
  /** How it ended. */
  public enum Result {
    /** The object was made. */
    CREATED,
    /** The object was changed. */
    UPDATED,
    /** The object was removed. */
    REMOVED,
    /** Somebody else did the same at the same time. */
    DONE_BY_OTHERS,
    /** Others must approve it. */
    PENDING,
    /** It was not tried, for what it names is not there yet. */
    SKIPPED,
    /** It was not tried, for nobody asked for it. */
    LEFT,
    /** The service refused it. */
    FAILED,
    /** The service could not be reached, now or before. */
    UNREACHED
  }

  /** Takes a copy of {@code lines}. */
  public Outcome {
    lines = List.copyOf(lines);
  }

  static Outcome of(Change change, Result result, String... lines) {
    return new Outcome(change, result, List.of(lines), null);
  }
}
