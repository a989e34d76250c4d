package dev.cofre.hsm;

import dev.cofre.contract.random.KernelRandom;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;

/**
 * A real SoftHSM2 token for this test process, made anew in the module's build folder.
 *
 * <p>SoftHSM2 reads SOFTHSM2_CONF once per process, so all tests of a process share the token; use
 * labels of your own.
 */
public final class SoftHsmToken {
  /** The token's configuration. */
  public static final HsmConfig CONFIG =
      new HsmConfig(Path.of("/usr/lib/softhsm/libsofthsm2.so"), "cofre-test", OptionalLong.empty());

  private static final Path PIN_FILE = make();

  private SoftHsmToken() {}

  /** Logs in. */
  public static Hsm login() {
    return Pkcs11Hsm.login(CONFIG, pin());
  }

  /** A fresh copy of the token's PIN. */
  public static Pin pin() {
    return Pin.read(PIN_FILE.toString());
  }

  /** The file that holds the PIN. */
  public static Path pinFile() {
    return PIN_FILE;
  }

  /** The folder of this token alone; beside it are those that other tests made. */
  public static Path folder() {
    Path tokens = Path.of(System.getenv("SOFTHSM2_CONF")).resolveSibling("softhsm-tokens");
    try (var folders = Files.list(tokens)) {
      return folders
          .filter(Files::isDirectory)
          .min(Comparator.comparing(SoftHsmToken::madeAt))
          .orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static FileTime madeAt(Path folder) {
    try {
      return Files.readAttributes(folder, BasicFileAttributes.class).creationTime();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path make() {
    try {
      Path conf = Path.of(System.getenv("SOFTHSM2_CONF"));
      Path tokens = conf.resolveSibling("softhsm-tokens");
      deleteRecursively(tokens);
      Files.createDirectories(tokens);
      Files.writeString(
          conf,
          "directories.tokendir = " + tokens + "\nobjectstore.backend = file\nlog.level = ERROR\n");
      Path pinFile =
          Files.createTempFile(
              "pin",
              "",
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.delete(pinFile);
      pinFile.toFile().deleteOnExit();
      try (Pin so = Pin.generate(KernelRandom.INSTANCE);
          Pin user = Pin.generate(KernelRandom.INSTANCE)) {
        Cryptoki.load(CONFIG.library()).initializeToken(CONFIG.tokenLabel(), so, user);
        user.write(pinFile);
      }
      return pinFile;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void deleteRecursively(Path directory) throws IOException {
    if (Files.exists(directory)) {
      List<Path> paths;
      try (var walk = Files.walk(directory)) {
        paths = walk.sorted(Comparator.reverseOrder()).toList();
      }
      for (Path path : paths) {
        Files.delete(path);
      }
    }
  }
}
