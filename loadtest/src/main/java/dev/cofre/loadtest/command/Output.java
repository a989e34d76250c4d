package dev.cofre.loadtest.command;

import dev.cofre.loadtest.run.UsageException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Where results go. */
final class Output {
  /** How standard output reads. */
  enum Format {
    text,
    json
  }

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Folder of the results (default: target/load of the project).")
  Path out;

  @Option(
      names = "--output",
      paramLabel = "text|json",
      description = "How the result is printed (default: text).")
  Format format = Format.text;

  /** The folder, made when it is not there. */
  Path folder() throws IOException {
    Path folder =
        out == null ? Path.of(System.getProperty("cofre.root", "."), "target", "load") : out;
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      throw new UsageException(folder + " is no folder");
    }
    return Files.createDirectories(folder);
  }

  /** Tells of progress, beside the result. */
  static void say(String words) {
    System.err.println("load: " + words);
  }

  void print(String text, JsonObject json) {
    System.out.println(format == Format.json ? json.encodePrettily() : text);
  }
}
