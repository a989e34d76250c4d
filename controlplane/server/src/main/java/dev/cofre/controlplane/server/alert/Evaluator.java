package dev.cofre.controlplane.server.alert;

import dev.cofre.controlplane.server.archive.Archive;
import dev.cofre.controlplane.server.archive.LoggedEvent;
import dev.cofre.documents.alert.Alert;
import dev.cofre.documents.alert.AlertRule;
import dev.cofre.documents.alert.LogSignal;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/**
 * Evaluates all rules over the archive as it grows, on a thread of its own. What it raises is on
 * the disk, with how far it has read, before anybody is told. Thread-safe.
 */
final class Evaluator {
  private static final System.Logger LOG = System.getLogger(Evaluator.class.getName());
  private static final int VERSION = 1;
  private static final int ASKED_MAX = 100;
  private static final long PERIOD_NS = TimeUnit.MILLISECONDS.toNanos(200);
  private static final long TICK_NS = TimeUnit.SECONDS.toNanos(1);
  private static final long LOOK_NS = TimeUnit.SECONDS.toNanos(10);
  private static final long SAVE_NS = TimeUnit.SECONDS.toNanos(5);
  private static final long PAUSE_NS = TimeUnit.SECONDS.toNanos(2);

  private final String node;
  private final LogWatch logs;
  private final StateFile file;
  private final AlertBook book;
  private final Receivers receivers;
  private final GapReports reports = new GapReports();
  private final ArchiveFeed feed;
  private final RuleSet rules;
  private final Queue<Asked> asked = new ArrayBlockingQueue<>(ASKED_MAX);
  private final LongAdder raised = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private final Thread thread =
      Thread.ofPlatform().name("alert-rules").daemon().unstarted(this::run);
  private Instant noticesAfter;
  private boolean isChanged = true;
  private boolean wasReset;
  private long savedNs;
  private long tickedNs;
  private long lookedNs;
  private long failedNs;
  private volatile boolean started;
  private volatile boolean closing;
  private volatile boolean failing;
  private volatile Map<String, Long> forgotten = Map.of();

  /** Which record comes next, by log, as it was written down last. */
  private volatile Map<String, Long> kept = Map.of();

  private volatile long caughtUpNs = System.nanoTime();

  /** What somebody else than a rule raises, and who waits for it to be on the disk. */
  private record Asked(Alert alert, CompletableFuture<Void> kept) {}

  /** Who gets what is raised. Called by the evaluator's thread; never waits. */
  interface Receivers {
    /** By which channels {@code alert} goes. */
    Map<String, Delivery> ways(Alert alert);

    /** Takes what was raised, when it is on the disk. */
    void raised(List<Alert> alerts);

    /** There is no room to keep {@code alert}, which was not sent everywhere. */
    void evicted(Alert alert);

    /** Is called each second. */
    void tick();
  }

  /** What is resumed. */
  private record Resumed(ArchiveFeed feed, RuleSet rules, Instant noticesAfter) {}

  /**
   * Resumes what is in {@code file}; what is of no use there is kept aside, and that is told.
   *
   * @param node the name of this control plane
   */
  Evaluator(
      String node,
      Archive archive,
      LogWatch logs,
      StateFile file,
      AlertBook book,
      List<AlertRule> rules,
      Receivers receivers) {
    this.node = node;
    this.logs = logs;
    this.file = file;
    this.book = book;
    this.receivers = receivers;
    Resumed resumed = resume(archive, rules);
    this.feed = resumed.feed();
    this.rules = resumed.rules();
    this.noticesAfter = resumed.noticesAfter();
    try {
      save();
    } catch (IOException e) {
      // It is written again, and health tells it.
      failed(e);
    }
  }

  private Resumed resume(Archive archive, List<AlertRule> enabled) {
    Instant now = Instant.now();
    try {
      Optional<JsonObject> saved = file.load();
      if (saved.isPresent()) {
        return restored(archive, enabled, saved.get(), now);
      }
    } catch (IOException | RuntimeException e) {
      wasReset = true;
      LOG.log(Level.DEBUG, "the cause", e);
      reports.report(
          "state",
          node,
          "what alerts remember cannot be used ("
              + ChannelRunner.reason(e)
              + "), "
              + file.keepAside()
              + "; the rules learn anew, and what was archived before "
              + now
              + " and not told is not told any more");
    }
    ArchiveFeed begun = new ArchiveFeed(archive, reports, System::nanoTime);
    begun.beginToLearn();
    return new Resumed(begun, new RuleSet(enabled, now, reports), now);
  }

  private Resumed restored(Archive archive, List<AlertRule> enabled, JsonObject saved, Instant now)
      throws IOException {
    if (saved.getInteger("v") != VERSION) {
      throw new IOException("is of version " + saved.getInteger("v"));
    }
    ArchiveFeed resumed = new ArchiveFeed(archive, reports, System::nanoTime);
    resumed.restore(saved.getJsonObject("cursor"));
    RuleSet again = new RuleSet(enabled, least(saved.getInstant("savedAt"), now), reports);
    again.restore(saved.getJsonObject("rules"), now);
    Instant after = least(saved.getInstant("noticesAfter"), now.plus(RuleSet.AHEAD_MAX));
    // Last: the book is taken as it is, or not at all.
    book.restore(saved.getJsonArray("alerts"));
    return new Resumed(resumed, again, after);
  }

  private static Instant least(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }

  void start() {
    thread.start();
    started = true;
  }

