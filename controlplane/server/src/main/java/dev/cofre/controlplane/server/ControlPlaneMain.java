package dev.cofre.controlplane.server;

import dev.cofre.engine.config.Configuration;
import dev.cofre.engine.config.HsmSettings;
import dev.cofre.engine.config.Setting;
import dev.cofre.engine.process.PlaneProcess;
import java.util.List;

/** {@code ./cofre controlplane --config FILE}. */
public final class ControlPlaneMain {
  private ControlPlaneMain() {}

  /** All settings of the control plane (docs/OPERATIONS.md). */
  public static List<Setting> settings() {
    return ControlPlaneSettings.ALL;
  }

  /** Runs until stopped; ends the process. */
  public static void main(String[] args) {
    new PlaneProcess("controlplane", ControlPlaneSettings.ALL, ControlPlaneMain::start).main(args);
  }

  private static PlaneProcess.Running start(Configuration configuration, boolean checkOnly)
      throws Exception {
    ControlPlaneSettings settings = ControlPlaneSettings.read(configuration);
    HsmSettings.hsmConfig(configuration);
    if (checkOnly) {
      return () -> {};
    }
    ControlPlane plane = ControlPlane.start(settings, HsmSettings.login(configuration));
    return plane::close;
  }
}
