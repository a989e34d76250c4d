package dev.cofre.benchmarks.node;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.hsm.ClearKey;
import dev.cofre.hsm.Hsm;
import dev.cofre.hsm.KekMissingException;
import dev.cofre.hsm.SimulatedHsm;
import dev.cofre.hsm.WrappingNotAvailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DelayedHsmTest {
  private static final long BY_MS = 60;
  private static final int IN_A_ROW = 3;
  private static final long LIMIT_SECONDS = 120;
  private static final byte[] IV = new byte[Hsm.IV_LENGTH];
  private static final byte[] AAD = {1};

  @TempDir Path folder;
  private Path file;
  private Hsm hsm;

  @BeforeEach
  void open() throws IOException {
    file = HsmDelay.file(folder, 4711);
    Files.createDirectories(file.getParent());
    hsm = DelayedHsm.of(new SimulatedHsm(Duration.ZERO, 4), HsmDelay.watch(file));
  }

  @AfterEach
  void close() {
    hsm.close();
  }

  private void say(String line) throws IOException {
    Path next = Files.writeString(folder.resolve("next"), line);
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static String slow(long lastsMs) {
    return BY_MS * 1_000 + " " + (System.currentTimeMillis() + lastsMs) + "\n";
  }

  private static boolean isSlow(Runnable call) {
    long beganNs = System.nanoTime();
    call.run();
    return System.nanoTime() - beganNs >= BY_MS * 1_000_000;
  }

  /** A call may be late by itself on a busy machine, but not several in a row. */
  private void awaitSlow(boolean slow) {
    long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    int row = 0;
    while (row < (slow ? IN_A_ROW : 1)) {
      assertTrue(System.nanoTime() < endNs, "slow: " + slow);
      row = isSlow(hsm::ping) == slow ? row + 1 : 0;
    }
  }

  @Test
  void eachCallWaitsAndIsTheTokensOwn() throws Exception {
    say(slow(60_000));
    awaitSlow(true);
    assertTrue(isSlow(() -> hsm.generateFreshKek("kek", false)));
    byte[] wrapped;
    try (ClearKey key = ClearKey.of(new byte[32])) {
      long beganNs = System.nanoTime();
      wrapped = hsm.wrap("kek", IV, AAD, key);
      assertTrue(System.nanoTime() - beganNs >= BY_MS * 1_000_000);
    }
    long beganNs = System.nanoTime();
    try (ClearKey key = hsm.unwrap("kek", IV, AAD, wrapped)) {
      assertTrue(System.nanoTime() - beganNs >= BY_MS * 1_000_000);
      assertArrayEquals(new byte[32], key.copy());
    }
    assertThrows(KekMissingException.class, () -> hsm.unwrap("none", IV, AAD, wrapped));
    assertThrows(WrappingNotAvailableException.class, hsm::transport);
    Hsm.SigningKey signing = hsm.signingKey("signing");
    assertTrue(isSlow(() -> assertTrue(signing.sign(AAD).length > 0)));
    assertEquals(hsm.signingPublicKey("signing").orElseThrow(), signing.publicKey());
  }

  @Test
  void itEndsByItself() throws Exception {
    awaitSlow(false);
    say(slow(5_000));
    awaitSlow(true);
    awaitSlow(false);
  }

  @Test
  void whatIsNoLineMeansNoDelay() throws Exception {
    for (String wrong :
        new String[] {
          "0 0\n", "", "soon", "60000", "60000 -1\n", slow(0), "9 99999999999999999\n"
        }) {
      say(slow(60_000));
      awaitSlow(true);
      say(wrong);
      awaitSlow(false);
    }
  }

  @Test
  void theFileIsTheNodesAlone() throws Exception {
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    hsm.close();
    assertFalse(Files.exists(file));
  }
}
