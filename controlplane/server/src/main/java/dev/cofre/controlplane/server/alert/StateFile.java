package dev.cofre.controlplane.server.alert;

import dev.cofre.hsm.SecretFiles;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * A JSON file that is replaced in one step, and is on the disk when {@link #save} returns.
 * Stateless but for the path.
 */
final class StateFile {
  private static final System.Logger LOG = System.getLogger(StateFile.class.getName());

  private final Path file;

  StateFile(Path file) {
    this.file = file;
  }

  /** What was saved last; empty when nothing was, or it cannot be read: then it is kept aside. */
  Optional<JsonObject> load() throws IOException {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(new JsonObject(Files.readString(file)));
    } catch (DecodeException e) {
      Path aside = file.resolveSibling(file.getFileName() + ".damaged");
      Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
      LOG.log(
          Level.WARNING,
          "what alerts remember cannot be read and begins anew; it is kept as {0}",
          aside);
      return Optional.empty();
    }
  }

  void save(JsonObject state) throws IOException {
    Path partial = file.resolveSibling(file.getFileName() + ".partial");
    try (FileChannel channel =
        FileChannel.open(
            partial,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      ByteBuffer bytes = StandardCharsets.UTF_8.encode(state.encode());
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
    SecretFiles.syncDirectory(file.getParent());
  }
}
