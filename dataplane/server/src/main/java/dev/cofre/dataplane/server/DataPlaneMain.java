package dev.cofre.dataplane.server;

import dev.cofre.engine.audit.AuditLog;
import dev.cofre.engine.process.PlaneProcess;
import java.util.function.UnaryOperator;

/** The data plane's main class: {@code ./cofre dataplane --config FILE}. */
public final class DataPlaneMain {
  private DataPlaneMain() {}

  /** Runs until SIGTERM. */
  public static void main(String[] args) {
    run(args, UnaryOperator.identity());
  }

  /**
   * The same, with something between requests and the node's audit log: for programs that measure a
   * node. No setting leads here; a node that is configured is audited.
   *
   * @param audited takes the node's log, and answers with what requests append to
   */
  public static void run(String[] args, UnaryOperator<AuditLog> audited) {
    new PlaneProcess(
            "dataplane",
            DataPlaneSettings.ALL,
            (configuration, checkOnly) -> DataPlane.start(configuration, checkOnly, audited))
        .main(args);
  }
}
