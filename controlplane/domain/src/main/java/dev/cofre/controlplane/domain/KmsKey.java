package dev.cofre.controlplane.domain;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A key that applications name, made of versions. Immutable: a change is another object.
 *
 * @param id never reused; stands in envelopes
 * @param currentVersion the number of the version that encrypts
 * @param versions by number, ascending
 * @param draft what was asked for when it was made
 */
public record KmsKey(
    UUID id,
    KeyDraft draft,
    KeyState state,
    int currentVersion,
    List<KeyVersion> versions,
    Stamp stamp) {

  /** Takes a copy of {@code versions}. */
  public KmsKey {
    versions = List.copyOf(versions);
  }

  /** The label of the token object that holds the KEK of version {@code number} of {@code id}. */
  public static String kekLabel(UUID id, int number) {
    return "kek-" + id + "-" + number;
  }

  /**
   * A label for the KEK of a further version, which no token object has: a store that was restored
   * from an older copy counts a version again whose KEK is still in the HSM, and that KEK is
   * neither to be used for another version nor to be destroyed.
   */
  public static String freshKekLabel(UUID id, int number) {
    return kekLabel(id, number) + "-" + UUID.randomUUID().toString().substring(0, 8);
  }

  /** The label of the token object that wraps the KEKs of a tenant at protection SOFTWARE. */
  public static String rootKekLabel(String tenant) {
    return "root-kek-" + tenant;
  }

  /** The name within the tenant. */
  public String alias() {
    return draft.alias();
  }

  /** The tenant. */
  public String tenant() {
    return draft.tenant();
  }

  /** The version that encrypts. */
  public KeyVersion current() {
    return version(currentVersion).orElseThrow();
  }

  /** The version with {@code number}. */
  public Optional<KeyVersion> version(int number) {
    return versions.stream().filter(version -> version.number() == number).findFirst();
  }

  /**
   * The key after {@code transition}; this one when it is there already.
   *
   * @throws IllegalMoveException when it is not allowed in the state that the key has
   */
  public KmsKey after(KeyTransition transition) {
    KeyState next = transition.from(state, "the key");
    return next.equals(state) ? this : in(next, transition.now(), transition.by());
  }

  /**
   * The key with its version {@code number} after {@code transition}; this one when that is there
   * already. A version cannot be activated or deactivated by itself: the current one encrypts, and
   * the others do not.
   *
   * @throws IllegalMoveException when it is not allowed in the state that the version has
   * @throws java.util.NoSuchElementException when there is no such version
   */
  public KmsKey after(int number, KeyTransition transition) {
    KeyVersion version = version(number).orElseThrow();
    KeyState next = transition.from(version.state(), "version " + number);
    return next.equals(version.state())
        ? this
        : withVersion(version.in(next)).stamped(transition.now(), transition.by());
  }

  /** The same key, changed by {@code by}. */
  public KmsKey stamped(Instant now, String by) {
    return new KmsKey(id, draft, state, currentVersion, versions, stamp.changed(now, by));
  }

  /** The same key, described by {@code changed}. */
  public KmsKey described(KeyDraft changed, Instant now, String by) {
    return new KmsKey(id, changed, state, currentVersion, versions, stamp.changed(now, by));
  }

  private KmsKey in(KeyState next, Instant now, String by) {
    return new KmsKey(id, draft, next, currentVersion, versions, stamp.changed(now, by));
  }

  /**
   * The same key when its destruction, or that of the version {@code number}, begins; nobody
   * changed it, so its stamp stays.
   */
  public KmsKey beginDestruction(int number, Instant now, String by) {
    KmsKey begun = this;
    for (KeyVersion version : versions) {
      boolean meant = number == Tombstone.WHOLE_KEY || number == version.number();
      if (meant && version.state().name() != KeyState.Name.DESTROYED) {
        begun = begun.withVersion(version.in(begun(version.state(), now, by)));
      }
    }
    KeyState next = number == Tombstone.WHOLE_KEY ? begun(state, now, by) : state;
    return new KmsKey(id, draft, next, currentVersion, begun.versions, stamp);
  }

  private static KeyState begun(KeyState state, Instant now, String by) {
    return state instanceof KeyState.DestructionScheduled scheduled
        ? scheduled.begin()
        : new KeyState.DestructionScheduled(now, by, now, state.name(), true);
  }

  /** The same key when what {@link #beginDestruction} began has ended. */
  public KmsKey endDestruction(int number, Instant now, String by) {
    KmsKey ended = this;
    for (KeyVersion version : versions) {
      boolean meant = number == Tombstone.WHOLE_KEY || number == version.number();
      if (meant && version.state().name() != KeyState.Name.DESTROYED) {
        ended = ended.withVersion(version.in(new KeyState.Destroyed(now)));
      }
    }
    KeyState next = number == Tombstone.WHOLE_KEY ? new KeyState.Destroyed(now) : state;
    return new KmsKey(id, draft, next, currentVersion, ended.versions, stamp.changed(now, by));
  }

  private KmsKey withVersion(KeyVersion changed) {
    List<KeyVersion> all =
        versions.stream()
            .map(version -> version.number() == changed.number() ? changed : version)
            .toList();
    return new KmsKey(id, draft, state, currentVersion, all, stamp);
  }

  /** The same key with {@code version}, which encrypts from now on. */
  public KmsKey with(KeyVersion version, Instant now, String by) {
    List<KeyVersion> more = new ArrayList<>(versions);
    more.add(version);
    return new KmsKey(id, draft, state, version.number(), more, stamp.changed(now, by));
  }
}
