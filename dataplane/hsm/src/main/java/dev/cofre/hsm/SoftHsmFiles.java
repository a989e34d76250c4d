package dev.cofre.hsm;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The files in which SoftHSM2 keeps what a token's PIN opens, and a copy of each.
 *
 * <p>SoftHSM2 empties a token's file and writes it anew at each login. A process that is killed
 * between the two leaves an empty file, and with it all keys of the token are lost: of 400
 * processes that were killed while they logged in again and again, 69 left one. So a copy lies
 * beside it since the last login, and takes the place of an empty file. It holds what the file
 * itself held, under the same PIN. Where the PIN was changed since, it is the former one that opens
 * the copy.
 *
 * <p>Other modules are not touched. Thread-safe; whatever fails here is logged and fails nothing.
 */
final class SoftHsmFiles {
  private static final System.Logger LOG = System.getLogger(SoftHsmFiles.class.getName());
  private static final String TOKEN = "token.object";
  private static final String COPY = "token.copy";
  private static final String FOLDER_SETTING = "directories.tokendir";

  /** Far longer than it takes to write a file of a few hundred bytes. */
  private static final long WRITTEN_AFTER_MS = 20;

  private final Path tokens;

  private SoftHsmFiles(Path tokens) {
    this.tokens = tokens;
  }

  /** Those of the module {@code library}; empty when it is no SoftHSM2, or keeps no such files. */
  static Optional<SoftHsmFiles> of(Path library) {
    if (!library.getFileName().toString().contains("softhsm")) {
      return Optional.empty();
    }
    try {
      for (Path configuration : configurations()) {
        if (Files.isReadable(configuration)) {
          return tokens(Files.readAllLines(configuration, StandardCharsets.UTF_8))
              .filter(Files::isDirectory)
              .map(SoftHsmFiles::new);
        }
      }
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "SoftHSM2's configuration cannot be read", e);
    }
    return Optional.empty();
  }

  /** Where SoftHSM2 looks for its configuration, in this order. */
  private static List<Path> configurations() {
    String named = System.getenv("SOFTHSM2_CONF");
    return named != null
        ? List.of(Path.of(named))
        : List.of(
            Path.of(System.getProperty("user.home"), ".config/softhsm2/softhsm2.conf"),
            Path.of("/etc/softhsm/softhsm2.conf"),
            Path.of("/etc/softhsm2.conf"));
  }

  private static Optional<Path> tokens(List<String> lines) {
    return lines.stream()
        .map(line -> line.split("=", 2))
        .filter(setting -> setting.length == 2 && setting[0].strip().equals(FOLDER_SETTING))
        .map(setting -> Path.of(setting[1].strip()))
        .findFirst();
  }

  /** Copies what was not copied yet, or has changed. After a login. */
  void save() {
    try {
      for (Path folder : folders()) {
        byte[] token = Files.readAllBytes(folder.resolve(TOKEN));
        Path copy = folder.resolve(COPY);
        boolean isSaved = Files.exists(copy) && Arrays.equals(token, Files.readAllBytes(copy));
        // Another process's login may have emptied it just now.
        if (token.length > 0 && !isSaved) {
          SecretFiles.replace(copy, token);
        }
      }
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "SoftHSM2's token could not be copied", e);
    }
  }

  /** Puts the copy in the place of each file that was left empty. */
  void restore() {
    try {
      for (Path folder : folders()) {
        Path token = folder.resolve(TOKEN);
        Path copy = folder.resolve(COPY);
        if (Files.exists(copy) && isLeftEmpty(token)) {
          SecretFiles.replace(token, Files.readAllBytes(copy));
          LOG.log(
              Level.WARNING,
              "{0} was empty, as SoftHSM2 leaves it when a process is killed at its login; it is"
                  + " restored from its copy of {1}",
              token,
              Files.getLastModifiedTime(copy));
        }
      }
    } catch (IOException e) {
      LOG.log(Level.WARNING, "SoftHSM2's token cannot be restored: {0}", e.toString());
    }
  }

  private List<Path> folders() throws IOException {
    try (Stream<Path> folders = Files.list(tokens)) {
      return folders.filter(folder -> Files.exists(folder.resolve(TOKEN))).toList();
    }
  }

  /** Whether it is empty, and nobody is about to write it. */
  private static boolean isLeftEmpty(Path token) throws IOException {
    if (Files.size(token) > 0) {
      return false;
    }
    FileTime emptied = Files.getLastModifiedTime(token);
    try {
      Thread.sleep(WRITTEN_AFTER_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
    return Files.size(token) == 0 && Files.getLastModifiedTime(token).equals(emptied);
  }
}
