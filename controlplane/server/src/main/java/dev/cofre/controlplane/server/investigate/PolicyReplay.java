package dev.cofre.controlplane.server.investigate;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.contract.audit.RecordFields.Field;
import dev.cofre.contract.audit.RecordFields.Value;
import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.controlplane.server.archive.Archive;
import dev.cofre.controlplane.server.archive.Walked;
import dev.cofre.controlplane.server.policy.AccessCheck;
import dev.cofre.engine.policy.Action;
import dev.cofre.engine.policy.AuthenticationStrength;
import dev.cofre.engine.policy.Decision;
import dev.cofre.engine.policy.Facts;
import dev.cofre.engine.policy.PastFacts;
import dev.cofre.engine.policy.Truth;
import dev.cofre.engine.snapshot.KeyMetadata;
import dev.cofre.engine.snapshot.PrincipalMetadata;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * Decides again what was really decided, by proposed policies and the evaluator of the data planes.
 * What an event does not tell is never guessed: the answer is then unknown, with the reason. Used
 * by one thread.
 */
public final class PolicyReplay {
  /** With {@code key_not_found}, what policies say no by; other refusals are of keys and quotas. */
  private static final String FORBIDDEN = "forbidden";

  private static final Set<String> DENIED_BY_POLICY = Set.of(FORBIDDEN, "key_not_found");
  private static final String INVALID_CIPHERTEXT = "invalid_ciphertext";

  /** What is asked with an envelope, whose key nobody is told of who may not see it. */
  private static final Set<String> HIDING =
      Set.of(Action.DECRYPT.text(), Action.UNWRAP_DATA_KEY.text());

  /** Decisions of so many principals, actions and keys are remembered. */
  private static final int REMEMBERED_MAX = 20_000;

  private final AccessCheck now;
  private final AccessCheck proposed;
  private final long nowMs;
  private final Map<Use, Both> decisions = new HashMap<>();
  private final Tally<Change> gains = new Tally<>();
  private final Tally<Change> losses = new Tally<>();
  private final Tally<Unknown> unknown = new Tally<>();
  private long judged;
  private long unchanged;
  private long untouched;
  private long others;
  private long strangers;

  /** Who did what with which key, by its alias where there is one. */
  public record Use(String principal, String action, String key) {}

  /** A use whose decision cannot be known, and why. */
  public record Unknown(Use use, String why) {}

  /**
   * A use that would be decided otherwise than it was.
   *
   * @param isSoAlready what is in force says so already: it was changed since then
   */
  public record Change(Use use, boolean isSoAlready) {}

  /**
   * What both say of a use.
   *
   * @param moves whether one of them speaks of re-encryption between environments to this key: both
   *     its halves are logged as what they are, a decrypt and an encrypt
   */
  private record Both(Decision now, Decision proposed, boolean moves) {}

  /** What an event tells of the decision. */
  private enum Told {
    ALLOWED,
    /** By a policy, as far as its code tells. */
    DENIED,
    /** The envelope was wrong, or a policy hid the key: both are answered alike. */
    CIPHERTEXT_OR_POLICY
  }

  /** By {@code proposed}, beside what is in force {@code now}. */
  public PolicyReplay(AccessCheck now, AccessCheck proposed) {
    this.now = now;
    this.proposed = proposed;
    this.nowMs = now.now().toEpochMilli();
  }

  /** Replays what {@code archive} holds of uses between two times, until {@code stop} says so. */
  public Walked run(Archive archive, long fromNs, long toNs, BooleanSupplier stop)
      throws IOException {
    List<Value> uses =
        Arrays.stream(Action.values())
            .filter(use -> use != Action.REENCRYPT) // its halves are logged as what they are
            .map(use -> Value.of(Field.ACTION, use.text()))
            .toList();
    return archive.walk(uses, fromNs, toNs, stop, this::take);
  }

  private void take(String log, AuditEvent event) {
    if (event.phase().equals("end") || event.principal() == null) {
      // A stream is decided at its begin; who is nobody was asked no policy.
      return;
    }
    Happened happened = new Happened(log, event);
    Told told = told(event);
    if (told == null) {
      others += happened.times();
      return;
    }
    PrincipalMetadata principal = now.state().principal(event.principal());
    if (principal != null && !principal.tenant().equals(now.tenant())) {
      return;
    }
    KeyMetadata key = event.key() == null ? null : now.key(event.key()).orElse(null);
    if (principal == null && !isOfTenant(key, event, told)) {
      strangers += happened.times();
      return;
    }
    Use use =
        new Use(
            event.principal(),
            event.action(),
            key == null ? String.valueOf(event.key()) : key.alias());
    judged += happened.times();
    boolean isSamePolicy = now.policy() == proposed.policy();
    if ((principal == null || key == null) && isSamePolicy) {
      untouched += happened.times();
    } else if (principal == null) {
      unknown.add(new Unknown(use, "the principal is gone"), happened);
    } else if (key == null) {
      unknown.add(
          new Unknown(
              use,
              event.key() == null
                  ? "a ciphertext or a policy refused it, and the event names no key"
                  : "there is no such key now"),
          happened);
    } else {
      judge(use, principal, key, happened, told);
    }
  }

