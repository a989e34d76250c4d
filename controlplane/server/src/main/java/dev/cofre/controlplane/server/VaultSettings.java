package dev.cofre.controlplane.server;

import static dev.cofre.engine.config.Setting.Kind.NUMBER;
import static dev.cofre.engine.config.Setting.Kind.PATH;
import static dev.cofre.engine.config.Setting.Kind.TEXT;

import dev.cofre.controlplane.server.lease.Pace;
import dev.cofre.engine.config.ConfigException;
import dev.cofre.engine.config.Configuration;
import dev.cofre.engine.config.Setting;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Where the vault makes credentials. Immutable.
 *
 * @param targets the hosts that engines may be at
 * @param ca the certificates that vouch for them
 * @param removals the pace at which credentials are removed that have come to their end
 */
record VaultSettings(Set<String> targets, Optional<Path> ca, Pace removals) {
  private static final Setting TARGETS =
      Setting.optional(
          "vault.targets",
          TEXT,
          "the hosts at which secret engines may be, as HOST or HOST:PORT, with commas; without it, nowhere");
  private static final Setting CA_FILE =
      Setting.optional(
          "vault.caFile",
          PATH,
          "the certificates (PEM) that vouch for the servers of secret engines; without it, those of the Java runtime");

  private static final Setting REMOVAL_SHARE_PERCENT =
      Setting.withDefault(
          "vault.removalSharePercent",
          NUMBER,
          "10",
          "for how much of its time a task removes credentials that have come to their end, from 1 to 100; it rests in between");

  static final List<Setting> ALL = List.of(TARGETS, CA_FILE, REMOVAL_SHARE_PERCENT);

  static VaultSettings read(Configuration configuration) {
    return new VaultSettings(
        Arrays.stream(configuration.find(TARGETS).orElse("").split(","))
            .map(String::strip)
            .filter(name -> !name.isEmpty())
            .collect(Collectors.toUnmodifiableSet()),
        configuration.findPath(CA_FILE),
        removals(configuration));
  }

  private static Pace removals(Configuration configuration) {
    long share = configuration.number(REMOVAL_SHARE_PERCENT);
    if (share < 1 || share > Pace.SHARE_PERCENT_MAX) {
      throw new ConfigException(REMOVAL_SHARE_PERCENT.key() + " must be from 1 to 100");
    }
    return new Pace((int) share);
  }
}
