package dev.cofre.cli.agent;

import dev.cofre.cli.template.UnfitValueException;
import dev.cofre.client.CofreException;
import dev.cofre.client.credentials.Issuing;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Keeps one credential: renews its lease to the limit, then gets another one while it still works.
 *
 * <p>The ends that the control plane says are by its own clock. They are counted from the moment at
 * which the request was sent, by this machine's clock, so a difference of the two makes nothing
 * late. After a step of this machine's clock they are wrong until the next renewal, which a step
 * back makes due at once.
 */
final class LeaseKeeper implements Keeper {
  /** Renewed when half of its life is gone, so that as much is left for an outage. */
  private static final double LEAST = 0.45;

  private static final double MOST = 0.6;
  private static final int FORMER_MAX = 20;

  private final Source.Lease source;
  private final Attempts attempts;
  private Credential current;
  private final List<Former> former = new ArrayList<>();

  /** Of a request that may have been carried out unheard; null for none. */
  private String openKey;

  /**
   * A credential.
   *
   * @param life the longest that a renewal gives
   * @param ends by this machine's clock
   * @param expiresAt by the control plane's
   * @param maxExpiresAt by the control plane's
   */
  private record Credential(
      String id,
      String username,
      String password,
      Duration life,
      Instant ends,
      Instant expiresAt,
      Instant maxExpiresAt) {
    boolean isAtLimit() {
      return !maxExpiresAt.isAfter(expiresAt);
    }

    /** Renewed until {@code later}, asked for at {@code asked} by this machine's clock. */
    Credential until(Instant later, Instant asked) {
      Instant counted = ends.plus(Duration.between(expiresAt, later));
      Instant most = asked.plus(life);
      return with(counted.isAfter(most) ? most : counted, later);
    }

    /** Known to work no more. */
    Credential endedAt(Instant now) {
      return with(ends.isAfter(now) ? now : ends, expiresAt);
    }

    private Credential with(Instant end, Instant expiry) {
      return new Credential(id, username, password, life, end, expiry, maxExpiresAt);
    }

    @Override
    public String toString() {
      return "Credential[" + id + "]";
    }
  }

  /** A credential that another one has followed; it works on until its end. */
  private record Former(String id, Instant ends) {}

  LeaseKeeper(Source.Lease source, Attempts attempts) {
    this.source = source;
    this.attempts = attempts;
  }

  @Override
  public Set<String> sources() {
    return Set.of(source.name());
  }

  @Override
  public Attempts attempts() {
    return attempts;
  }

  @Override
  public boolean step(Vault vault) {
    former.removeIf(each -> !each.ends.isAfter(attempts.now()));
    if (!holds(source.name()) || current.isAtLimit()) {
      issue(vault);
      return true;
    }
    try {
      Instant asked = attempts.now();
      JsonObject renewed = vault.renewLease(current.id, renewal());
      current = current.until(renewed.getInstant("expiresAt"), asked);
      planNext();
      return false;
    } catch (CofreException e) {
      if (!Issuing.isLost(e)) {
        throw e;
      }
      // Revoked, perhaps: what replaces it is asked for at once. Who may not renew it any more
      // (403) has it still.
      if (e.status() != 403) {
        current = current.endedAt(attempts.now());
      }
      issue(vault);
      return true;
    }
  }

  private JsonObject renewal() {
    JsonObject wanted = new JsonObject();
    return source.ttlSeconds() == null ? wanted : wanted.put("ttlSeconds", source.ttlSeconds());
  }

  private void issue(Vault vault) {
    String key = openKey != null ? openKey : Issuing.freshKey();
    openKey = key;
    Instant asked = attempts.now();
    JsonObject issued;
    try {
      issued = vault.issueLease(source.wanted(), key);
    } catch (CofreException e) {
      String made = Issuing.madeBefore(e).orElse(null);
      if (made != null) {
        // Its password was in an answer that never came.
        vault.revokeLease(made);
      }
      if (!Issuing.isOpen(e)) {
        openKey = null;
      }
      throw e;
    }
    openKey = null;
    if (current != null && current.ends.isAfter(asked)) {
      former.add(new Former(current.id, current.ends));
      if (former.size() > FORMER_MAX) {
        former.removeFirst();
      }
    }
    Instant expiresAt = issued.getInstant("expiresAt");
    Duration life = Duration.between(issued.getInstant("issuedAt"), expiresAt);
    current =
        new Credential(
            issued.getString("id"),
            issued.getString("userName"),
            issued.getString("password"),
            life,
            asked.plus(life),
            expiresAt,
            issued.getInstant("maxExpiresAt"));
    planNext();
  }

  private void planNext() {
    attempts.succeeded(Duration.between(attempts.now(), current.ends), LEAST, MOST);
  }

  @Override
  public boolean holds(String name) {
    return current != null && current.ends.isAfter(attempts.now());
  }

  @Override
  public byte[] field(String name, String field) throws UnfitValueException {
    if (!holds(name)) {
      throw new UnfitValueException(name + " has no credential");
    }
    String value = field.equals("username") ? current.username : current.password;
    return value.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public JsonObject save(String name) {
    JsonObject saved = new JsonObject();
    JsonArray ended = new JsonArray();
    former.forEach(
        each -> ended.add(new JsonObject().put("id", each.id).put("ends", "" + each.ends)));
    saved.put("former", ended).put("openKey", openKey);
    if (current != null) {
      saved
          .put("id", current.id)
          .put("username", current.username)
          .put("password", current.password)
          .put("lifeSeconds", current.life.toSeconds())
          .put("ends", current.ends.toString())
          .put("expiresAt", current.expiresAt.toString())
          .put("maxExpiresAt", current.maxExpiresAt.toString())
          .put("due", attempts.due().toString())
          .put("seen", attempts.seen().toString());
    }
    return saved;
  }

  @Override
  public void restore(String name, JsonObject saved) {
    openKey = saved.getString("openKey");
    for (Object each : saved.getJsonArray("former")) {
      JsonObject json = (JsonObject) each;
      former.add(new Former(json.getString("id"), json.getInstant("ends")));
    }
    if (!saved.containsKey("id") || !saved.getInstant("ends").isAfter(attempts.now())) {
      return;
    }
    current =
        new Credential(
            saved.getString("id"),
            saved.getString("username"),
            saved.getString("password"),
            Duration.ofSeconds(saved.getLong("lifeSeconds")),
            saved.getInstant("ends"),
            saved.getInstant("expiresAt"),
            saved.getInstant("maxExpiresAt"));
    // A renewal at once shows whether it is still there; one at its limit has nothing to show it.
    if (current.isAtLimit()) {
      attempts.restore(saved.getInstant("due"), saved.getInstant("seen"));
    } else {
      attempts.dueAt(attempts.now());
    }
  }

  @Override
  public JsonObject status(String name) {
    JsonObject status =
        new JsonObject()
            .put("kind", "lease")
            .put("role", source.engine() + "/" + source.role())
            .put("former", former.size());
    if (current != null) {
      status
          .put("lease", current.id)
          .put("ends", current.ends.toString())
          .put("next", current.isAtLimit() ? "another credential" : "renewal")
          .put("nextAt", attempts.due().toString());
    }
    return attempts.trouble().isEmpty() ? status : status.put("trouble", attempts.trouble());
  }

  @Override
  public List<String> leases() {
    List<String> ids = new ArrayList<>(former.stream().map(Former::id).toList());
    if (current != null) {
      ids.add(current.id);
    }
    return ids;
  }

  @Override
  public void wipe() {
    current = null;
  }
}
