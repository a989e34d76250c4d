package dev.cofre.controlplane.server.dynamic;

import dev.cofre.controlplane.domain.EngineKind;
import dev.cofre.controlplane.domain.SecretEngineDraft;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where an engine's system is. Immutable.
 *
 * @param user who makes credentials there
 * @param tls whether the connection is encrypted and the server's name verified
 * @param ca the certificates that vouch for it; empty: those of the Java runtime
 */
public record Target(
    EngineKind kind,
    String host,
    int port,
    String database,
    String user,
    boolean tls,
    Optional<Path> ca) {
  /** Where {@code engine} is. */
  public static Target of(SecretEngineDraft engine, Optional<Path> ca) {
    return new Target(
        engine.kind(),
        engine.host(),
        engine.port(),
        engine.database(),
        engine.rootUser(),
        engine.tls(),
        ca);
  }

  /** The same for another user. */
  public Target as(String other) {
    return new Target(kind, host, port, database, other, tls, ca);
  }
}
