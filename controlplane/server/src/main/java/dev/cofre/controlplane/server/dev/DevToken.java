package dev.cofre.controlplane.server.dev;

import dev.cofre.contract.random.KernelRandom;
import dev.cofre.hsm.Cryptoki;
import dev.cofre.hsm.HsmException;
import dev.cofre.hsm.Pin;
import dev.cofre.hsm.SecretFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;

/**
 * The SoftHSM2 token of a development home.
 *
 * <p>It is made in a folder of its own, by a short process that SoftHSM2 lets begin with another
 * configuration, and moved into its place when it is complete: a token that is there is whole.
 */
public final class DevToken {
  /** The PKCS#11 module. */
  public static final Path LIBRARY = Path.of("/usr/lib/softhsm/libsofthsm2.so");

  /** The token's label. */
  public static final String LABEL = "cofre-dev";

  private DevToken() {}

  /** Makes the token unless it is there. */
  static void ensure(DevHome home, JavaCommand java) throws IOException, InterruptedException {
    writeConfiguration(home.softHsmConf(), home.tokens());
    if (Files.isDirectory(home.tokens())) {
      if (!Files.isReadable(home.pin())) {
        throw new DevException(
            "the token in "
                + home.hsm()
                + " is there but its PIN file "
                + home.pin()
                + " is not: bring the file back, or move "
                + home.root()
                + " away to begin anew (its keys are lost then)");
      }
      return;
    }
    if (home.hasStored()) {
      throw new DevException(
          "the token's folder "
              + home.tokens()
              + " is missing, and with it the keys of all that was stored: put it back, or remove "
              + home.root()
              + " to start anew");
    }
    make(home, java);
  }

  /** Nothing was stored yet: what a kill left of an earlier making is of no use to anybody. */
  private static void make(DevHome home, JavaCommand java)
      throws IOException, InterruptedException {
    if (!Files.isReadable(LIBRARY)) {
      throw new DevException(
          "SoftHSM2 is not installed (no " + LIBRARY + "); run: apt-get install softhsm2");
    }
    Path unfinished = home.hsm().resolve("tokens.new");
    Path conf = home.hsm().resolve("softhsm2.new.conf");
    deleteRecursively(unfinished);
    Files.createDirectory(unfinished);
    writeConfiguration(conf, unfinished);
    Path newPin = home.hsm().resolve("pin.new");
    Files.deleteIfExists(newPin);
    try (Pin pin = Pin.generate(KernelRandom.INSTANCE)) {
      pin.write(newPin);
    }
    initialize(java, newPin, conf);
    // The PIN first: a token that is there has its PIN.
    Files.move(newPin, home.pin(), StandardCopyOption.ATOMIC_MOVE);
    SecretFiles.syncDirectory(home.hsm());
    Files.move(unfinished, home.tokens(), StandardCopyOption.ATOMIC_MOVE);
    Files.delete(conf);
    SecretFiles.syncDirectory(home.hsm());
  }

  private static void initialize(JavaCommand java, Path pin, Path conf)
      throws IOException, InterruptedException {
    Process process =
        java.start(
            DevToken.class.getName(),
            List.of(pin.toString()),
            builder ->
                builder
                    .redirectErrorStream(true)
                    .environment()
                    .put("SOFTHSM2_CONF", conf.toString()));
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new DevException(
          "the SoftHSM2 token could not be made: " + said.lines().findFirst().orElse("no reason"));
    }
  }

  private static void writeConfiguration(Path conf, Path tokens) throws IOException {
    Path partial = conf.resolveSibling(conf.getFileName() + ".partial");
    Files.writeString(
        partial,
        "directories.tokendir = "
            + tokens
            + "\nobjectstore.backend = file\nlog.level = ERROR\nslots.removable = false\n");
    Files.move(partial, conf, StandardCopyOption.ATOMIC_MOVE);
    SecretFiles.syncDirectory(conf.getParent());
  }

  static void deleteRecursively(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    List<Path> paths;
    try (var walk = Files.walk(directory)) {
      paths = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : paths) {
      Files.delete(path);
    }
  }

  /**
   * Makes the token whose PIN stands in the file that the argument names. The security officer's
   * PIN is thrown away: nobody can set another PIN for this token.
   */
  public static void main(String[] args) {
    try (Pin officer = Pin.generate(KernelRandom.INSTANCE);
        Pin user = Pin.read(args[0])) {
      Cryptoki.load(LIBRARY).initializeToken(LABEL, officer, user);
    } catch (HsmException e) {
      System.out.println(e.getMessage());
      System.exit(1);
    }
  }
}
