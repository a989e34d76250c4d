package dev.cofre.controlplane.server;

import dev.cofre.contract.random.KernelRandom;
import dev.cofre.engine.config.ConfigException;
import dev.cofre.engine.config.Configuration;
import dev.cofre.engine.config.HsmSettings;
import dev.cofre.engine.config.Setting;
import dev.cofre.engine.process.PlaneProcess;
import dev.cofre.hsm.Cryptoki;
import dev.cofre.hsm.HsmConfig;
import dev.cofre.hsm.HsmException;
import dev.cofre.hsm.Pin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * {@code ./cofre hsm init --config FILE}: makes the token that a configuration names, so that no
 * PIN ever stands on a command line.
 */
public final class HsmInitMain {
  private HsmInitMain() {}

  /** Makes it; ends the process. */
  public static void main(String[] args) {
    if (args.length != 2 || !args[0].equals("--config")) {
      System.err.println("usage: ./cofre hsm init --config FILE");
      System.exit(PlaneProcess.USAGE);
    }
    try {
      System.out.println(run(Path.of(args[1])));
    } catch (ConfigException e) {
      System.err.println("cofre hsm init: " + e.getMessage());
      System.exit(PlaneProcess.USAGE);
    } catch (HsmException | IOException e) {
      System.err.println("cofre hsm init: " + e.getMessage());
      System.exit(PlaneProcess.FAILED);
    }
  }

  /** Makes the token of the configuration {@code file}; returns what to tell about it. */
  static String run(Path file) throws IOException {
    List<Setting> settings = new ArrayList<>(ControlPlaneSettings.ALL);
    settings.add(PlaneProcess.PLANE);
    Configuration configuration = Configuration.read(file, settings);
    HsmConfig hsm = HsmSettings.hsmConfig(configuration);
    if (hsm.slot().isPresent()) {
      throw new ConfigException(
          "hsm.slot is set, and this makes a token in the first free slot: take hsm.slot out, or initialise that slot with the vendor's tool");
    }
    Cryptoki module = Cryptoki.load(hsm);
    if (module.hasToken(hsm.tokenLabel())) {
      throw new IOException(
          "there is a token with the label "
              + hsm.tokenLabel()
              + " already; it is left as it is (another one: change hsm.tokenLabel)");
    }
    Optional<Path> pinFile = HsmSettings.pinFile(configuration);
    if (pinFile.isPresent() && !Files.exists(pinFile.get())) {
      try (Pin fresh = Pin.generate(KernelRandom.INSTANCE)) {
        fresh.write(pinFile.get());
      }
    }
    try (Pin officer = Pin.generate(KernelRandom.INSTANCE);
        Pin user = HsmSettings.pin(configuration)) {
      module.initializeToken(hsm.tokenLabel(), officer, user);
    }
    return "the token "
        + hsm.tokenLabel()
        + " is made; "
        + pinFile.map(path -> "keep a copy of its PIN, " + path + ", ").orElse("keep its PIN ")
        + "in a safe place: without it all keys in the token are lost";
  }
}
