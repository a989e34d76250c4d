package dev.cofre.dataplane.server;

import dev.cofre.engine.process.PlaneProcess;

/** The data plane's main class: {@code ./cofre dataplane --config FILE}. */
public final class DataPlaneMain {
  private DataPlaneMain() {}

  /** Runs until SIGTERM. */
  public static void main(String[] args) {
    new PlaneProcess("dataplane", DataPlaneSettings.ALL, DataPlane::start).main(args);
  }
}
