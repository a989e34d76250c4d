package dev.cofre.controlplane.server.investigate;

import dev.cofre.contract.audit.AuditEvent;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What happened in the time that is asked for, and in the time before. Bounded: see {@link Tally};
 * some tens of megabytes at most. Used by one thread.
 */
public final class Ledger {
  private static final int EXAMPLES_MAX = 20;

  /** A version of a key that was used, or of a secret that was read. */
  public record KeyVersion(String key, int version) {}

  /** What was refused or went wrong. */
  public record Failure(String outcome, String code, String action) {}

  /** An event that shows something, and the log that it is in. */
  public record Example(String shows, String log, AuditEvent event) {}

  private final Count all = new Count();
  private final Tally<String> principals = new Tally<>();
  private final Tally<String> addresses = new Tally<>();
  private final Tally<String> actions = new Tally<>();
  private final Tally<Failure> failures = new Tally<>();
  private final Tally<KeyVersion> keys = new Tally<>();
  private final Tally<KeyVersion> secrets = new Tally<>();
  private final Tally<String> dataKeys = new Tally<>();
  private final Tally<String> contextKeys = new Tally<>();
  private final Tally<String> contexts = new Tally<>();
  private final Tally<String> tenants = new Tally<>();
  private final Map<Failure, Example> failed = new LinkedHashMap<>();
  private final Map<String, Example> byPrincipal = new LinkedHashMap<>();
  private final Map<String, Example> byAddress = new LinkedHashMap<>();
  private final Rate rate;
  private final Rate baselineRate;
  private final boolean ofSecret;
  private long undigested;

  Ledger(Asked asked) {
    long lengthNs = asked.toNs() - asked.fromNs() + 1;
    this.ofSecret = asked.kind() == Asked.Kind.SECRET;
    this.rate = new Rate(asked.fromNs(), lengthNs);
    this.baselineRate = new Rate(asked.baselineFromNs(), lengthNs);
  }

  void add(String log, AuditEvent event) {
    Happened happened = new Happened(log, event, ofSecret);
    all.add(happened);
    rate.add(happened);
    actions.add(event.action(), happened);
    if (event.principal() != null) {
      principals.add(event.principal(), happened);
      example(byPrincipal, event.principal(), "by " + event.principal(), log, event);
    }
    if (event.address() != null) {
      addresses.add(event.address(), happened);
      example(byAddress, event.address(), "from " + event.address(), log, event);
    }
    if (!event.outcome().equals("allowed")) {
      Failure failure =
          new Failure(
              event.outcome(), Objects.requireNonNullElse(event.code(), "?"), event.action());
      failures.add(failure, happened);
      example(failed, failure, event.outcome() + " " + failure.code(), log, event);
    }
    if (happened.isRead()) {
      secrets.add(
          new KeyVersion(Objects.requireNonNullElse(event.key(), "?"), event.keyVersion()),
          happened);
    } else if (happened.isUse() || happened.bytes() > 0) {
      reached(event, happened);
    }
  }

  private void reached(AuditEvent event, Happened happened) {
    if (event.key() != null && event.keyVersion() > 0) {
      keys.add(new KeyVersion(event.key(), event.keyVersion()), happened);
    }
    if (event.dataKeyId() != null) {
      dataKeys.add(event.dataKeyId(), happened);
    }
    if (event.tenant() != null) {
      tenants.add(event.tenant(), happened);
    }
    event.contextKeys().forEach(name -> contextKeys.add(name, happened));
    if (event.contexts() != null && !event.contexts().isWithoutKey()) {
      event.contexts().contextTexts().forEach(digest -> contexts.add(digest, happened));
    } else if (!event.contextKeys().isEmpty()) {
      undigested++;
    }
  }

  private static <K> void example(
      Map<K, Example> examples, K of, String shows, String log, AuditEvent event) {
    if (examples.size() < EXAMPLES_MAX) {
      examples.putIfAbsent(of, new Example(shows, log, event));
    }
  }

  void addBefore(String log, AuditEvent event) {
    Happened happened = new Happened(log, event, ofSecret);
    baselineRate.add(happened);
    if (event.principal() != null) {
      principals.addBefore(event.principal(), happened);
    }
    if (event.address() != null) {
      addresses.addBefore(event.address(), happened);
    }
  }

  /** All of it together. */
  public Count all() {
    return all;
  }

  /** By whom; unauthenticated events are by nobody. */
  public Tally<String> principals() {
    return principals;
  }

  /** From where. */
  public Tally<String> addresses() {
    return addresses;
  }

  /** What. */
  public Tally<String> actions() {
    return actions;
  }

  /** What was refused or went wrong. */
  public Tally<Failure> failures() {
    return failures;
  }

  /** Which keys were used. */
  public Tally<KeyVersion> keys() {
    return keys;
  }

  /** Which versions of which secrets were read. */
  public Tally<KeyVersion> secrets() {
    return secrets;
  }

  /** Which data keys were used. */
  public Tally<String> dataKeys() {
    return dataKeys;
  }

  /** The keys of the contexts of what was processed. */
  public Tally<String> contextKeys() {
    return contextKeys;
  }

  /** The contexts of what was processed, by their digests: one context has one a year. */
  public Tally<String> contexts() {
    return contexts;
  }

  /** Whose principals processed something. */
  public Tally<String> tenants() {
    return tenants;
  }

  /** How many events of what was processed had a context that no digest tells. */
  public long undigested() {
    return undigested;
  }

  /** Over the time that is asked for. */
  public Rate rate() {
    return rate;
  }

  /** Over the time before. */
  public Rate baselineRate() {
    return baselineRate;
  }

  /** An event of each of the first principals, addresses and failures that were met, by time. */
  public List<Example> examples() {
    List<Example> examples = new ArrayList<>(failed.values());
    examples.addAll(byPrincipal.values());
    examples.addAll(byAddress.values());
    Map<AuditEvent, Example> once = new LinkedHashMap<>();
    examples.forEach(example -> once.merge(example.event(), example, Ledger::both));
    return once.values().stream()
        .sorted(Comparator.comparing(example -> example.event().time()))
        .toList();
  }

  private static Example both(Example one, Example other) {
    return new Example(one.shows() + ", " + other.shows(), one.log(), one.event());
  }
}
