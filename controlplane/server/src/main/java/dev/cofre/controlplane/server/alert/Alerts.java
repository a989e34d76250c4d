package dev.cofre.controlplane.server.alert;

import dev.cofre.controlplane.server.archive.Archive;
import dev.cofre.documents.alert.Alert;
import dev.cofre.documents.alert.AlertRule;
import dev.cofre.documents.alert.RuleRun;
import dev.cofre.hsm.SecretFiles;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/**
 * All rules and channels of a control plane. When they are off, there is no thread. Thread-safe.
 */
public final class Alerts implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Alerts.class.getName());
  private static final String FOLDER = "alerts";
  private static final String STATE = "state.json";
  private static final long LATE_MS = TimeUnit.MINUTES.toMillis(1);
  private static final long GRACE_MS = 1_000;
  private static final long KEPT_MS = 10_000;
  private static final long ATTEMPT_NS = TimeUnit.SECONDS.toNanos(2);
  private static final long CLOSE_NS = TimeUnit.SECONDS.toNanos(5);

  private final AlertSettings settings;
  private final String node;
  private final AlertBook book = new AlertBook();
  private final List<ChannelRunner> runners = new ArrayList<>();

  /** One test at a time: it makes work for others. */
  private final Semaphore testing = new Semaphore(1);

  private Evaluator evaluator;

  /** Takes metrics. */
  @FunctionalInterface
  public interface Metrics {
    /** Shows {@code values}, one for each value of {@code label}. */
    void family(String name, String label, Supplier<Map<String, Long>> values);
  }

  /**
   * What became of a test.
   *
   * @param isSent whether the receiver has it
   * @param answer what it answered, or why it could not be sent
   * @param tookMs how long that took, milliseconds
   */
  public record Tested(
      String channel, ChannelSettings.Kind kind, boolean isSent, String answer, long tookMs) {}

  private Alerts(AlertSettings settings, String node) {
    this.settings = settings;
    this.node = node;
  }

  /**
   * Begins to evaluate what {@code archive}, in {@code directory}, holds, where it ended before.
   *
   * @param node the name of this control plane
   * @throws IOException when what is remembered cannot be kept there
   */
  public static Alerts start(
      Archive archive, Path directory, LogWatch logs, AlertSettings settings, String node)
      throws IOException {
    Alerts alerts = new Alerts(settings, node);
    if (!settings.isOn()) {
      return alerts;
    }
    Path folder = directory.resolve(FOLDER);
    SecretFiles.createDirectory(folder);
    for (ChannelSettings channel : settings.channels()) {
      alerts.runners.add(new ChannelRunner(channel, node, alerts.book));
    }
    alerts.evaluator =
        new Evaluator(
            node,
            archive,
            logs,
            new StateFile(folder.resolve(STATE)),
            alerts.book,
            settings.rules(),
            alerts.new Channels());
    alerts.runners.forEach(ChannelRunner::start);
    alerts.evaluator.start();
    return alerts;
  }

  /** What is raised goes to the channels that want it. */
  private final class Channels implements Evaluator.Receivers {
    @Override
    public Map<String, Delivery> ways(Alert alert) {
      Map<String, Delivery> ways = new TreeMap<>();
      for (ChannelSettings channel : settings.channels()) {
        if (alert.severity().compareTo(channel.least()) >= 0) {
          ways.put(channel.name(), Delivery.pending(Instant.now()));
        }
      }
      return ways;
    }

    @Override
    public void raised(List<Alert> alerts) {
      for (Alert alert : alerts) {
        LOG.log(Level.INFO, "alert ({0}): {1}", alert.severity().text(), alert.title());
        for (ChannelRunner runner : runners) {
          if (alert.severity().compareTo(runner.settings().least()) >= 0) {
            runner.add(alert);
          }
        }
      }
    }

    @Override
    public void evicted(Alert alert) {
      runners.forEach(runner -> runner.evict(alert));
    }

    @Override
    public void tick() {
      runners.forEach(ChannelRunner::watch);
    }
  }

  /** Whether anything is evaluated. */
  public boolean isOn() {
    return settings.isOn();
  }

  /** All rules, those that are not evaluated too. */
  public List<AlertRule> rules() {
    return settings.rules();
  }

  /** How many groups rule {@code name} has forgotten for want of room, since the start. */
  public long forgotten(String name) {
    return evaluator == null ? 0 : evaluator.forgotten().getOrDefault(name, 0L);
  }

  /** The newest alerts with their deliveries, as callers get them. */
  public List<JsonObject> newest(int limit) {
    return book.newest(limit);
  }

  /** The names of all channels. */
  public List<String> channels() {
    return settings.channels().stream().map(ChannelSettings::name).toList();
  }

  /**
   * Sends a test alert by {@code channels}, at once and beside what waits there, and waits for what
   * is answered.
   *
   * @param by who asks for it
   * @return empty when another test runs
   */
  public List<Tested> test(List<String> channels, String by) {
    if (!testing.tryAcquire()) {
      return List.of();
    }
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Alert alert = RuleRun.test(Instant.now(), by);
      List<Future<Tested>> running =
          settings.channels().stream()
              .filter(channel -> channels.contains(channel.name()))
              .map(channel -> threads.submit(() -> test(channel, alert, threads)))
              .toList();
      List<Tested> done = new ArrayList<>();
      for (Future<Tested> one : running) {
        done.add(one.get());
      }
      return done;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("a test ended with a fault", e);
    } finally {
      testing.release();
    }
  }

  /**
   * Raises {@code alert}, which no rule did; of those with its id one is sent.
   *
   * @return the channels by which it goes; empty: there are none, or alerts are off
   * @throws IOException when it was not on the disk within some seconds
   */
  public List<String> raise(Alert alert) throws IOException {
    if (evaluator == null) {
      return List.of();
    }
    try {
      evaluator.raise(alert).get(KEPT_MS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException("the alert was not kept: " + ChannelRunner.reason(e), e);
    }
    return settings.channels().stream()
        .filter(channel -> alert.severity().compareTo(channel.least()) >= 0)
        .map(ChannelSettings::name)
        .toList();
  }

  private Tested test(ChannelSettings settings, Alert alert, ExecutorService threads)
      throws InterruptedException {
    long beganNs = System.nanoTime();
    boolean isSent = false;
    String answer;
    try (AlertChannel channel = settings.open().apply(node)) {
      Future<String> sending = threads.submit(() -> channel.send(alert));
      try {
        answer = sending.get(2L * settings.timeoutMs() + GRACE_MS, TimeUnit.MILLISECONDS);
        isSent = true;
      } catch (TimeoutException e) {
        channel.abort();
        answer = "no end of the attempt within " + 2L * settings.timeoutMs() + " ms";
      } catch (ExecutionException e) {
        answer = ChannelRunner.reason(e.getCause());
      }
    }
    return new Tested(
        settings.name(),
        settings.kind(),
        isSent,
        answer,
        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beganNs));
  }

  /** Shows what they do. */
  public void show(Metrics metrics) {
    String name = "cofre_controlplane_alert_channel_";
    metrics.family(name + "sent_total", "channel", values(ChannelRunner::sent));
    metrics.family(name + "failures_total", "channel", values(ChannelRunner::failures));
    metrics.family(name + "dropped_total", "channel", values(ChannelRunner::dropped));
    metrics.family(name + "queued", "channel", values(ChannelRunner::queued));
    metrics.family(name + "up", "channel", values(one -> one.isFailing() ? 0 : 1));
    metrics.family(
        "cofre_controlplane_alert_rule_forgotten_total",
        "rule",
        () -> evaluator == null ? Map.of() : evaluator.forgotten());
    metrics.family(
        "cofre_controlplane_alert_rule_errors_total",
        "rule",
        () -> evaluator == null ? Map.of() : evaluator.errors());
    metrics.family(
        "cofre_controlplane_alert_rule_capped_total",
        "rule",
        () -> evaluator == null ? Map.of() : evaluator.capped());
  }

  /** How many alerts were raised since the start. */
  public long raised() {
    return evaluator == null ? 0 : evaluator.raised();
  }

  /** How often the rules could not be evaluated since the start. */
  public long failures() {
    return evaluator == null ? 0 : evaluator.failures();
  }

  /** Whether the rules have seen the records of {@code origin} before {@code end}, or are off. */
  public boolean hasPassed(String origin, long end) {
    return evaluator == null || evaluator.hasPassed(origin, end);
  }

  /** How many archived records were not looked at yet. */
  public long lagEvents() {
    return evaluator == null ? 0 : evaluator.lagEvents();
  }

  /** Since when not all was looked at, milliseconds. */
  public long lagMs() {
    return evaluator == null ? 0 : evaluator.lagMs();
  }

  private Supplier<Map<String, Long>> values(ToLongFunction<ChannelRunner> value) {
    return () -> {
      Map<String, Long> values = new TreeMap<>();
      runners.forEach(one -> values.put(one.settings().name(), value.applyAsLong(one)));
      return values;
    };
  }

  /** What fails or is late, for health. */
  public List<String> degradations() {
    List<String> degradations = new ArrayList<>();
    if (evaluator != null && (evaluator.isFailing() || evaluator.lagMs() > LATE_MS)) {
      degradations.add("alert-rules");
    }
    if (evaluator != null && evaluator.forgotten().values().stream().anyMatch(count -> count > 0)) {
      degradations.add("alert-rules-forget");
    }
    if (evaluator != null && evaluator.wasReset()) {
      degradations.add("alert-state");
    }
    runners.stream()
        .filter(one -> one.isFailing() || one.hasDropped())
        .forEach(one -> degradations.add("alert-channel-" + one.settings().name()));
    return degradations;
  }

  /** Waits 5 s at most; what was not sent is sent after the next start. */
  @Override
  public void close() {
    runners.forEach(ChannelRunner::stop);
    long beganNs = System.nanoTime();
    // What is cut off may have arrived, and would be sent again.
    runners.forEach(one -> one.awaitEnd(beganNs + ATTEMPT_NS));
    runners.forEach(ChannelRunner::abort);
    long deadlineNs = beganNs + CLOSE_NS;
    runners.forEach(one -> one.awaitEnd(deadlineNs));
    if (evaluator != null) {
      // Last: it writes down what was sent.
      evaluator.stop();
      evaluator.awaitEnd(deadlineNs);
    }
  }
}
