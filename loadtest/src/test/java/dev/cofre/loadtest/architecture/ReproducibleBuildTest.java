package dev.cofre.loadtest.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two builds of the same sources in two places give the same bytes. */
@Tag("full")
class ReproducibleBuildTest {
  private static final List<String> MODULES = List.of("dataplane/contract", "controlplane/domain");

  @TempDir Path folder;

  @Test
  void jarsAreByteIdentical() throws Exception {
    Path first = build("first");
    Path second = build("a second, elsewhere");
    for (String module : MODULES) {
      List<Path> jars =
          Modules.files(first.resolve(module).resolve("target"), ".jar").stream()
              .filter(jar -> !jar.toString().contains("/lib/"))
              .toList();
      assertTrue(!jars.isEmpty(), module);
      for (Path jar : jars) {
        Path other = second.resolve(first.relativize(jar));
        assertEquals(-1, Files.mismatch(jar, other), "first byte that differs in " + jar);
      }
    }
  }

  private Path build(String name) throws Exception {
    Path root = Files.createDirectory(folder.resolve(name));
    copy(Modules.ROOT.resolve("pom.xml"), root);
    copy(Modules.ROOT.resolve("mvnw"), root);
    copyAll(Modules.ROOT.resolve(".mvn"), root);
    for (Path pom : poms()) {
      copy(pom, root);
    }
    for (String module : MODULES) {
      copyAll(Modules.ROOT.resolve(module).resolve("src"), root);
    }
    Path log = root.resolve("build.log");
    Process build =
        new ProcessBuilder(
                "./mvnw",
                "-o",
                "-B",
                "-DskipTests",
                "-Dspotless.check.skip=true",
                "-pl",
                String.join(",", MODULES),
                "package")
            .directory(root.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    assertTrue(build.waitFor(5, TimeUnit.MINUTES), "the build ends");
    assertEquals(0, build.exitValue(), Files.readString(log));
    return root;
  }

  private static List<Path> poms() throws IOException {
    try (Stream<Path> walk = Files.walk(Modules.ROOT, 3)) {
      return walk.filter(file -> file.endsWith("pom.xml")).toList();
    }
  }

  private static void copyAll(Path folder, Path root) throws IOException {
    for (Path file : Modules.files(folder, "")) {
      if (Files.isRegularFile(file)) {
        copy(file, root);
      }
    }
  }

  private static void copy(Path file, Path root) throws IOException {
    Path target = root.resolve(Modules.ROOT.relativize(file));
    if (Files.notExists(target)) {
      Files.createDirectories(target.getParent());
      Files.copy(file, target, StandardCopyOption.COPY_ATTRIBUTES);
    }
  }
}
