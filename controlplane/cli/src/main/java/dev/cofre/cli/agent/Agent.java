package dev.cofre.cli.agent;

import dev.cofre.client.CofreException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Keeps files up to date with what the control plane gives: static secrets, credentials by lease,
 * certificates.
 *
 * <p>Concurrency: everything happens on the thread that calls {@link #run} or {@link #runOnce};
 * {@link #stop} and {@link #look} may be called on any.
 */
public final class Agent {
  /**
   * No wait is longer, so that a sleep of the machine or a step of the clock is noticed: after one
   * forwards more is due, after one backwards everything ({@link Attempts#isDue}).
   */
  private static final Duration SLICE = Duration.ofSeconds(5);

  private static final Duration STOP = Duration.ofSeconds(10);

  private final AgentConfig config;
  private final AgentFolder folder;
  private final Vault vault;
  private final Clock clock;
  private final Consumer<String> say;
  private final List<Keeper> keepers = new ArrayList<>();
  private final FileKeeping files;
  private final Actions actions;
  private final AgentCache cache;
  private final Semaphore wakes = new Semaphore(0);
  private final String startedAt;

  /** Of the control plane itself: while it is away, nobody asks it for anything. */
  private final Attempts plane;

  private volatile boolean stopping;
  private volatile boolean looking;
  private boolean once;
  private String told = "";
  private String statusTold = "";

  /**
   * An agent that has done nothing yet.
   *
   * @param folder stays the caller's
   * @param holder who asks which control plane: what another one has left is not taken over
   * @param say takes what the user is told, a line at a time; never a secret
   */
  public Agent(
      AgentConfig config,
      AgentFolder folder,
      String holder,
      Vault vault,
      Clock clock,
      Consumer<String> say) {
    this.config = config;
    this.folder = folder;
    this.vault = vault;
    this.clock = clock;
    this.say = say;
    startedAt = clock.instant().toString();
    plane = attempts();
    List<Source.Secret> secrets = new ArrayList<>();
    for (Source source : config.sources()) {
      switch (source) {
        case Source.Secret secret -> secrets.add(secret);
        case Source.Lease lease -> keepers.add(new LeaseKeeper(lease, attempts()));
        case Source.Certificate certificate ->
            keepers.add(new CertificateKeeper(certificate, attempts()));
      }
    }
    if (!secrets.isEmpty()) {
      keepers.add(new SecretsKeeper(secrets, config.interval(), config.cacheMax(), attempts()));
    }
    Set<OnChange> wanted = new LinkedHashSet<>();
    config.files().stream()
        .filter(file -> file.onChange() != null)
        .forEach(file -> wanted.add(file.onChange()));
    actions = new Actions(wanted, config, clock, say, wakes::release);
    files = new FileKeeping(config.files(), folder, say);
    cache = new AgentCache(config, folder, holder, files, say);
  }

  private Attempts attempts() {
    return new Attempts(clock, ThreadLocalRandom.current());
  }

  /** Has it end in order. */
  public void stop() {
    stopping = true;
    wakes.release();
  }

  /** Has it read everything now. */
  public void look() {
    looking = true;
    wakes.release();
  }

  /** Keeps the files until {@link #stop}, and leaves as the configuration says. */
  public void run() throws InterruptedException {
    start();
    while (!stopping) {
      if (looking) {
        looking = false;
        plane.dueAt(clock.instant());
        keepers.stream()
            .filter(SecretsKeeper.class::isInstance)
            .forEach(keeper -> keeper.attempts().dueAt(clock.instant()));
      }
      turn();
      await();
    }
    end();
  }

  /**
   * Writes all files once; they, the cache and the leases stay.
   *
   * @return what was in the way at the end of {@code patience}; empty when all is written
   */
  public String runOnce(Duration patience) throws InterruptedException {
    once = true;
    Instant end = clock.instant().plus(patience);
    start();
    turn();
    while (!files.areCurrent() && !stopping && clock.instant().isBefore(end)) {
      await();
      turn();
    }
    if (files.areCurrent()) {
      return "";
    }
    return told.isEmpty() ? "not all files are written" : told;
  }

  /** Whether the control plane was the reason that something is missing. */
  public boolean isPlaneAway() {
    return plane.failures() > 0;
  }

  private void start() {
    try {
      cache.restore(keepers, actions);
    } catch (IOException e) {
      say.accept("what the agent before has left cannot be read: " + e.getMessage());
    }
  }

  private void turn() {
    Set<String> changed = new LinkedHashSet<>();
    boolean asked = false;
    for (Keeper keeper : keepers) {
      if (keeper.attempts().isDue() && plane.isDue() && !stopping) {
        asked = true;
        if (step(keeper)) {
          changed.addAll(keeper.sources());
          // A kill within the next call must not lose it.
          save();
        }
      }
    }
    tell();
    if (asked) {
      save();
    }
    files.changed(changed);
    if (files.areStale() && files.write(this::value, this::ahead)) {
      save();
    }
    if (!once && actions.run()) {
      save();
    }
    status();
  }

  private boolean step(Keeper keeper) {
    Attempts attempts = keeper.attempts();
    try {
      boolean changed = keeper.step(vault);
      plane.succeeded(Duration.ZERO, 0, 1);
      return changed;
    } catch (CofreException e) {
      attempts.failed(e);
      if (e.kind() == CofreException.Kind.UNREACHABLE
          || e.kind() == CofreException.Kind.TIMED_OUT) {
        plane.failed(e);
      } else if (e.kind() == CofreException.Kind.REFUSED) {
        plane.succeeded(Duration.ZERO, 0, 1);
      }
    } catch (RuntimeException e) {
      // The edge of the loop: the files stay as they are in any case.
      attempts.refused("a fault of this program: " + e.getClass().getSimpleName());
    }
    return false;
  }

  private Keeper keeper(String source) {
    return keepers.stream()
        .filter(keeper -> keeper.sources().contains(source))
        .findFirst()
        .orElseThrow();
  }

  private byte[] value(String source, String field)
      throws dev.cofre.cli.template.UnfitValueException {
    return keeper(source).field(source, field);
  }

  /** What is to be done is known to the next agent before the file changes. */
  private void ahead(KeptFile file) {
    if (file.onChange() != null && !once) {
      actions.request(file.onChange());
      save();
    }
  }

  private void save() {
    try {
      cache.save(keepers, actions);
    } catch (IOException e) {
      say.accept("the cache cannot be written: " + e.getMessage());
    }
  }

  /** Says what is in the way when that is another thing than before. */
  private void tell() {
    List<String> troubles = new ArrayList<>();
    for (Keeper keeper : keepers) {
      if (!keeper.attempts().trouble().isEmpty()) {
        troubles.add(String.join(", ", keeper.sources()) + ": " + keeper.attempts().trouble());
      }
    }
    String now = String.join("; ", troubles);
    if (!now.equals(told)) {
      say.accept(
          now.isEmpty()
              ? "all sources are up to date again"
              : "goes on with what there is: " + now);
      told = now;
    }
  }

  private boolean isReady() {
    return !stopping
        && files.areCurrent()
        && config.sources().stream().allMatch(source -> keeper(source.name()).holds(source.name()));
  }

  private void status() {
    JsonArray sources = new JsonArray();
    for (Source source : config.sources()) {
      Keeper keeper = keeper(source.name());
      sources.add(
          new JsonObject()
              .put("name", source.name())
              .put("usable", keeper.holds(source.name()))
              .mergeIn(keeper.status(source.name())));
    }
    JsonObject status =
        new JsonObject()
            .put("ready", isReady())
            .put("pid", ProcessHandle.current().pid())
            .put("startedAt", startedAt)
            .put("controlPlane", plane.failures() == 0 ? "answers" : plane.trouble())
            .put("cache", folder.isInMemory() ? "tmpfs" : "none")
            .put("sources", sources)
            .put("files", files.status())
            .put("actions", actions.status());
    String text = status.encodePrettily();
    if (!text.equals(statusTold)) {
      try {
        folder.status(text, isReady());
        statusTold = text;
      } catch (IOException e) {
        say.accept("the status cannot be written: " + e.getMessage());
      }
    }
  }

  private void await() throws InterruptedException {
    Instant next = clock.instant().plus(SLICE);
    for (Keeper keeper : keepers) {
      next = earlier(next, later(keeper.attempts().due(), plane.due()));
    }
    next = earlier(next, actions.due().filter(due -> !once).orElse(next));
    long ms = Math.max(1, Duration.between(clock.instant(), next).toMillis());
    if (!stopping && !looking && wakes.tryAcquire(ms, TimeUnit.MILLISECONDS)) {
      wakes.drainPermits();
    }
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }

  private static Instant later(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }

  private void end() {
    actions.close();
    if (config.keepFiles()) {
      save();
      status();
    } else {
      files.remove();
      if (config.revokeOnStop()) {
        revoke();
      }
      try {
        folder.forget();
        folder.removeOwn();
      } catch (IOException e) {
        say.accept("the agent's own files may be left: " + e.getMessage());
      }
    }
    keepers.forEach(Keeper::wipe);
  }

  private void revoke() {
    Instant end = clock.instant().plus(STOP);
    for (Keeper keeper : keepers) {
      for (String lease : keeper.leases()) {
        try {
          if (!clock.instant().isBefore(end)) {
            say.accept("lease " + lease + " is not revoked: no time is left; it ends by itself");
            continue;
          }
          vault.revokeLease(lease);
        } catch (CofreException e) {
          say.accept("lease " + lease + " is not revoked: " + e.reason() + "; it ends by itself");
        }
      }
    }
  }
}
