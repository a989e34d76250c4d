package dev.cofre.cli;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads a document that a command is given as a file. Stateless. */
final class DocumentFile {
  private DocumentFile() {}

  /** The JSON object in {@code file}; {@code -} is the standard input. */
  static JsonObject read(Terminal terminal, Path file) throws IOException {
    boolean standardInput = file.equals(Path.of("-"));
    String text =
        standardInput
            ? new String(terminal.in().readAllBytes(), StandardCharsets.UTF_8)
            : Files.readString(file);
    try {
      return new JsonObject(text);
    } catch (DecodeException e) {
      throw new CliException(ExitCodes.USAGE, file + " is not a JSON object");
    }
  }
}
