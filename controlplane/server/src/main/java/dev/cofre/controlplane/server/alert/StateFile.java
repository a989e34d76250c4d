package dev.cofre.controlplane.server.alert;

import dev.cofre.hsm.SecretFiles;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/**
 * A JSON file that is replaced in one step, and is on the disk when {@link #save} returns.
 * Stateless but for the path.
 */
final class StateFile {
  private final Path file;

  StateFile(Path file) {
    this.file = file;
  }

  /**
   * What was saved last; empty when nothing was.
   *
   * @throws IOException when it cannot be read
   */
  Optional<JsonObject> load() throws IOException {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(new JsonObject(Files.readString(file)));
    } catch (DecodeException e) {
      throw new IOException("is no JSON", e);
    }
  }

  /**
   * Renames it, as it is of no use here and not to be overwritten.
   *
   * @return what it is called now, or why it could not be renamed; for people
   */
  String keepAside() {
    Path aside =
        file.resolveSibling(file.getFileName() + ".unusable-" + Instant.now().toEpochMilli());
    try {
      Files.move(file, aside);
      return "it is kept as " + aside.getFileName();
    } catch (IOException e) {
      return "it could not be renamed and is replaced (" + ChannelRunner.reason(e) + ")";
    }
  }

  void save(JsonObject state) throws IOException {
    SecretFiles.replace(file, state.encode().getBytes(StandardCharsets.UTF_8));
  }
}
