package dev.cofre.controlplane.domain;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
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

  /** The name within the tenant. */
  public String alias() {
    return draft.alias();
  }

  /** The tenant. */
  public String tenant() {
    return draft.tenant();
  }

  /** The same key in {@code next}. */
  public KmsKey in(KeyState next, Instant now, String by) {
    return new KmsKey(id, draft, next, currentVersion, versions, stamp.changed(now, by));
  }

  /** The same key with {@code version}, which encrypts from now on. */
  public KmsKey with(KeyVersion version, Instant now, String by) {
    List<KeyVersion> more = new ArrayList<>(versions);
    more.add(version);
    return new KmsKey(id, draft, state, version.number(), more, stamp.changed(now, by));
  }
}
