package dev.cofre.client.credentials;

import dev.cofre.client.CofreException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Has a lease renewed, and another one made while it still works.
 *
 * <p>Those that were followed are known by name, 20 at most, and end by themselves, with this, or
 * when there are more.
 *
 * <p>Ends are counted from when the request was sent, by a clock that is never set. A lease that a
 * renewal would not give its whole life is followed by another one instead: so a credential that is
 * handed out has some two fifths of its life before it, as long as the control plane answers.
 */
final class LeaseKeeper implements Keeper {
  private static final System.Logger LOG = System.getLogger(LeaseKeeper.class.getName());
  private static final double LEAST = 0.45;
  private static final double MOST = 0.6;
  private static final int FORMER_MAX = 20;

  private final Calls calls;
  private final CredentialSource.Lease source;
  private final Times times;
  private final Deque<Former> former = new ArrayDeque<>();

  /** Of a request that may have been carried out unheard; null for none. */
  private String openKey;

  /** One that another one has followed; it works on until its end. */
  private record Former(String id, long endsNs) {}

  LeaseKeeper(Calls calls, CredentialSource.Lease source, Times times) {
    this.calls = calls;
    this.source = source;
    this.times = times;
  }

  @Override
  public Held step(Held held) {
    long nowNs = times.nowNs();
    former.removeIf(each -> each.endsNs - nowNs <= 0);
    if (held == null || !held.works(nowNs) || held.maxEndsNs() - nowNs < held.lifeNs()) {
      return issued(held);
    }
    try (SecretFields renewed = calls.renewLease(source, held.id())) {
      return held.until(renewed.instant("expiresAt"), nowNs);
    } catch (CofreException e) {
      if (!Issuing.isLost(e)) {
        throw e;
      }
      // Revoked, perhaps, or to end soon; who may not renew it (403) has it still.
      return issued(held);
    }
  }

  @Override
  public Held replace(Held held) {
    long nowNs = times.nowNs();
    former.removeIf(each -> each.endsNs - nowNs <= 0);
    if (former.size() >= FORMER_MAX) {
      throw new CofreException(
          CofreException.Kind.BUSY,
          FORMER_MAX + " credentials that were refused work still; no more are made");
    }
    return issued(held);
  }

  private Held issued(Held held) {
    try {
      return issuedOnce(held);
    } catch (CofreException e) {
      String made = Issuing.madeBefore(e).orElse(null);
      if (made == null) {
        throw e;
      }
      // Its password was in an answer that never came.
      revokeLost(made);
      openKey = null;
      return issuedOnce(held);
    }
  }

  private void revokeLost(String id) {
    try {
      calls.revokeLease(id);
    } catch (CofreException e) {
      if (!Issuing.isLost(e)) {
        throw e;
      }
      LOG.log(Level.DEBUG, "what a lost answer made is gone, or not ours to revoke", e);
    }
  }

  private Held issuedOnce(Held held) {
    String key = openKey != null ? openKey : Issuing.freshKey();
    openKey = key;
    long askedNs = times.nowNs();
    try (SecretFields answer = calls.issueLease(source, key)) {
      Held issued = held(answer, askedNs);
      openKey = null;
      follow(held, askedNs);
      return issued;
    } catch (CofreException e) {
      // What it made is revoked by its name before the key is forgotten.
      if (!Issuing.isOpen(e) && Issuing.madeBefore(e).isEmpty()) {
        openKey = null;
      }
      throw e;
    }
  }

  private static Held held(SecretFields answer, long askedNs) {
    Instant expiresAt = answer.instant("expiresAt");
    long lifeNs = Duration.between(answer.instant("issuedAt"), expiresAt).toNanos();
    long restNs = Duration.between(expiresAt, answer.instant("maxExpiresAt")).toNanos();
    return new Held(
        answer.text("id"),
        answer.text("userName"),
        answer.secret("password"),
        lifeNs,
        askedNs + lifeNs,
        askedNs + lifeNs + restNs,
        expiresAt);
  }

  private void follow(Held held, long nowNs) {
    if (held != null && held.works(nowNs)) {
      former.add(new Former(held.id(), held.endsNs()));
      if (former.size() > FORMER_MAX) {
        revoke(former.remove().id());
      }
    }
  }

  @Override
  public long dueNs(Held held) {
    return times.in(held.endsNs() - times.nowNs(), LEAST, MOST);
  }

  @Override
  public void end(Held held, long latestNs) {
    if (held != null && held.works(times.nowNs())) {
      revoke(held.id());
    }
    if (openKey != null && times.nowNs() - latestNs < 0) {
      endOpen();
    }
    for (Former each : former) {
      if (times.nowNs() - latestNs < 0) {
        revoke(each.id);
      }
    }
    former.clear();
  }

  /** The repetition is answered by its lease, or by the name of the one that was made before. */
  private void endOpen() {
    try {
      Held last = issuedOnce(null);
      last.wipe();
      revoke(last.id());
    } catch (CofreException e) {
      Issuing.madeBefore(e)
          .ifPresentOrElse(
              this::revoke,
              () ->
                  LOG.log(Level.DEBUG, "what a lost answer made, if anything, ends by itself", e));
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "what a lost answer made, if anything, ends by itself", e);
    }
  }

  private void revoke(String id) {
    try {
      calls.revokeLease(id);
    } catch (CofreException e) {
      LOG.log(
          // Who revoked it before is told that it has ended.
          Issuing.isLost(e) ? Level.DEBUG : Level.WARNING,
          "the lease {0} was not revoked ({1}); it ends by itself",
          id,
          e.reason());
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "the lease " + id + " was not revoked; it ends by itself", e);
    }
  }
}
