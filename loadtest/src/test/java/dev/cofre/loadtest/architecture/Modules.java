package dev.cofre.loadtest.architecture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The modules with production code, by their folders. */
final class Modules {
  /** The project's root. */
  static final Path ROOT = Path.of(System.getProperty("cofre.root"));

  /** Folder to the package that the module's packages begin with. */
  static final Map<String, String> PACKAGES =
      Map.ofEntries(
          Map.entry("dataplane/contract", "dev.cofre.contract"),
          Map.entry("dataplane/hsm", "dev.cofre.hsm"),
          Map.entry("dataplane/engine", "dev.cofre.engine"),
          Map.entry("dataplane/http", "dev.cofre.http"),
          Map.entry("dataplane/server", "dev.cofre.dataplane.server"),
          Map.entry("dataplane/client", "dev.cofre.client"),
          Map.entry("controlplane/domain", "dev.cofre.controlplane.domain"),
          Map.entry("controlplane/documents", "dev.cofre.documents"),
          Map.entry("controlplane/server", "dev.cofre.controlplane.server"),
          Map.entry("controlplane/cli", "dev.cofre.cli"),
          Map.entry("loadtest/report", "dev.cofre.report"),
          Map.entry("loadtest", "dev.cofre.loadtest"));

  private Modules() {}

  /** The compiled classes of {@code module}. */
  static Path classes(String module) {
    return ROOT.resolve(module).resolve("target/classes");
  }

  static List<Path> classFiles(String module) throws IOException {
    return files(classes(module), ".class");
  }

  /** The sources below {@code folder}. */
  static List<Path> files(Path folder, String suffix) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> walk = Files.walk(folder)) {
      return walk.filter(file -> file.toString().endsWith(suffix)).sorted().toList();
    }
  }
}
