package dev.cofre.cli;

import dev.cofre.cli.migrate.ImportPlan;
import dev.cofre.cli.migrate.ImportPlan.PlannedSecret;
import dev.cofre.cli.migrate.SourceValue;
import dev.cofre.client.CofreException;
import dev.cofre.contract.problem.ErrorCode;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Writes secrets one after the other, by check-and-set. Not thread-safe.
 *
 * <p>The caller may not read values, so whether a version that is there is the source's is found
 * out by sending it once more as what it would have been: under the same Idempotency-Key the
 * service answers the first request's answer when field and value are the same, and refuses without
 * a change when they are not, or when it forgot the request after a day.
 */
final class SecretImporter {
  /** What a value that is not the stored one, or a repetition that is not known, is refused by. */
  private static final Set<ErrorCode> ANOTHER =
      EnumSet.of(ErrorCode.CONFLICT, ErrorCode.PRECONDITION_FAILED, ErrorCode.INVALID_REQUEST);

  private static final int TRIES_MAX = 5;
  private static final long WAIT_MAX_S = 30;

  /** What becomes of secrets that are there and not known to be what is imported. */
  enum Existing {
    refuse,
    skip,
    add
  }

  /** What became of a secret. */
  enum Outcome {
    CREATED,
    CONTINUED,
    ADDED,
    UNCHANGED,
    SKIPPED,
    REFUSED,
    NOT_REACHED,
    /** Of a dry run: there is none that the caller knows of. */
    TO_CREATE,
    /** Of a dry run: there is one. */
    EXISTS
  }

  /**
   * One line of the report.
   *
   * @param version the newest one of the secret; 0: not known
   * @param written how many versions were written
   */
  record Row(PlannedSecret secret, Outcome outcome, int version, int written, String why) {
    JsonObject json() {
      JsonObject json =
          new JsonObject()
              .put("name", secret.name())
              .put("from", secret.source().from())
              .put("values", secret.source().values().size())
              .put("outcome", outcome.name())
              .put("written", written);
      if (version > 0) {
        json.put("version", version);
      }
      return why.isEmpty() ? json : json.put("why", why);
    }
  }

  private final ControlPlane.Calls calls;
  private final Existing existing;

  SecretImporter(ControlPlane.Calls calls, Existing existing) {
    this.calls = calls;
    this.existing = existing;
  }

  /** Asks what is there already, and changes nothing. */
  List<Row> look(ImportPlan plan, Consumer<Integer> progress) {
    List<Row> rows = new ArrayList<>();
    for (PlannedSecret secret : plan.secrets()) {
      int newest = find(secret).map(SecretImporter::newest).orElse(0);
      rows.add(new Row(secret, newest == 0 ? Outcome.TO_CREATE : Outcome.EXISTS, newest, 0, ""));
      progress.accept(rows.size());
    }
    return rows;
  }

  /** Writes; once the service cannot be reached, the rest is {@link Outcome#NOT_REACHED}. */
  List<Row> write(ImportPlan plan, Consumer<Integer> progress) {
    List<Row> rows = new ArrayList<>();
    String away = null;
    for (PlannedSecret secret : plan.secrets()) {
      if (away != null) {
        rows.add(new Row(secret, Outcome.NOT_REACHED, 0, 0, away));
        continue;
      }
      Writing writing = new Writing(secret);
      try {
        writing.run();
        rows.add(writing.row(""));
      } catch (CofreException e) {
        boolean refused =
            e.kind() == CofreException.Kind.REFUSED
                && e.code().filter(ErrorCode::isRetryable).isEmpty();
        writing.outcome = refused ? Outcome.REFUSED : Outcome.NOT_REACHED;
        rows.add(writing.row(FailureReport.of(e).line()));
        away = refused && e.status() != 401 ? null : e.reason();
      }
      progress.accept(rows.size());
    }
    return rows;
  }

  /** One secret's turn. */
  private final class Writing {
    private final PlannedSecret secret;
    private final List<SourceValue> values;
    private Outcome outcome = Outcome.UNCHANGED;
    private String why = "";
    private int version;
    private int written;

    Writing(PlannedSecret secret) {
      this.secret = secret;
      this.values = secret.source().values();
    }

