package dev.cofre.loadtest.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Modules and packages depend on each other in the directions of docs/ARCHITECTURE.md alone. */
class ArchitectureTest {
  private static final int JAVA_17 = 61;
  private static final int JAVA_25 = 69;

  private static JavaClasses classes;

  @BeforeAll
  static void read() {
    List<Path> folders = Modules.PACKAGES.keySet().stream().map(Modules::classes).toList();
    folders.forEach(folder -> assertTrue(Files.isDirectory(folder), "not built: " + folder));
    classes = new ClassFileImporter(List.<ImportOption>of()).importPaths(folders);
    assertTrue(classes.size() > 200, () -> "too few classes: " + classes.size());
  }

  /** Each module, and after it the modules that it may use; transitive ones are named. */
  @ParameterizedTest
  @CsvSource({
    "dataplane/contract,''",
    "dataplane/hsm,dataplane/contract",
    "dataplane/engine,dataplane/contract dataplane/hsm",
    "dataplane/http,dataplane/contract dataplane/engine",
    "dataplane/server,dataplane/contract dataplane/hsm dataplane/engine dataplane/http",
    "dataplane/client,dataplane/contract",
    "controlplane/domain,''",
    "controlplane/documents,dataplane/contract",
    "controlplane/server,controlplane/domain controlplane/documents dataplane/contract dataplane/hsm dataplane/engine dataplane/http",
    "controlplane/cli,controlplane/documents dataplane/client dataplane/contract loadtest/report",
    "loadtest/report,''",
    "loadtest,dataplane/client dataplane/contract loadtest/report"
  })
  void aModuleUsesNoOther(String module, String allowed) {
    Set<String> may = Set.of(allowed.split(" "));
    String[] others =
        Modules.PACKAGES.entrySet().stream()
            .filter(other -> !other.getKey().equals(module) && !may.contains(other.getKey()))
            .map(other -> other.getValue() + "..")
            .toArray(String[]::new);
    noClasses()
        .that()
        .resideInAPackage(Modules.PACKAGES.get(module) + "..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(others)
        .check(classes);
  }

  @Test
  void theEngineAndWhatIsBelowKnowNoVertx() {
    noClasses()
        .that()
        .resideInAnyPackage(
            "dev.cofre.engine..",
            "dev.cofre.hsm..",
            "dev.cofre.contract..",
            "dev.cofre.controlplane.domain..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.vertx..", "io.netty..")
        .check(classes);
  }

  @Test
  void theDomainDoesNoInputOrOutput() {
    noClasses()
        .that()
        .resideInAPackage("dev.cofre.controlplane.domain..")
        .should()
        .dependOnClassesThat(
            resideInAnyPackage("java.io..", "java.nio..", "java.net..", "java.sql..")
                .and(not(resideInAPackage("java.nio.charset")))
                // Memory that a decoder of text takes, not a channel.
                .and(not(type(ByteBuffer.class)))
                .and(not(type(CharBuffer.class)))
                // A name, not a connection.
                .and(not(type(URI.class)))
                // For literals of addresses alone: see the next rule.
                .and(not(type(InetAddress.class))))
        .check(classes);
  }

  @Test
  void theDomainAsksNoNameServer() {
    noClasses()
        .that()
        .resideInAPackage("dev.cofre.controlplane.domain..")
        .should()
        .callMethod(InetAddress.class, "getByName", String.class)
        .orShould()
        .callMethod(InetAddress.class, "getAllByName", String.class)
        .check(classes);
  }

  @Test
  void onlyTheHsmModuleTouchesAToken() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.cofre.hsm..")
        .and()
        // Its key store is a list of certificates in memory: whom to trust for an issuer's keys.
        .doNotHaveFullyQualifiedName("dev.cofre.controlplane.server.federation.KeyFetch")
        .and()
        // Likewise, and the client certificate that a receiver of audit events is shown.
        .doNotHaveFullyQualifiedName("dev.cofre.controlplane.server.sink.TlsFiles")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("sun.security.pkcs11..")
        .orShould()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.security.KeyStore")
        .check(classes);
  }

  @Test
  void nothingThatServesCallersKnowsTheSimulatedHsm() {
    noClasses()
        .that()
        .haveNameNotMatching("dev\\.cofre\\.hsm\\.SimulatedHsm.*")
        .and()
        .resideOutsideOfPackage("dev.cofre.dataplane.server.rehearsal")
        .should()
        .dependOnClassesThat()
        .haveNameMatching("dev\\.cofre\\.hsm\\.SimulatedHsm.*")
        .check(classes);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "dev.cofre.contract",
        "dev.cofre.engine",
        "dev.cofre.dataplane.server",
        "dev.cofre.documents",
        "dev.cofre.controlplane.server",
        "dev.cofre.loadtest"
      })
  void packagesHaveNoCycles(String module) {
    slices().assignedFrom(new PackageSlices(module)).should().beFreeOfCycles().check(classes);
  }

  @Test
  void everyPackageIsExplained() throws IOException {
    Set<Path> bare = new TreeSet<>();
    for (String module : List.of("dataplane", "controlplane", "benchmarks", "loadtest")) {
      for (Path source : Modules.files(Modules.ROOT.resolve(module), ".java")) {
        boolean ours = source.toString().contains("/src/main/java/");
        if (ours && Files.notExists(source.resolveSibling("package-info.java"))) {
          bare.add(source.getParent());
        }
      }
    }
    assertEquals(Set.of(), bare, "packages without a package-info.java");
  }

  @ParameterizedTest
  @CsvSource({
    "dataplane/contract," + JAVA_17,
    "dataplane/client," + JAVA_17,
    "dataplane/engine," + JAVA_25,
    "controlplane/server," + JAVA_25
  })
  void bytecodeIsOfTheRelease(String module, int expected) throws IOException {
    List<Path> files = Modules.classFiles(module);
    assertFalse(files.isEmpty());
    Set<Integer> majors =
        files.stream().map(ArchitectureTest::major).collect(Collectors.toUnmodifiableSet());
    assertEquals(Set.of(expected), majors);
  }

  private static int major(Path classFile) {
    try (DataInputStream in = new DataInputStream(Files.newInputStream(classFile))) {
      in.readInt();
      in.readUnsignedShort();
      return in.readUnsignedShort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
