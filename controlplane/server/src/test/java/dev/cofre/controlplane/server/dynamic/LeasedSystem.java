package dev.cofre.controlplane.server.dynamic;

import java.io.IOException;
import java.util.List;

/** A real system in which a control plane under test makes credentials. */
public interface LeasedSystem extends AutoCloseable {
  /** As documents call it. */
  String kind();

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
