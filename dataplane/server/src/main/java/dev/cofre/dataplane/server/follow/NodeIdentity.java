package dev.cofre.dataplane.server.follow;

import dev.cofre.contract.encoding.Hex;
import dev.cofre.contract.random.KernelRandom;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * What a node tells of itself with each question: its name, this process of it, the process before,
 * for how long it goes on without a fresh statement, and how long data keys live that it hands out.
 * Immutable.
 *
 * <p>Each process is an instance of its own, so that what one acknowledges never counts for
 * another, whatever their names. The one before is known by a file in the node's state directory:
 * the node's audit log has one process at a time, so it is dead.
 *
 * @param name the node's name, for people
 * @param instance this process: 32 hexadecimal digits, made at its start
 * @param replaced the process before on this state directory
 * @param leaseMs for how long the node goes on without a fresh statement
 * @param dataKeyMs how long a data key that is handed out lives, at most
 */
public record NodeIdentity(
    String name, String instance, Optional<String> replaced, long leaseMs, long dataKeyMs) {
  private static final int INSTANCE_BYTES = 16;
  private static final String FILE = "node-instance";

  /**
   * Begins an instance of the node whose state is in {@code directory}; called once the node's
   * audit log is open.
   *
   * @throws IOException when the file cannot be read or written
   */
  public static NodeIdentity begin(Path directory, String name, long leaseMs, long dataKeyMs)
      throws IOException {
    Files.createDirectories(directory);
    Path file = directory.resolve(FILE);
    Optional<String> before = Optional.empty();
    if (Files.exists(file)) {
      String text = Files.readString(file, StandardCharsets.UTF_8).strip();
      before = text.matches("[0-9a-f]{32}") ? Optional.of(text) : Optional.empty();
    }
    String instance = Hex.encode(KernelRandom.INSTANCE.bytes(INSTANCE_BYTES));
    Path partial = file.resolveSibling(FILE + ".partial");
    Files.writeString(partial, instance + "\n");
    Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
    return new NodeIdentity(name, instance, before, leaseMs, dataKeyMs);
  }

  /**
   * As a part of a query: all but what is in force.
   *
   * @param introduced whether the control plane knows of this process already
   */
  String query(boolean introduced) {
    return "node="
        + URLEncoder.encode(name, StandardCharsets.UTF_8)
        + "&instance="
        + instance
        + (introduced ? "" : replaced.map(before -> "&replaces=" + before).orElse(""))
        + "&leaseMs="
        + leaseMs
        + "&dataKeyMs="
        + dataKeyMs;
  }
}
