package dev.cofre.controlplane.server.dev;

import dev.cofre.hsm.SecretFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;

/** The folders and files of a development home, $COFRE_HOME. Immutable. */
public final class DevHome {
  private static final int PORT_BASE_DEFAULT = 8440;
  private static final int PORT_BASE_MAX = 65_530;

  private final Path root;
  private final int portBase;

  private DevHome(Path root, int portBase) {
    this.root = root;
    this.portBase = portBase;
  }

  /**
   * The home that the environment names.
   *
   * @param projectRoot holds {@code .cofre}, the home when COFRE_HOME is not set
   * @throws DevException when COFRE_PORT_BASE is no port
   */
  public static DevHome of(Map<String, String> environment, Path projectRoot) {
    String home = environment.getOrDefault("COFRE_HOME", "");
    Path root = home.isEmpty() ? projectRoot.resolve(".cofre") : Path.of(home);
    return new DevHome(
        root.toAbsolutePath().normalize(), portBase(environment.get("COFRE_PORT_BASE")));
  }

  private static int portBase(String text) {
    if (text == null || text.isEmpty()) {
      return PORT_BASE_DEFAULT;
    }
    if (!text.matches("[0-9]{1,5}")
        || Integer.parseInt(text) < 1
        || Integer.parseInt(text) > PORT_BASE_MAX) {
      throw new DevException("COFRE_PORT_BASE must be a port from 1 to " + PORT_BASE_MAX);
    }
    return Integer.parseInt(text);
  }

  /** Makes the folders, each for the owner alone. */
  void makeDirectories() throws IOException {
    for (Path directory : directories()) {
      SecretFiles.createDirectory(directory);
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    }
  }

  /** The home and its folders. */
  public List<Path> directories() {
    return List.of(root, hsm(), dev(), store(), audit(), log(), run(), state(), alerts());
  }

  /** $COFRE_HOME. */
  public Path root() {
    return root;
  }

  /** The data plane's port. */
  public int dataPort() {
    return portBase;
  }

  /** The control plane's port. */
  public int controlPort() {
    return portBase + 1;
  }

  /** The data plane's port for frames. */
  int framePort() {
    return portBase + 2;
  }

  /** The data plane's Unix socket for frames. */
  Path frameSocket() {
    return run().resolve("dataplane.sock");
  }

  Path hsm() {
    return root.resolve("hsm");
  }

  Path dev() {
    return root.resolve("dev");
  }

  Path store() {
    return root.resolve("store");
  }

  /** The database, as H2 is told it. */
  Path database() {
    return store().resolve("controlplane");
  }

  /** Whether a control plane ever stored anything here. */
  boolean hasStored() {
    return Files.exists(store().resolve("controlplane.mv.db"));
  }

  Path audit() {
    return root.resolve("audit");
  }

  Path log() {
    return root.resolve("log");
  }

  Path run() {
    return root.resolve("run");
  }

  /** Channels and own rules of alerts. */
  Path alerts() {
    return root.resolve("alerts");
  }

  Path state() {
    return root.resolve("state");
  }

  /** SoftHSM2's configuration. */
  public Path softHsmConf() {
    return hsm().resolve("softhsm2.conf");
  }

  /** The folder of SoftHSM2's tokens, which is there when the token is complete. */
  public Path tokens() {
    return hsm().resolve("tokens");
  }

  /** The token's PIN. */
  public Path pin() {
    return hsm().resolve("pin");
  }

  Path configuration(String plane) {
    return dev().resolve(plane + ".conf");
  }

  Path logFile(String plane) {
    return log().resolve(plane + ".log");
  }

  Path pidFile(String plane) {
    return run().resolve(plane + ".pid");
  }

  Path lockFile() {
    return run().resolve("dev.lock");
  }

  /** The file with the bearer token of {@code principal}. */
  Path token(String principal) {
    return dev().resolve(principal + ".token");
  }
}
