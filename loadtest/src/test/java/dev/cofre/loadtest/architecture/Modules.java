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
      Map.of(
          "dataplane/contract", "dev.cofre.contract",
          "dataplane/hsm", "dev.cofre.hsm",
          "dataplane/engine", "dev.cofre.engine",
          "dataplane/http", "dev.cofre.http",
          "dataplane/server", "dev.cofre.dataplane.server",
          "dataplane/client", "dev.cofre.client",
          "controlplane/domain", "dev.cofre.controlplane.domain",
          "controlplane/server", "dev.cofre.controlplane.server",
          "controlplane/cli", "dev.cofre.cli",
          "loadtest", "dev.cofre.loadtest");

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
