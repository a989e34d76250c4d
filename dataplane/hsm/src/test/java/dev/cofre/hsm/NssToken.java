package dev.cofre.hsm;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.cofre.contract.random.KernelRandom;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.OptionalLong;

/**
 * NSS's software token for this test process, its database made anew: another vendor's module, by
 * which one sees that nothing is SoftHSM2's own.
 */
final class NssToken {
  private static final Path LIBRARY = Path.of("/usr/lib/x86_64-linux-gnu/libsoftokn3.so");

  private NssToken() {}

  /** Made when it is first asked for. */
  private static final class Made {
    private static Path pinFile;
    static final HsmConfig CONFIG = make();

    private static HsmConfig make() {
      try {
        Path database = Files.createTempDirectory("nss");
        HsmConfig config =
            new HsmConfig(
                LIBRARY,
                "NSS Certificate DB",
                OptionalLong.empty(),
                HsmConfig.Backend.SUNPKCS11,
                "configdir='sql:%s' certPrefix='' keyPrefix='' secmod='' flags="
                    .formatted(database));
        pinFile = database.resolve("pin");
        try (Pin pin = Pin.generate(KernelRandom.INSTANCE)) {
          pin.write(pinFile);
          setPin(Cryptoki.load(config), pin);
        }
        return config;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** A new database has no PIN; its security officer's is empty, and sets the user's. */
    private static void setPin(Cryptoki cryptoki, Pin pin) {
      long slot = cryptoki.tokens().getLast().slot();
      Pkcs11Functions functions = cryptoki.module().functions();
      byte[] bytes = pin.utf8();
      try (Arena arena = Arena.ofConfined();
          Cryptoki.Session session = cryptoki.open(slot)) {
        CkResult.check(
            functions.login(session.handle(), Cryptoki.CKU_SO, MemorySegment.NULL, 0), "SO login");
        CkResult.check(
            functions.initPin(session.handle(), arena.allocateFrom(JAVA_BYTE, bytes), bytes.length),
            "PIN");
        CkResult.check(functions.logout(session.handle()), "logout");
      }
      Arrays.fill(bytes, (byte) 0);
    }
  }

  static boolean isInstalled() {
    return Files.isReadable(LIBRARY);
  }

  static HsmConfig config() {
    return Made.CONFIG;
  }

  static Pin pin() {
    config();
    return Pin.read(Made.pinFile.toString());
  }
}
