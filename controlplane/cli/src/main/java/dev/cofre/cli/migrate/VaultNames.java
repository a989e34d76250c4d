package dev.cofre.cli.migrate;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The files that name Vault's secrets. Not thread-safe.
 *
 * <p>Files of one name are versions of one secret only when they stand in one folder and each says
 * which version it is: two secrets would become one else.
 */
final class VaultNames {
  private final Map<String, Given> byName = new HashMap<>();

  private record Given(Path file, boolean hasNumber) {
    Path folder() {
      return file.toAbsolutePath().normalize().getParent();
    }
  }

  /**
   * Takes {@code file} as one of the secret {@code name}.
   *
   * @param hasNumber whether its name says the version
   * @return why it cannot be that; empty when it can
   */
  Optional<String> add(String name, Path file, boolean hasNumber) {
    Given given = new Given(file, hasNumber);
    Given first = byName.putIfAbsent(name, given);
    if (first == null) {
      return Optional.empty();
    }
    if (!first.folder().equals(given.folder())) {
      return Optional.of(
          "has the name of "
              + first.file
              + ", which is in another folder: are they one secret? Import each folder by itself,"
              + " with another --prefix");
    }
    return first.hasNumber && hasNumber
        ? Optional.empty()
        : Optional.of(
            "is of the same secret as "
                + first.file
                + ": of several versions, each is to be called NAME.vN.json");
  }
}
