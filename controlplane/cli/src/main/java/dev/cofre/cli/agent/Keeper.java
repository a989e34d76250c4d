package dev.cofre.cli.agent;

import dev.cofre.cli.template.UnfitValueException;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Set;

/** Keeps what some sources give. Not thread-safe. */
interface Keeper {
  /** The sources' names. */
  Set<String> sources();

  /** When there is something to do, and how that goes. */
  Attempts attempts();

  /**
   * Does what is due.
   *
   * @return whether there are other values
   * @throws dev.cofre.client.CofreException when the control plane did not do its part; what is
   *     held stays
   */
  boolean step(Vault vault);

  /** Whether there is a value of {@code source} that has not ended. */
  boolean holds(String source);

  /**
   * A copy of a value for the caller to overwrite.
   *
   * @throws UnfitValueException when there is none
   */
  byte[] field(String source, String field) throws UnfitValueException;

  /** All that the next agent needs of {@code source}, secrets too; null for nothing. */
  JsonObject save(String source);

  /** Takes over what {@link #save} gave; it counts as long as it would have. */
  void restore(String source, JsonObject saved);

  /** How {@code source} is, without secrets. */
  JsonObject status(String source);

  /** The leases that are to be revoked at an end in order. */
  default List<String> leases() {
    return List.of();
  }

  /** Overwrites what it can of the values. */
  void wipe();
}
