package dev.cofre.hsm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.random.KernelRandom;
import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Nodes that share a token start while another process logs in to it all the time. */
class SharedTokenTest {
  private static final int STARTS = 100;
  private static final String READY = "logged in";

  /** What another node does at its start, over and over, until it is killed. */
  static final class Other {
    private Other() {}

    /** Takes the module, the token's label and the file of the PIN. */
    public static void main(String[] args) throws Exception {
      HsmConfig config = new HsmConfig(Path.of(args[0]), args[1], OptionalLong.empty());
      Cryptoki cryptoki = Cryptoki.load(config);
      assertTrue(cryptoki.hasToken(args[1]));
      long slot = cryptoki.slotOf(config);
      try (Pin pin = Pin.read(args[2])) {
        System.out.println(READY);
        while (true) {
          logInAndOut(cryptoki, slot, pin);
          TimeUnit.MILLISECONDS.sleep(1);
        }
      }
    }

    private static void logInAndOut(Cryptoki cryptoki, long slot, Pin pin) {
      try (Cryptoki.Session session = cryptoki.login(slot, pin)) {
        session.functions().logout(session.handle());
      } catch (HsmException e) {
        // This one's login met the other side's: it does not try again, for it comes again.
        Thread.onSpinWait();
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void eachLogsIn(HsmConfig.Backend backend) throws Exception {
    HsmConfig config = SoftHsmToken.CONFIG.with(backend);
    try (OtherProcess other = OtherProcess.start(config)) {
      for (int start = 0; start < STARTS; start++) {
        // A node that starts has seen nothing of the token yet.
        Pkcs11Module module = Cryptoki.load(config).module();
        module.restart(module.generation());
        try (Hsm hsm = Pkcs11Hsm.login(config, SoftHsmToken.pin())) {
          hsm.ping();
        }
      }
      other.requireAlive();
    }
  }

  /** What SoftHSM2 leaves of a token when a process is killed in the middle of its login. */
  @ParameterizedTest
  @EnumSource
  void aTokenThatAKillLeftEmptyComesBack(HsmConfig.Backend backend) throws Exception {
    HsmConfig config = SoftHsmToken.CONFIG.with(backend);
    String kek = "emptied-" + backend;
    byte[] iv = new byte[12];
    byte[] wrapped;
    try (Hsm hsm = Pkcs11Hsm.login(config, SoftHsmToken.pin());
        ClearKey key = ClearKey.random(KernelRandom.INSTANCE, 32)) {
      hsm.generateKek(kek);
      wrapped = hsm.wrap(kek, iv, iv, key);
    }
    Path token = SoftHsmToken.folder().resolve("token.object");
    Files.write(token, new byte[0]);
    Pkcs11Module module = Cryptoki.load(config).module();
    module.restart(module.generation());
    try (Hsm hsm = Pkcs11Hsm.login(config, SoftHsmToken.pin());
        ClearKey key = hsm.unwrap(kek, iv, iv, wrapped)) {
      assertArrayEquals(wrapped, hsm.wrap(kek, iv, iv, key));
    }
    assertTrue(Files.size(token) > 0);
  }

  private record OtherProcess(Process process) implements AutoCloseable {
    static OtherProcess start(HsmConfig config) throws Exception {
      Process process =
          new ProcessBuilder(
                  List.of(
                      Path.of(System.getProperty("java.home"), "bin/java").toString(),
                      "--enable-native-access=ALL-UNNAMED",
                      "-Xmx64m",
                      "-cp",
                      System.getProperty("java.class.path"),
                      Other.class.getName(),
                      config.library().toString(),
                      config.tokenLabel(),
                      SoftHsmToken.pinFile().toString()))
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      BufferedReader said = process.inputReader();
      assertEquals(READY, said.readLine());
      return new OtherProcess(process);
    }

    void requireAlive() {
      assertTrue(process.isAlive(), "nothing was in the way of the logins");
    }

    @Override
    public void close() {
      process.destroyForcibly();
      process.onExit().join();
    }
  }
}
