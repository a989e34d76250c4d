package dev.cofre.benchmarks.node;

import dev.cofre.dataplane.server.DataPlaneMain;
import dev.cofre.dataplane.server.Instruments;
import java.nio.file.Path;

/**
 * A data plane node whose HSM can be slowed while it is loaded: {@code ./cofre dev --slowable-hsm}.
 * The HSM is the configured one; each of its calls waits first, as long as {@link HsmDelay} says.
 * Arguments are those of {@code ./cofre dataplane}.
 */
public final class SlowableNode {
  private static final int WRONG_USAGE = 2;

  private SlowableNode() {}

  /** Runs until SIGTERM. */
  public static void main(String[] args) {
    String home = System.getenv("COFRE_HOME");
    if (home == null || home.isEmpty()) {
      System.err.println("this node is started by ./cofre dev --slowable-hsm");
      System.exit(WRONG_USAGE);
    }
    System.err.println("the HSM of this node can be slowed; it is for load tests alone");
    Path file = HsmDelay.file(Path.of(home), ProcessHandle.current().pid());
    DataPlaneMain.run(
        args, Instruments.NONE.withHsm(token -> DelayedHsm.of(token, HsmDelay.watch(file))));
  }
}
