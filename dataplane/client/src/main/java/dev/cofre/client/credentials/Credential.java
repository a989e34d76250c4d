package dev.cofre.client.credentials;

import java.util.Arrays;

/**
 * A user name and a password that log in at a system, as they were when they were asked for: a copy
 * of the caller's own, whose password {@link #close} overwrites. Not thread-safe.
 */
public final class Credential implements AutoCloseable {
  private final long generation;
  private final String id;
  private final String username;
  private final char[] password;

  Credential(long generation, String id, String username, char[] password) {
    this.generation = generation;
    this.id = id;
    this.username = username;
    this.password = password;
  }

  long generation() {
    return generation;
  }

  /** The id of its lease, or name and version of its secret; no secret itself. */
  public String id() {
    return id;
  }

  /** Whom it logs in. */
  public String username() {
    return username;
  }

  /** The password: not a copy, so it is zeros after {@link #close}. */
  public char[] password() {
    return password;
  }

  /** Whether {@code other} is of the same provider's same credential, renewed perhaps. */
  public boolean isSame(Credential other) {
    return generation == other.generation;
  }

  /** Overwrites the password. */
  @Override
  public void close() {
    Arrays.fill(password, '\0');
  }

  /** Names it; never the password. */
  @Override
  public String toString() {
    return "Credential[" + id + "]";
  }
}
