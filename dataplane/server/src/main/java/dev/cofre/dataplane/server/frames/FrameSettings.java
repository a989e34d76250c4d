package dev.cofre.dataplane.server.frames;

import static dev.cofre.engine.config.Setting.Kind.NUMBER;
import static dev.cofre.engine.config.Setting.Kind.PATH;

import dev.cofre.engine.config.ConfigException;
import dev.cofre.engine.config.Configuration;
import dev.cofre.engine.config.Setting;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Where frames are listened for, and the limits. Immutable.
 *
 * @param port the TCP port, on {@code http.host} and with its TLS; absent: not over TCP
 * @param socket the Unix socket; absent: none
 * @param connectionsMax how many connections may be open at once
 * @param queueDelayMaxMs how long a request may have waited before it is refused
 */
public record FrameSettings(
    Optional<Integer> port, Optional<Path> socket, int connectionsMax, long queueDelayMaxMs) {
  /** The longest path that the system takes for a socket (sockaddr_un). */
  public static final int SOCKET_PATH_BYTES_MAX = 107;

  private static final Setting PORT =
      Setting.optional(
          "frames.port", NUMBER, "the port for frames, with the TLS of http.port; absent: none");
  private static final Setting SOCKET =
      Setting.optional("frames.socket", PATH, "the Unix socket for frames; absent: none");
  private static final Setting CONNECTIONS_MAX =
      Setting.withDefault(
          "frames.connectionsMax", NUMBER, "10000", "connections of frames that are open at once");
  private static final Setting QUEUE_DELAY_MS_MAX =
      Setting.withDefault(
          "frames.queueDelayMaxMs",
          NUMBER,
          "50",
          "how long a frame may have waited for its event loop before it is refused as overloaded");

  /** All of them. */
  public static final List<Setting> ALL =
      List.of(PORT, SOCKET, CONNECTIONS_MAX, QUEUE_DELAY_MS_MAX);

  /**
   * Reads and checks them.
   *
   * @throws ConfigException when they cannot be so
   */
  public static FrameSettings read(Configuration configuration) {
    Optional<Integer> port =
        configuration.find(PORT).map(text -> Math.toIntExact(configuration.number(PORT)));
    if (port.isPresent() && port.get() > 65_535) {
      throw new ConfigException("frames.port must be at most 65535");
    }
    Optional<Path> socket = configuration.findPath(SOCKET);
    socket.ifPresent(FrameSettings::requireShort);
    long connections = configuration.number(CONNECTIONS_MAX);
    long delayMs = configuration.number(QUEUE_DELAY_MS_MAX);
    if (connections < 1 || connections > 1_000_000 || delayMs < 1 || delayMs > 60_000) {
      throw new ConfigException(
          "frames.connectionsMax must be 1 to 1000000, frames.queueDelayMaxMs 1 to 60000");
    }
    return new FrameSettings(port, socket, (int) connections, delayMs);
  }

  private static void requireShort(Path socket) {
    int length = socket.toAbsolutePath().toString().getBytes(StandardCharsets.UTF_8).length;
    if (length > SOCKET_PATH_BYTES_MAX) {
      throw new ConfigException(
          "frames.socket: a socket's path has at most "
              + SOCKET_PATH_BYTES_MAX
              + " bytes, this has "
              + length);
    }
  }

  /** Whether there is anything to listen on. */
  public boolean isOpen() {
    return port.isPresent() || socket.isPresent();
  }
}