  private void run() {
    while (!closing) {
      boolean isBusy = false;
      try {
        isBusy = step();
        // Looked at what failed, too: a step without that says nothing of the store.
        if (failing && lookedNs - failedNs > 0) {
          failing = false;
          LOG.log(Level.INFO, "the rules of alerts are evaluated again");
        }
      } catch (Throwable e) {
        // An Error as well: without this thread there are no alerts at all.
        failed(e);
      }
      if (!isBusy) {
        park(failing ? PAUSE_NS : PERIOD_NS);
      }
    }
    try {
      save();
    } catch (IOException | RuntimeException e) {
      LOG.log(
          Level.WARNING, "how far alerts came is not written down: {0}", ChannelRunner.reason(e));
    }
  }

  private void failed(Throwable e) {
    failures.increment();
    failedNs = System.nanoTime();
    if (!failing) {
      failing = true;
      LOG.log(
          Level.WARNING,
          "the rules of alerts cannot be evaluated on all, trying again: {0}",
          ChannelRunner.reason(e));
      LOG.log(Level.DEBUG, "the cause", e);
    }
  }

  private void park(long ns) {
    long untilNs = System.nanoTime() + ns;
    while (!closing && System.nanoTime() - untilNs < 0) {
      LockSupport.parkNanos(this, untilNs - System.nanoTime());
    }
  }

  /** Whether there were events. What fails is told when all else is done. */
  private boolean step() throws IOException {
    long beganNs = System.nanoTime();
    List<Alert> alerts = new ArrayList<>();
    boolean isBusy = false;
    Optional<? extends Exception> failure;
    try {
      ArchiveFeed.Read read = feed.next();
      failure = read.failure();
      isBusy = !read.events().isEmpty();
      isChanged |= isBusy;
      Instant now = Instant.now();
      for (LoggedEvent logged : read.events()) {
        rules.event(logged, now, alerts);
      }
      if (!isBusy && failure.isEmpty()) {
        caughtUpNs = beganNs;
      }
      if (beganNs - tickedNs > TICK_NS || tickedNs == 0) {
        tickedNs = beganNs;
        Optional<RuntimeException> other = tick(!isBusy, alerts);
        failure = other.isPresent() ? other : failure;
      }
      for (LogSignal signal : reports.take()) {
        rules.signal(signal, signal.text(), alerts);
      }
    } finally {
      // The feed went on: what was raised is never raised again.
      tellAll(alerts);
    }
    failure.ifPresent(this::failed);
    return isBusy;
  }

  /** Raises {@code alert}, once for ever; completes when it is on the disk. */
  CompletableFuture<Void> raise(Alert alert) {
    Asked one = new Asked(alert, new CompletableFuture<>());
    if (!asked.offer(one)) {
      one.kept().completeExceptionally(new IOException("too many alerts wait to be kept"));
    }
    return one.kept();
  }

  private void tellAll(List<Alert> alerts) throws IOException {
    List<Asked> taken = new ArrayList<>();
    for (Asked one = asked.poll(); one != null; one = asked.poll()) {
      taken.add(one);
      alerts.add(one.alert());
    }
    try {
      tell(alerts);
      taken.forEach(one -> one.kept().complete(null));
    } finally {
      taken.forEach(
          one -> one.kept().completeExceptionally(new IOException("the alert was not kept")));
    }
  }

  /** Does what is due each second, all of it, and gives what failed. */
  private Optional<RuntimeException> tick(boolean isCaughtUp, List<Alert> alerts) {
    Optional<RuntimeException> failure = Optional.empty();
    List<Runnable> parts =
        List.of(
            receivers::tick,
            () -> rules.due(isCaughtUp, Instant.now(), alerts),
            () -> forgotten = rules.forgotten(),
            () -> look(alerts));
    for (Runnable part : parts) {
      try {
        part.run();
      } catch (RuntimeException e) {
        failure = Optional.of(e);
      }
    }
    return failure;
  }

  private void look(List<Alert> alerts) {
    if (System.nanoTime() - lookedNs <= LOOK_NS && lookedNs != 0) {
      return;
    }
    for (LogWatch.Noticed noticed : logs.noticed(noticesAfter)) {
      noticesAfter = noticed.createdAt();
      isChanged = true;
      if (noticed.signal() != null) {
        rules.signal(noticed.signal(), noticed.cause(), alerts);
      }
    }
    for (LogSignal signal : logs.silent()) {
      rules.signal(signal, "silence/" + signal.time(), alerts);
    }
    lookedNs = System.nanoTime();
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
      receivers.raised(told);
    }
    if (failure != null) {
      throw failure;
    }
  }

  private boolean enter(Alert alert) {
    boolean isNew = book.add(alert, receivers.ways(alert));
    book.takeEvicted().forEach(receivers::evicted);
    return isNew;
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
    return failing || (started && !closing && !thread.isAlive());
  }

  /** Whether what was remembered could not be used. */
  boolean wasReset() {
    return wasReset;
  }

  /** How often each rule could not evaluate an event. */
  Map<String, Long> errors() {
    return rules.errors();
  }

  /** How many alerts of each rule were not sent one by one. */
  Map<String, Long> capped() {
    return rules.capped();
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
    JsonObject cursor = feed.save();
    file.save(
        new JsonObject()
            .put("v", VERSION)
            .put("savedAt", Instant.now())
            .put("noticesAfter", noticesAfter)
            .put("cursor", cursor)
            .put("alerts", book.save())
            .put("rules", rules.save()));
    isChanged = false;
    savedNs = System.nanoTime();
    Map<String, Long> now = new HashMap<>();
    cursor.fieldNames().forEach(origin -> now.put(origin, cursor.getLong(origin)));
    kept = Map.copyOf(now);
  }

  /** Whether the rules have seen the records of {@code origin} before {@code end}, for good. */
  boolean hasPassed(String origin, long end) {
    return kept.getOrDefault(origin, 0L) >= end;
  }
}