    void run() {
      Optional<JsonObject> found = find(secret);
      if (found.isEmpty()) {
        create();
        return;
      }
      version = newest(found.get());
      Optional<String> other = other(found.get());
      Optional<Integer> known = known();
      if (known.isEmpty() || (other.isPresent() && existing != Existing.add)) {
        there(other);
        return;
      }
      why = other.map(field -> "its " + field + " is not what is said here").orElse("");
      rest(known.get(), Outcome.CONTINUED);
    }

    private void create() {
      send(1, values.getFirst());
      // An owner that was an owner when it was written gets the first answer again, and no more.
      if (find(secret).isEmpty()) {
        outcome = Outcome.REFUSED;
        why = "it was imported before, and the caller may not see it any more";
        return;
      }
      version = 1;
      written = 1;
      outcome = Outcome.CREATED;
      rest(1, Outcome.CREATED);
    }

    /** Writes the values from {@code first} on. */
    private void rest(int first, Outcome when) {
      for (SourceValue value : values.subList(first, values.size())) {
        send(version + 1, value);
        version++;
        written++;
        outcome = when;
      }
    }

    /** The first field of which {@code found} does not say what is said here. */
    private Optional<String> other(JsonObject found) {
      return ImportPlan.SAID.stream()
          .filter(
              field ->
                  !ImportPlan.isSame(field, found.getValue(field), secret.said().getValue(field)))
          .findFirst();
    }

    /**
     * How many of the values are there, when the newest version is one of them. The value of its
     * own number comes first: the last one may be the same value as one before it.
     */
    private Optional<Integer> known() {
      if (version <= values.size() && isSame(values.get(version - 1))) {
        return Optional.of(version);
      }
      return isSame(values.getLast()) ? Optional.of(values.size()) : Optional.empty();
    }

    private boolean isSame(SourceValue value) {
      try {
        send(version, value);
        return true;
      } catch (CofreException e) {
        boolean another =
            e.kind() == CofreException.Kind.REFUSED
                && e.code().filter(ANOTHER::contains).isPresent();
        if (!another) {
          throw e;
        }
        return false;
      }
    }

    private void there(Optional<String> other) {
      why =
          other
              .map(field -> "it is there already, and its " + field + " is not what is said here")
              .orElse("it is there already, and not known to hold what the source does");
      switch (existing) {
        case refuse -> outcome = Outcome.REFUSED;
        case skip -> outcome = Outcome.SKIPPED;
        case add -> {
          why = other.map(field -> "its " + field + " is not what is said here").orElse("");
          send(version + 1, values.getLast());
          version++;
          written++;
          outcome = Outcome.ADDED;
        }
      }
    }

    private void send(int number, SourceValue value) {
      JsonObject body =
          number == 1
              ? secret.said().copy().put("name", secret.name())
              : new JsonObject().put("expectedVersion", number - 1);
      String path =
          number == 1 ? SecretCommand.PATH : SecretCommand.path(secret.name()) + "/versions";
      body.put("value", value.base64());
      patiently(
          HttpMethod.POST,
          path,
          body,
          Map.of("Idempotency-Key", "import:" + secret.name() + ":" + number));
    }

    Row row(String failure) {
      return new Row(secret, outcome, version, written, failure.isEmpty() ? why : failure);
    }
  }

  private static int newest(JsonObject found) {
    return found.getInteger("currentVersion");
  }

  /** What the service says of it; empty when there is none that the caller may know of. */
  private Optional<JsonObject> find(PlannedSecret secret) {
    try {
      String path = SecretCommand.path(secret.name());
      return Optional.of(patiently(HttpMethod.GET, path, null, Map.of()));
    } catch (CofreException e) {
      if (e.status() == 404) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** Waits and tries again when the service asks for that. */
  private JsonObject patiently(
      HttpMethod method, String path, JsonObject body, Map<String, String> headers) {
    for (int tries = 1; ; tries++) {
      try {
        return calls.call(method, path, body, headers);
      } catch (CofreException e) {
        long waitS = e.retryAfterSeconds().orElse(0);
        if (waitS == 0 || tries == TRIES_MAX) {
          throw e;
        }
        pause(Math.min(waitS, WAIT_MAX_S), e);
      }
    }
  }

  private static void pause(long seconds, CofreException failure) {
    try {
      Thread.sleep(seconds * 1_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failure;
    }
  }
}
