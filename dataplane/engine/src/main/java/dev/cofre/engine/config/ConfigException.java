package dev.cofre.engine.config;

import java.util.List;

/**
 * A configuration that cannot be used. The message names each thing that is wrong, with its line.
 */
public final class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ConfigException(String file, List<String> problems) {
    super(file + ": " + String.join("; ", problems));
  }

  /** One problem. */
  public ConfigException(String message) {
    super(message);
  }
}