  /** What {@code event} tells of a policy's decision; null: no policy decided. */
  private static Told told(AuditEvent event) {
    if (event.outcome().equals("allowed")) {
      return Told.ALLOWED;
    }
    if (event.outcome().equals("denied") && DENIED_BY_POLICY.contains(event.code())) {
      return Told.DENIED;
    }
    // Who may not see a key is told that the envelope is wrong, so that nobody learns of the key.
    return HIDING.contains(event.action()) && INVALID_CIPHERTEXT.equals(event.code())
        ? Told.CIPHERTEXT_OR_POLICY
        : null;
  }

  /**
   * Whether a principal that is gone was of this tenant: it used a key of it. What was refused may
   * have named a key of its own tenant by the same alias.
   */
  private static boolean isOfTenant(KeyMetadata key, AuditEvent event, Told told) {
    return told == Told.ALLOWED && key != null && key.id().toString().equals(event.key());
  }

  private void judge(
      Use use, PrincipalMetadata principal, KeyMetadata key, Happened happened, Told told) {
    if (decisions.size() >= REMEMBERED_MAX) {
      decisions.clear();
    }
    Both both = decisions.computeIfAbsent(use, ignored -> both(principal, use, key));
    boolean allowed = told == Told.ALLOWED;
    PastFacts facts = facts(happened.event(), !allowed);
    Truth truth = both.proposed().truth(facts);
    boolean isSame = both.now().isSameAs(both.proposed());
    if (truth == Truth.FALSE) {
      // Denied for sure, whatever else would have refused it.
      take(allowed ? losses : null, use, both, facts, happened);
    } else if (told == Told.CIPHERTEXT_OR_POLICY && isSame) {
      untouched += happened.times();
    } else if (told == Told.CIPHERTEXT_OR_POLICY) {
      unknown.add(new Unknown(use, "a ciphertext or a policy refused it"), happened);
    } else if (mayBeMove(both, facts, happened.event())) {
      unknown.add(
          new Unknown(
              use, "it may be half of a re-encryption between environments, which no event tells"),
          happened);
    } else if (truth == Truth.UNKNOWN && isSame) {
      untouched += happened.times();
    } else if (truth == Truth.UNKNOWN) {
      unknown.add(
          new Unknown(
              use, "it depends on the context's values, or on a rate, which no event tells"),
          happened);
    } else {
      take(allowed ? null : gains, use, both, facts, happened);
    }
  }

  private Both both(PrincipalMetadata principal, Use use, KeyMetadata key) {
    Action action = Action.of(use.action());
    return new Both(
        now.policy().decide(principal, action, key, nowMs),
        proposed.policy().decide(principal, action, key, nowMs),
        now.policy().speaksOfMoves(principal, key, nowMs)
            || proposed.policy().speaksOfMoves(principal, key, nowMs));
  }

  /**
   * Whether {@code event} may be the half of a re-encryption that encrypts in another environment,
   * which asks for more than to encrypt: a policy speaks of that, or what is in force allows the
   * encryption that was forbidden.
   */
  private static boolean mayBeMove(Both both, PastFacts facts, AuditEvent event) {
    return event.action().equals(Action.ENCRYPT.text())
        && (both.moves()
            || (FORBIDDEN.equals(event.code()) && both.now().truth(facts) != Truth.FALSE));
  }

  /** Counts a decision that is known; {@code changes} is null when it would be as it was. */
  private void take(Tally<Change> changes, Use use, Both both, PastFacts facts, Happened happened) {
    if (changes == null) {
      unchanged += happened.times();
    } else {
      boolean isSoAlready = both.now().truth(facts) == both.proposed().truth(facts);
      changes.add(new Change(use, isSoAlready), happened);
    }
  }

  /**
   * What an event tells. Of several items it names the keys of all contexts together, and of what
   * was denied none: then they are not known.
   */
  private static PastFacts facts(AuditEvent event, boolean denied) {
    Instant time = event.time();
    Facts facts =
        Facts.of(
            EncryptionContext.EMPTY,
            event.address() == null ? "" : event.address(),
            AuthenticationStrength.of(event.authentication()),
            time.toEpochMilli());
    return new PastFacts(
        facts,
        denied || event.items() > 1
            ? Optional.empty()
            : Optional.of(Set.copyOf(event.contextKeys())));
  }

  /** What was denied and would be allowed. */
  public Tally<Change> gains() {
    return gains;
  }

  /** What was allowed and would be denied. */
  public Tally<Change> losses() {
    return losses;
  }

  /** What cannot be known. */
  public Tally<Unknown> unknown() {
    return unknown;
  }

  /** Events that policies decided. */
  public long judged() {
    return judged;
  }

  /**
   * Of them, those that depend on what no event tells, but on the very statements that are in force
   * now: the proposal does not touch them.
   */
  public long untouched() {
    return untouched;
  }

  /** Of them, those that would be decided as they were. */
  public long unchanged() {
    return unchanged;
  }

  /**
   * Refused or hidden attempts of principals that are gone, whose tenant nobody knows any more:
   * they are not judged.
   */
  public long strangers() {
    return strangers;
  }

  /** Events that were refused by something else than a policy. */
  public long others() {
    return others;
  }
}
