package dev.cofre.controlplane.server.alert;

import dev.cofre.controlplane.server.archive.Archive;
import dev.cofre.controlplane.server.archive.LoggedEvent;
import dev.cofre.documents.alert.Alert;
import dev.cofre.documents.alert.AlertRule;
import dev.cofre.documents.alert.LogSignal;
import dev.cofre.documents.alert.RuleRun;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Evaluates all rules over the archive as it grows, on a thread of its own. What it raises is on
 * the disk, with how far it has read, before anybody is told. Thread-safe.
 */
final class Evaluator {
  private static final System.Logger LOG = System.getLogger(Evaluator.class.getName());
  private static final int VERSION = 1;
  private static final long PERIOD_NS = TimeUnit.MILLISECONDS.toNanos(200);
  private static final long TICK_NS = TimeUnit.SECONDS.toNanos(1);
  private static final long LOOK_NS = TimeUnit.SECONDS.toNanos(10);
  private static final long SAVE_NS = TimeUnit.SECONDS.toNanos(5);
  private static final long PAUSE_NS = TimeUnit.SECONDS.toNanos(2);

  private final ArchiveFeed feed;
  private final LogWatch logs;
  private final StateFile file;
  private final AlertBook book;
  private final Function<Alert, Map<String, Delivery>> ways;
  private final Consumer<List<Alert>> raisedTo;
  private final Runnable tick;
  private final List<RuleRun> runs;
  private final LongAdder raised = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private final Thread thread =
      Thread.ofPlatform().name("alert-rules").daemon().unstarted(this::run);
  private Instant noticesAfter = Instant.now();
  private boolean isChanged;
  private long savedNs;
  private long tickedNs;
  private long lookedNs;
  private long failedNs;
  private volatile boolean closing;
  private volatile boolean failing;
  private volatile Map<String, Long> forgotten = Map.of();
  private volatile long caughtUpNs = System.nanoTime();

  /**
   * Resumes what is in {@code file}.
   *
   * @param ways by which channels an alert goes
   * @param raisedTo gets what is raised, when it is on the disk; takes it without waiting
   * @param tick is called each second, by the evaluator's thread
   */
  Evaluator(
      Archive archive,
      LogWatch logs,
      StateFile file,
      AlertBook book,
      List<AlertRule> rules,
      Function<Alert, Map<String, Delivery>> ways,
      Consumer<List<Alert>> raisedTo,
      Runnable tick)
      throws IOException {
    this.feed = new ArchiveFeed(archive);
    this.logs = logs;
    this.file = file;
    this.book = book;
    this.ways = ways;
    this.raisedTo = raisedTo;
    this.tick = tick;
    Optional<JsonObject> saved = file.load().filter(json -> json.getInteger("v", 0) == VERSION);
    Instant since = saved.map(json -> json.getInstant("savedAt")).orElse(Instant.now());
    this.runs =
        rules.stream().filter(AlertRule::isEnabled).map(rule -> new RuleRun(rule, since)).toList();
    if (saved.isPresent()) {
      restore(saved.get());
    } else {
      feed.beginToLearn();
    }
    save();
  }

  private void restore(JsonObject saved) {
    noticesAfter = saved.getInstant("noticesAfter");
    feed.restore(saved.getJsonObject("cursor"));
    book.restore(saved.getJsonArray("alerts", new JsonArray()));
    JsonObject rules = saved.getJsonObject("rules");
    for (RuleRun run : runs) {
      if (rules.containsKey(run.rule().name())) {
        run.restore(rules.getJsonObject(run.rule().name()));
      }
    }
  }

  void start() {
    thread.start();
  }

  private void run() {
    while (!closing) {
      try {
        if (!step()) {
          LockSupport.parkNanos(this, PERIOD_NS);
        }
        // Looked at what failed, too: a step without that says nothing of the store.
        if (failing && lookedNs - failedNs > 0) {
          failing = false;
          LOG.log(Level.INFO, "the rules of alerts are evaluated again");
        }
      } catch (IOException | RuntimeException e) {
        failures.increment();
        failedNs = System.nanoTime();
        if (!failing) {
          failing = true;
          LOG.log(
              Level.WARNING,
              "the rules of alerts cannot be evaluated, trying again: {0}",
              ChannelRunner.reason(e));
          LOG.log(Level.DEBUG, "the cause", e);
        }
        park();
      }
    }
    try {
      save();
    } catch (IOException | RuntimeException e) {
      LOG.log(
          Level.WARNING, "how far alerts came is not written down: {0}", ChannelRunner.reason(e));
    }
  }

