package dev.cofre.cli.agent;

import dev.cofre.cli.run.Command;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Does what is to be done when files have changed: after the changes have settled, each action once
 * for all of them, and not more often than permitted. What fails is tried {@value #TRIES_MAX} times
 * for a change. When the clock is set back, waits begin anew. Not thread-safe.
 */
final class Actions {
  private static final int TRIES_MAX = 3;
  private static final int PID_BYTES_MAX = 32;
  private static final Duration CLOCK_TICK = Duration.ofSeconds(2);

  private final Clock clock;
  private final Duration settle;
  private final Duration interval;
  private final Consumer<String> say;
  private final Runnable wake;
  private final Map<OnChange, State> states = new LinkedHashMap<>();

  /** When the clock was looked at last. */
  private Instant seen;

  /** How one action is. */
  private static final class State {
    /** Null when nothing is to be done. */
    Instant due;

    Instant started = Instant.EPOCH;
    Process process;
    int tries;
    int runs;
    int failures;
    String outcome = "";
  }

  /**
   * Those of {@code actions}.
   *
   * @param wake is called on any thread when something may be to do
   */
  Actions(
      Set<OnChange> actions, AgentConfig config, Clock clock, Consumer<String> say, Runnable wake) {
    this.clock = clock;
    this.settle = config.settle();
    this.interval = config.actionInterval();
    this.say = say;
    this.wake = wake;
    seen = clock.instant();
    actions.forEach(action -> states.put(action, new State()));
  }

  /** A file whose action is {@code action} changes. */
  void request(OnChange action) {
    State state = states.get(action);
    state.tries = 0;
    plan(state, settle);
  }

  private void plan(State state, Duration wait) {
    Instant settled = clock.instant().plus(wait);
    Instant permitted = state.started.plus(interval);
    state.due = settled.isAfter(permitted) ? settled : permitted;
  }

  /** The ids of those that are to be done. */
  List<String> pending() {
    List<String> ids = new ArrayList<>();
    states.forEach(
        (action, state) -> {
          if (state.due != null || state.process != null) {
            ids.add(action.id());
          }
        });
    return ids;
  }

  /** Has those be done that the agent before had still to do. */
  void restore(List<String> ids) {
    states.keySet().stream().filter(action -> ids.contains(action.id())).forEach(this::request);
  }

  /** When something is to be done; empty when nothing is. */
  Optional<Instant> due() {
    return states.entrySet().stream()
        .filter(each -> each.getValue().due != null || each.getValue().process != null)
        .map(
            each ->
                each.getValue().process == null
                    ? each.getValue().due
                    : each.getValue().started.plus(each.getKey().timeout()))
        .min(Instant::compareTo);
  }

  /** Does what is due; returns whether there was anything. */
  boolean run() {
    boolean any = false;
    Instant now = clock.instant();
    if (now.isBefore(seen)) {
      states.values().forEach(state -> setBack(state, now));
    }
    seen = now;
    for (Map.Entry<OnChange, State> each : states.entrySet()) {
      State state = each.getValue();
      if (state.process != null) {
        any |= look(each.getKey(), state, now);
      }
      if (state.process == null && state.due != null && !state.due.isAfter(now)) {
        start(each.getKey(), state, now);
        any = true;
      }
    }
    return any;
  }

  private void setBack(State state, Instant now) {
    if (state.started.isAfter(now)) {
      state.started = now;
    }
    if (state.due != null) {
      plan(state, settle);
    }
  }

  private boolean look(OnChange action, State state, Instant now) {
    if (state.process.isAlive()) {
      if (state.started.plus(action.timeout()).isAfter(now)) {
        return false;
      }
      state.process.descendants().forEach(ProcessHandle::destroyForcibly);
      state.process.destroyForcibly();
      ended(action, state, "did not end in " + action.timeout().toSeconds() + " s");
    } else {
      int code = state.process.exitValue();
      ended(action, state, code == 0 ? "" : "ended with " + code);
    }
    return true;
  }

  private void start(OnChange action, State state, Instant now) {
    state.due = null;
    state.started = now;
    state.tries++;
    if (action.signal() != null) {
      ended(action, state, signal(action));
      return;
    }
    ProcessBuilder builder = new ProcessBuilder(action.command());
    Command.withhold(builder.environment());
    builder
        .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.INHERIT);
    try {
      state.process = builder.start();
      state.process.onExit().thenRun(wake);
    } catch (IOException e) {
      ended(action, state, "cannot be run");
    }
  }

  private void ended(OnChange action, State state, String trouble) {
    state.process = null;
    state.outcome = trouble.isEmpty() ? "done" : trouble;
    if (trouble.isEmpty()) {
      state.runs++;
      say.accept("done after a change: " + action.title());
      return;
    }
    state.failures++;
    boolean again = state.tries < TRIES_MAX && state.due == null;
    say.accept(
        action.title() + " " + trouble + (again ? "; it is tried again" : "; it is given up"));
    if (again) {
      plan(state, Duration.ZERO);
    }
  }

  /** Empty when the signal was sent, else why not. */
  private static String signal(OnChange action) {
    if (!Files.isRegularFile(action.pidFile(), LinkOption.NOFOLLOW_LINKS)) {
      return "was not sent: what names the process is no regular file";
    }
    long pid;
    try (InputStream in = Files.newInputStream(action.pidFile(), LinkOption.NOFOLLOW_LINKS)) {
      pid =
          Long.parseLong(
              new String(in.readNBytes(PID_BYTES_MAX), StandardCharsets.US_ASCII).strip());
      Optional<ProcessHandle> process = pid > 1 ? ProcessHandle.of(pid) : Optional.empty();
      if (process.isEmpty()) {
        return "was not sent: there is no such process";
      }
      Instant written = Files.getLastModifiedTime(action.pidFile()).toInstant().plus(CLOCK_TICK);
      if (process.get().info().startInstant().filter(written::isBefore).isPresent()) {
        return "was not sent: the process is younger than the file that names it";
      }
    } catch (IOException | NumberFormatException e) {
      return "was not sent: the file names no process";
    }
    return action.signal().send(pid) ? "" : "was not sent: the system refused it";
  }

  /** How they are, without arguments of commands. */
  JsonArray status() {
    JsonArray all = new JsonArray();
    states.forEach(
        (action, state) ->
            all.add(
                new JsonObject()
                    .put("action", action.title())
                    .put("runs", state.runs)
                    .put("failures", state.failures)
                    .put("pending", state.due != null || state.process != null)
                    .put("last", state.outcome)));
    return all;
  }

  /** Ends what runs. */
  void close() {
    for (State state : states.values()) {
      if (state.process != null) {
        state.process.descendants().forEach(ProcessHandle::destroyForcibly);
        state.process.destroyForcibly();
      }
    }
  }
}
