package dev.cofre.cli;

import java.util.Map;

/** Finds a plane: the option, then the environment, then this machine's ports. */
final class PlaneAddress {
  private static final int PORT_BASE = 8440;

  private PlaneAddress() {}

  static String data(String option, Map<String, String> environment) {
    return find(option, "COFRE_DATA_URL", 0, environment);
  }

  static String control(String option, Map<String, String> environment) {
    return find(option, "COFRE_CONTROL_URL", 1, environment);
  }

  private static String find(
      String option, String variable, int portOffset, Map<String, String> environment) {
    if (option != null) {
      return option;
    }
    String value = environment.get(variable);
    return value != null && !value.isEmpty()
        ? value
        : "http://127.0.0.1:" + (portBase(environment) + portOffset);
  }

  private static int portBase(Map<String, String> environment) {
    String value = environment.getOrDefault("COFRE_PORT_BASE", Integer.toString(PORT_BASE));
    if (!value.matches("\\d{1,5}") || Integer.parseInt(value) > 65_530) {
      throw new CliException(
          ExitCodes.USAGE, "COFRE_PORT_BASE must be a port number up to 65530, not " + value);
    }
    return Integer.parseInt(value);
  }
}