  private void park() {
    long untilNs = System.nanoTime() + PAUSE_NS;
    while (!closing && System.nanoTime() - untilNs < 0) {
      LockSupport.parkNanos(this, untilNs - System.nanoTime());
    }
  }

  /** Whether there was anything to do. */
  private boolean step() throws IOException {
    long beganNs = System.nanoTime();
    List<Alert> alerts = new ArrayList<>();
    List<LoggedEvent> events = feed.next();
    for (LoggedEvent logged : events) {
      String cause = logged.origin() + "/" + logged.index();
      for (RuleRun run : runs) {
        run.event(logged.event(), cause).ifPresent(alerts::add);
      }
    }
    for (LogSignal signal : feed.takeSignals()) {
      signal(signal, signal.text(), alerts);
    }
    isChanged |= !events.isEmpty();
    if (events.isEmpty()) {
      caughtUpNs = beganNs;
    }
    Exception failure = null;
    if (beganNs - tickedNs > TICK_NS || tickedNs == 0) {
      tickedNs = beganNs;
      try {
        tick(alerts);
      } catch (RuntimeException e) {
        // What the events made is told although the store is away.
        failure = e;
      }
    }
    tell(alerts);
    if (failure != null) {
      throw new IOException("the store cannot be looked at: " + failure, failure);
    }
    return !events.isEmpty();
  }

  private void tick(List<Alert> alerts) {
    tick.run();
    for (RuleRun run : runs) {
      alerts.addAll(run.due(Instant.now()));
    }
    forgotten =
        runs.stream().collect(Collectors.toMap(run -> run.rule().name(), RuleRun::forgotten));
    long nowNs = System.nanoTime();
    if (nowNs - lookedNs > LOOK_NS || lookedNs == 0) {
      for (LogWatch.Noticed noticed : logs.noticed(noticesAfter)) {
        noticesAfter = noticed.createdAt();
        isChanged = true;
        if (noticed.signal() != null) {
          signal(noticed.signal(), noticed.cause(), alerts);
        }
      }
      for (LogSignal signal : logs.silent()) {
        signal(signal, "silence/" + signal.time(), alerts);
      }
      lookedNs = System.nanoTime();
    }
  }

  private void signal(LogSignal signal, String cause, List<Alert> alerts) {
    for (RuleRun run : runs) {
      run.signal(signal, cause).ifPresent(alerts::add);
    }
  }

  private void tell(List<Alert> alerts) throws IOException {
    List<Alert> told = alerts.stream().filter(this::enter).toList();
    raised.add(told.size());
    // What was sent is written down at once: it would be sent again after a kill.
    boolean due = book.takeChanged() || (isChanged && System.nanoTime() - savedNs > SAVE_NS);
    IOException failure = null;
    if (!told.isEmpty() || due) {
      try {
        save();
      } catch (IOException e) {
        // They are told although they may be told again after a restart.
        failure = e;
        isChanged = true;
      }
    }
    if (!told.isEmpty()) {
      raisedTo.accept(told);
    }
    if (failure != null) {
      throw failure;
    }
  }

  private boolean enter(Alert alert) {
    return book.add(alert, ways.apply(alert));
  }

  /** How many alerts were raised since the start. */
  long raised() {
    return raised.sum();
  }

  long failures() {
    return failures.sum();
  }

  /** How many archived records were not looked at yet. */
  long lagEvents() {
    return feed.lagEvents();
  }

  /** Since when not all was looked at, milliseconds. */
  long lagMs() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - caughtUpNs);
  }

  /** How many groups of rules were forgotten for want of room, by rule. */
  Map<String, Long> forgotten() {
    return forgotten;
  }

  boolean isFailing() {
    return failing;
  }

  void stop() {
    closing = true;
    LockSupport.unpark(thread);
  }

  void awaitEnd(long deadlineNs) {
    try {
      if (!thread.join(Duration.ofNanos(Math.max(1, deadlineNs - System.nanoTime())))) {
        LOG.log(Level.WARNING, "the rules of alerts are still evaluated at the stop");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void save() throws IOException {
    JsonObject rules = new JsonObject();
    runs.forEach(run -> rules.put(run.rule().name(), run.save()));
    file.save(
        new JsonObject()
            .put("v", VERSION)
            .put("savedAt", Instant.now())
            .put("noticesAfter", noticesAfter)
            .put("cursor", feed.save())
            .put("alerts", book.save())
            .put("rules", rules));
    isChanged = false;
    savedNs = System.nanoTime();
  }
}
