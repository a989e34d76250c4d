package dev.cofre.controlplane.server.api;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.ManagementAction;
import dev.cofre.controlplane.domain.Permissions;
import dev.cofre.controlplane.domain.SimulationRequest;
import dev.cofre.controlplane.server.archive.Archive;
import dev.cofre.controlplane.server.archive.Walked;
import dev.cofre.controlplane.server.investigate.Count;
import dev.cofre.controlplane.server.investigate.PolicyReplay;
import dev.cofre.controlplane.server.investigate.Tally;
import dev.cofre.controlplane.server.investigate.Words;
import dev.cofre.controlplane.server.policy.AccessCheck;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Replays what was decided by proposed policies. Thread-safe. */
final class PolicyHistory {
  private static final int ROWS_MAX = 500;
  private static final int NAMES_MAX = 5;

  private final Archive archive;
  private final Semaphore running = new Semaphore(1);

  PolicyHistory(Archive archive) {
    this.archive = archive;
  }

  /**
   * Refuses who may not read the audit log: that is what is told here.
   *
   * @throws ProblemException {@code forbidden}
   */
  void require(Call call) {
    if (!Permissions.allow(call.principal(), ManagementAction.AUDIT_READ)) {
      throw new ProblemException(
          ErrorCode.FORBIDDEN, "what was decided is told to those who may read the audit log");
    }
  }

  /**
   * Runs {@code simulation} while no other one runs, what it prepares with it.
   *
   * @throws ProblemException {@code overloaded}
   */
  <T> T alone(Supplier<T> simulation) {
    if (!running.tryAcquire()) {
      throw new ProblemException(ErrorCode.OVERLOADED, "another simulation runs; try again later");
    }
    try {
      return simulation.get();
    } finally {
      running.release();
    }
  }

  /**
   * What of the last days {@code proposed} would have decided otherwise.
   *
   * @param kept names of policies in force that no draft takes the place of
   * @param isGone whether nobody waits for it any more
   */
  JsonObject replay(
      SimulationRequest.History asked,
      AccessCheck now,
      AccessCheck proposed,
      List<String> kept,
      BooleanSupplier isGone) {
    try {
      long toNs = AuditParameters.nanos(now.now());
      long fromNs = AuditParameters.nanos(now.now().minus(Duration.ofDays(asked.days())));
      long begunNs = System.nanoTime();
      long limitNs = TimeUnit.MILLISECONDS.toNanos(asked.timeoutMs());
      PolicyReplay replay = new PolicyReplay(now, proposed);
      Walked walked =
          replay.run(
              archive,
              fromNs,
              toNs,
              () -> isGone.getAsBoolean() || System.nanoTime() - begunNs > limitNs);
      boolean isRemoved =
          archive.origins().stream()
              .flatMap(log -> archive.removed(log).stream())
              .anyMatch(
                  gone -> !gone.newest().isBefore(now.now().minus(Duration.ofDays(asked.days()))));
      return document(replay, walked, kept, isRemoved)
          .put("from", Words.time(fromNs))
          .put("to", Words.time(toNs));
    } catch (IOException e) {
      throw new UncheckedIOException("the archive cannot be read", e);
    }
  }

  private static JsonObject document(
      PolicyReplay replay, Walked walked, List<String> kept, boolean isRemoved) {
    JsonArray words = new JsonArray().add(words(replay, walked));
    if (isRemoved) {
      words.add("INCOMPLETE: retention has removed events of these days; they are in no figure.");
    }
    others(replay, walked, kept).forEach(words::add);
    return new JsonObject()
        .put("complete", walked.isWhole() && !isRemoved)
        .put("completeTo", walked.isWhole() ? null : Words.time(walked.wholeToNs()))
        .put("unreadable", walked.unreadable())
        .put("words", words)
        .put("judged", replay.judged())
        .put("unchanged", replay.unchanged())
        .put("untouched", replay.untouched())
        .put("notByPolicy", replay.others())
        .put("tenantUnknown", replay.strangers())
        .put(
            "takenAsTheyAre",
            new JsonObject()
                .put("policies", new JsonArray(kept.stream().limit(ROWS_MAX).toList()))
                .put("more", Math.max(0, kept.size() - ROWS_MAX)))
        .put("gains", table(replay.gains(), PolicyHistory::change))
        .put("losses", table(replay.losses(), PolicyHistory::change))
        .put(
            "unknown",
            table(replay.unknown(), unknown -> use(unknown.use()).put("why", unknown.why())));
  }

  private static String words(PolicyReplay replay, Walked walked) {
    return String.format(
        Locale.ROOT,
        "%sOf %,d decisions %,d would be as they were, %,d denied ones would be allowed, %,d allowed"
            + " ones would be denied; %,d the proposal does not touch, and of %,d it cannot be known.",
        walked.isWhole()
            ? ""
            : "INCOMPLETE, whole up to " + Words.time(walked.wholeToNs()) + " only: ",
        replay.judged(),
        replay.unchanged(),
        events(replay.gains()),
        events(replay.losses()),
        replay.untouched(),
        events(replay.unknown()));
  }

  /** What of it is not as whole as it may look. */
  private static List<String> others(PolicyReplay replay, Walked walked, List<String> kept) {
    List<String> lines = new ArrayList<>();
    if (!kept.isEmpty()) {
      lines.add(
          String.format(
              Locale.ROOT,
              "Policies in force that are not among the proposed ones are taken as they are, %,d: %s%s.",
              kept.size(),
              kept.stream().limit(NAMES_MAX).collect(Collectors.joining(", ")),
              kept.size() > NAMES_MAX ? " and others" : ""));
    }
    if (replay.strangers() > 0) {
      lines.add(
          String.format(
              Locale.ROOT,
              "%,d refused attempts are of principals that are gone, of a tenant that is not known:"
                  + " they are in no figure.",
              replay.strangers()));
    }
    if (walked.unreadable() > 0) {
      lines.add(
          String.format(
              Locale.ROOT,
              "%,d records of the archive could not be read: verify it with ./cofre audit verify.",
              walked.unreadable()));
    }
    return lines;
  }

  private static long events(Tally<?> tally) {
    return tally.otherEvents() + tally.rows().stream().mapToLong(row -> row.count().events()).sum();
  }

  private static JsonObject change(PolicyReplay.Change change) {
    return use(change.use()).put("alreadySo", change.isSoAlready());
  }

  private static JsonObject use(PolicyReplay.Use use) {
    return new JsonObject()
        .put("principal", use.principal())
        .put("action", use.action())
        .put("key", use.key());
  }

  private static <K> JsonObject table(Tally<K> tally, Function<K, JsonObject> row) {
    JsonArray items = new JsonArray();
    tally.rows().stream()
        .limit(ROWS_MAX)
        .forEach(
            entry -> {
              Count count = entry.count();
              items.add(
                  row.apply(entry.value())
                      .put("events", count.events())
                      .put("first", Words.time(count.firstNs()))
                      .put("last", Words.time(count.lastNs()))
                      .put("requestId", count.requestId().orElse(null)));
            });
    return new JsonObject()
        .put("items", items)
        .put("events", events(tally))
        .put("distinct", tally.distinct())
        .put("estimated", tally.isEstimated())
        .put("more", tally.distinct() - items.size());
  }
}
