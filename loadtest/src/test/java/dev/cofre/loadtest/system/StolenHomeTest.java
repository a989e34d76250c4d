package dev.cofre.loadtest.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Who takes everything but the HSM's PIN can open nothing, and finds no secret in the files. */
@ExtendWith(SystemExtension.class)
class StolenHomeTest {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final String PLAINTEXT = "the known plaintext that no file may hold: 0123456789";
  private static final String CONTEXT = "a context's value that no file may hold";

  @Test
  void isWorthNothingWithoutThePin(Workspace workspace) throws Exception {
    Cofre cofre = Cofre.start(workspace, "home");
    Path pinFile = cofre.home().resolve("hsm/pin");
    String pin = Files.readString(pinFile).strip();
    assertTrue(pin.length() >= 22, "at least 128 random bits");
    byte[] envelope = useIt(cofre);
    processesShowNoSecret(cofre, pin);
    cofre.stop();
    filesHoldNoSecret(cofre, pin);

    Files.delete(pinFile);
    Refusal dev = attempt(workspace, cofre, "dev");
    assertTrue(dev.lastLine().contains("PIN file"), dev::lastLine);
    for (String plane : List.of(Cofre.CONTROL_PLANE, Cofre.DATA_PLANE)) {
      Files.deleteIfExists(pinFile);
      Refusal alone = attempt(workspace, cofre, plane, "--config", configuration(cofre, plane));
      assertTrue(alone.lastLine().contains("PIN file"), alone::lastLine);
      for (String wrong : wrong(plane, pin)) {
        writePrivate(pinFile, wrong);
        Refusal refused = attempt(workspace, cofre, plane, "--config", configuration(cofre, plane));
        assertEquals(1, refused.lines().size(), () -> "one line: " + refused);
        assertFalse(refused.lastLine().contains(pin), refused::lastLine);
      }
    }

    writePrivate(pinFile, pin);
    cofre.start();
    assertArrayEquals(PLAINTEXT.getBytes(UTF_8), cofre.cli(envelope, "decrypt").succeeded());
  }

  private static List<String> wrong(String plane, String pin) {
    return plane.equals(Cofre.CONTROL_PLANE) ? List.of("", "1234", pin + "x") : List.of("1234");
  }

  /** Whatever a caller may do that could leave a trace; returns an envelope. */
  private static byte[] useIt(Cofre cofre) throws Exception {
    Api data = cofre.data("app");
    byte[] plaintext = PLAINTEXT.getBytes(UTF_8);
    byte[] envelope = cofre.cli(plaintext, "encrypt", "--key", "demo").succeeded();
    String base64 = Base64.getEncoder().encodeToString(plaintext);
    String json = "{\"plaintext\":\"%s\",\"context\":{\"k\":\"%s\"}}".formatted(base64, CONTEXT);
    assertEquals(200, data.json("/v1/keys/demo/encrypt", json).status());
    assertEquals(200, data.json("/v1/keys/demo/data-keys", "{}").status());
    assertEquals(400, data.json("/v1/keys/demo/encrypt", json + "x").status());
    assertEquals(400, data.raw("/v1/decrypt", plaintext).status());
    assertEquals(404, data.raw("/v1/keys/absent/encrypt", plaintext).status());
    assertEquals(401, data.as(cofre.token("app") + "x").raw("/v1/decrypt", envelope).status());
    assertEquals(403, cofre.data("auditor").raw("/v1/decrypt", envelope).status());
    cofre.cli(new byte[0], "key", "rotate", "demo").succeeded();
    return envelope;
  }

  private static void processesShowNoSecret(Cofre cofre, String pin) throws Exception {
    Child reading =
        cofre.workspace().launch("cli", cofre.environment(), "encrypt", "--key", "demo");
    List<Long> pids = new ArrayList<>();
    pids.add(cofre.supervisor().pid());
    pids.add(cofre.process(Cofre.DATA_PLANE).pid());
    pids.add(cofre.process(Cofre.CONTROL_PLANE).pid());
    pids.add(reading.pid());
    List<String> secrets = tokens(cofre);
    secrets.add(pin);
    for (long pid : pids) {
      String shown = Proc.environment(pid) + String.join(" ", Proc.arguments(pid));
      for (String secret : secrets) {
        assertFalse(shown.contains(secret), "a secret in /proc/" + pid);
      }
    }
    reading.close();
  }

  private static List<String> tokens(Cofre cofre) throws IOException {
    List<String> tokens = new ArrayList<>();
    for (Path file : cofre.tokenFiles()) {
      tokens.add(Files.readString(file).strip());
    }
    assertEquals(9, tokens.size(), "eight roles and the node");
    return tokens;
  }

  private static void filesHoldNoSecret(Cofre cofre, String pin) throws Exception {
    Map<String, String> secrets = new HashMap<>();
    secrets.put(pin, "the PIN");
    for (String token : tokens(cofre)) {
      secrets.put(token, "a token");
    }
    secrets.put(PLAINTEXT, "the plaintext");
    secrets.put(CONTEXT, "a context's value");
    SecretSearch search = new SecretSearch(secrets);
    List<Path> own = new ArrayList<>(cofre.tokenFiles());
    own.add(cofre.home().resolve("hsm/pin"));
    List<String> found = search.in(cofre.workspace().folder(), own);
    System.out.println("searched " + search.files() + " files for " + secrets.size() + " secrets");
    assertEquals(List.of(), found);
    assertTrue(search.files() > 10, "logs, audit, database, token objects and configurations");
    for (Path file : own) {
      assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    }
  }

  private static String configuration(Cofre cofre, String plane) {
    return cofre.home().resolve("dev").resolve(plane + ".conf").toString();
  }

  private static void writePrivate(Path file, String pin) throws IOException {
    Files.writeString(file, pin);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  /** A start that was refused. */
  private record Refusal(List<String> lines) {
    String lastLine() {
      return lines.getLast();
    }
  }

  private static Refusal attempt(Workspace workspace, Cofre cofre, String... arguments)
      throws Exception {
    Map<String, String> environment = cofre.environment();
    environment.put("SOFTHSM2_CONF", cofre.home().resolve("hsm/softhsm2.conf").toString());
    Child child = workspace.launch("thief", environment, arguments);
    assertEquals(1, child.exitCode(LIMIT), child::name);
    return new Refusal(child.errLines());
  }
}
