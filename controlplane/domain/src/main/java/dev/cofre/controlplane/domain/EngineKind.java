package dev.cofre.controlplane.domain;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The kinds of systems that the vault makes credentials in. */
public enum EngineKind {
  POSTGRESQL(5_432),
  MARIADB(3_306),
  REDIS(6_379),
  /** Its management API over TLS, by which users are made. */
  RABBITMQ(15_671);

  private final int portDefault;

  EngineKind(int portDefault) {
    this.portDefault = portDefault;
  }

  /** The port of those that say none. */
  int portDefault() {
    return portDefault;
  }

  /** Whether its users have their rights in a database, which an engine names. */
  boolean hasDatabases() {
    return this == POSTGRESQL || this == MARIADB;
  }

  /** As it stands in documents. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The names of all. */
  public static List<String> wireNames() {
    return Arrays.stream(values()).map(EngineKind::wireName).toList();
  }

  /**
   * The kind named {@code wireName}.
   *
   * @throws IllegalArgumentException when there is none
   */
  public static EngineKind of(String wireName) {
    return valueOf(wireName.toUpperCase(Locale.ROOT));
  }
}
