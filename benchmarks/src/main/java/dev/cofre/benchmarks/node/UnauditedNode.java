package dev.cofre.benchmarks.node;

import dev.cofre.benchmarks.engine.NoAuditLog;
import dev.cofre.dataplane.server.DataPlaneMain;
import dev.cofre.dataplane.server.Instruments;

/**
 * A data plane node that logs no request: what auditing costs is told by the difference. Arguments
 * are those of {@code ./cofre dataplane}.
 */
public final class UnauditedNode {
  private UnauditedNode() {}

  /** Runs until SIGTERM. */
  public static void main(String[] args) {
    System.err.println("this node logs no request; it is for benchmarks alone");
    DataPlaneMain.run(args, Instruments.NONE.withAudit(log -> new NoAuditLog()));
  }
}
