package dev.cofre.dataplane.server;

import dev.cofre.engine.process.PlaneProcess;

/** The data plane's main class: {@code ./cofre dataplane --config FILE}. */
public final class DataPlaneMain {
  private DataPlaneMain() {}

  /** Runs until SIGTERM. */
  public static void main(String[] args) {
    run(args, Instruments.NONE);
  }

  /**
   * The same with {@code instruments}: for programs that measure a node. No setting leads here; a
   * node that is configured has none.
   */
  public static void run(String[] args, Instruments instruments) {
    new PlaneProcess(
            "dataplane",
            DataPlaneSettings.ALL,
            (configuration, checkOnly) -> DataPlane.start(configuration, checkOnly, instruments))
        .main(args);
  }
}
