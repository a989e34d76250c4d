package dev.cofre.controlplane.server.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.controlplane.server.dev.DevHome;
import dev.cofre.controlplane.server.doctor.Finding.Grade;
import dev.cofre.hsm.Hsm;
import dev.cofre.hsm.SoftHsmToken;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorTest {
  @Test
  void findsThisMachineFit() {
    List<Finding> findings = new MachineChecks(Path.of("/proc")).run();
    assertEquals(10, findings.size());
    assertTrue(findings.stream().noneMatch(finding -> finding.grade() == Grade.FAIL));
  }

  @Test
  void saysWhatToDo(@TempDir Path empty) {
    assertEquals(Grade.FAIL, MachineChecks.jdk(21).grade());
    assertTrue(MachineChecks.jdk(21).detail().contains("JAVA_HOME"));
    assertEquals(Grade.WARN, MachineChecks.processors(1).grade());
    assertEquals(Grade.WARN, MachineChecks.memory(1 << 30).grade());
    assertEquals(Grade.OK, MachineChecks.openFiles("unlimited").grade());
    assertTrue(MachineChecks.openFiles("1024").detail().contains("ulimit"));
    assertEquals(Grade.WARN, MachineChecks.aes(Set.of("sse2")).grade());
    assertTrue(MachineChecks.aes(Set.of("aes", "vaes")).detail().contains("with VAES"));
    assertEquals(Grade.WARN, MachineChecks.libcrypto(false).grade());
    assertTrue(MachineChecks.aesGcm(Optional.empty()).detail().contains("Intel's library"));
    assertEquals(
        "by the JDK, for it rains", MachineChecks.aesGcm(Optional.of("it rains")).detail());
    assertEquals(Grade.FAIL, MachineChecks.clock(Instant.EPOCH).grade());
    assertEquals(
        3,
        new MachineChecks(empty).run().stream().filter(f -> f.grade() == Grade.WARN).count(),
        "what cannot be read is told");
  }

  @Test
  void provesThatKeysStayInTheToken() {
    try (Hsm hsm = SoftHsmToken.login()) {
      hsm.generateKek("doctor");
    }
    List<Finding> findings = HomeChecks.token(SoftHsmToken.CONFIG, SoftHsmToken.pinFile());
    assertTrue(findings.stream().allMatch(finding -> finding.grade() == Grade.OK), "" + findings);
    assertTrue(findings.getLast().detail().contains("can be read out"));
  }

  @Test
  void namesLooseModesAndUsedPorts(@TempDir Path directory) throws IOException {
    Path root = directory.resolve("home");
    Files.createDirectory(
        root, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-xr-x"));
    try (ServerSocket taken = new ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
      DevHome home =
          DevHome.of(
              Map.of(
                  "COFRE_HOME", root.toString(),
                  "COFRE_PORT_BASE", Integer.toString(Math.min(taken.getLocalPort(), 65_530))),
              directory);
      List<Finding> findings = new HomeChecks(home, Path.of("/nowhere/module.so")).run();
      assertTrue(detail(findings, "hsm-module").contains("apt-get install softhsm2"));
      assertTrue(detail(findings, "home").contains("chmod 700 " + root));
      assertTrue(taken.getLocalPort() > 65_530 || detail(findings, "port-data").contains("in use"));
    }
  }

  @Test
  void printsALineForEachCheckAndJson() {
    List<Finding> findings = List.of(Finding.ok("a", "fine"), Finding.fail("b", "do this"));
    assertEquals(2, DoctorMain.text(findings).lines().count());
    assertTrue(DoctorMain.text(findings).startsWith("ok   a"));
    assertEquals(
        "fail",
        new JsonObject(DoctorMain.json(findings))
            .getJsonArray("checks")
            .getJsonObject(1)
            .getString("grade"));
  }

  private static String detail(List<Finding> findings, String check) {
    return findings.stream()
        .filter(finding -> finding.check().equals(check))
        .findFirst()
        .orElseThrow()
        .detail();
  }
}
