package dev.cofre.dataplane.server;

import static dev.cofre.engine.config.Setting.Kind.NUMBER;

import dev.cofre.engine.config.ConfigException;
import dev.cofre.engine.config.Configuration;
import dev.cofre.engine.config.Setting;
import dev.cofre.engine.keys.KeyLimits;
import java.util.List;

/** The settings of how long and how much data keys are used. */
final class DataKeySettings {
  private static final Setting ENCRYPT_MS =
      limit("dataKey.encryptMs", KeyLimits.DEFAULT.encryptMs(), "how long a data key encrypts");
  private static final Setting ENCRYPT_REQUESTS_MAX =
      limit(
          "dataKey.encryptRequestsMax",
          KeyLimits.DEFAULT.encryptRequestsMax(),
          "how many requests a data key encrypts");
  private static final Setting ENCRYPT_BYTES_MAX =
      limit(
          "dataKey.encryptBytesMax",
          KeyLimits.DEFAULT.encryptBytesMax(),
          "how many plaintext bytes a data key encrypts");
  private static final Setting DECRYPT_MS =
      limit(
          "dataKey.decryptMs",
          KeyLimits.DEFAULT.decryptMs(),
          "how long an unwrapped data key is cached, at most");
  private static final Setting DECRYPT_ENTRIES_MAX =
      limit(
          "dataKey.decryptEntriesMax",
          KeyLimits.DEFAULT.decryptEntriesMax(),
          "how many unwrapped data keys are cached; each takes less than 300 bytes, of which 64 are locked into RAM");
  private static final Setting CALLER_TTL_MS =
      limit(
          "dataKey.callerTtlMs",
          KeyLimits.DEFAULT.callerTtlMs(),
          "how long a caller may use a data key that was handed out");

  /** All of them. */
  static final List<Setting> ALL =
      List.of(
          ENCRYPT_MS,
          ENCRYPT_REQUESTS_MAX,
          ENCRYPT_BYTES_MAX,
          DECRYPT_MS,
          DECRYPT_ENTRIES_MAX,
          CALLER_TTL_MS);

  private static final long ENTRIES_LIMIT = 10_000_000;

  private DataKeySettings() {}

  private static Setting limit(String key, long value, String description) {
    return Setting.withDefault(key, NUMBER, Long.toString(value), description);
  }

  /** What {@code configuration} says. */
  static KeyLimits read(Configuration configuration) {
    for (Setting setting : ALL) {
      if (configuration.number(setting) == 0) {
        throw new ConfigException(setting.key() + " must be at least 1");
      }
    }
    long entries = configuration.number(DECRYPT_ENTRIES_MAX);
    if (entries > ENTRIES_LIMIT) {
      throw new ConfigException(DECRYPT_ENTRIES_MAX.key() + " must be at most " + ENTRIES_LIMIT);
    }
    return new KeyLimits(
        configuration.number(ENCRYPT_MS),
        configuration.number(ENCRYPT_REQUESTS_MAX),
        configuration.number(ENCRYPT_BYTES_MAX),
        configuration.number(DECRYPT_MS),
        (int) entries,
        configuration.number(CALLER_TTL_MS));
  }
}
