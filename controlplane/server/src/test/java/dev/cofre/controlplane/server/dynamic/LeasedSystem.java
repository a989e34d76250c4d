package dev.cofre.controlplane.server.dynamic;

import dev.cofre.controlplane.domain.EngineKind;
import java.io.IOException;
import java.util.List;

/**
 * A real system in which a control plane under test makes credentials. It asks for passwords, has a
 * root user of the vault's, and a test can stop and start it again.
 */
public interface LeasedSystem extends AutoCloseable {
  /** Who makes credentials there. */
  String ROOT = "vault_root";

  /** The root user's password that a person knows. */
  String ROOT_PASSWORD = "known-to-a-person";

  /** The kind of system. */
  EngineKind kind();

  /** Where it listens on this machine. */
  int port();

  /** Whether {@code user} can log in. */
  boolean takes(String user, String password);

  /** The users that the vault made. */
  List<String> users() throws Exception;

  /** Starts it again, with what it held. */
  void start() throws IOException;

  /** Takes it away. */
  void stop() throws IOException;

  @Override
  void close() throws IOException;
}
