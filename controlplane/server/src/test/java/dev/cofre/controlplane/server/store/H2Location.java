package dev.cofre.controlplane.server.store;

import java.nio.file.Path;
import java.time.Clock;

/** A store of H2 in a directory of a test. */
public final class H2Location {
  private H2Location() {}

  /** Where the store in {@code directory} is. */
  public static StoreLocation in(Path directory) {
    return new StoreLocation("jdbc:h2:file:" + directory.resolve("store"), "cofre", "");
  }

  /** Opens the store in {@code directory}, made if there is none. */
  public static Store open(Path directory) {
    return Store.open(in(directory), Clock.systemUTC());
  }
}
