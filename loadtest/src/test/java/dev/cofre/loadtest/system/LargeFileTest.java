package dev.cofre.loadtest.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A large file goes in and comes back identical, while the data plane's memory stays bounded. */
@ExtendWith(SystemExtension.class)
class LargeFileTest {
  private static final long MIB = 1 << 20;

  /** Heap and direct memory as configured, and what a JVM needs beside them. */
  private static final long RESIDENT_MIB_MAX = 256 + 128 + 200;

  @Test
  void throughEncryptAndDecrypt(Workspace workspace, Cofre cofre) throws Exception {
    roundTrip(workspace, cofre, 256);
  }

  @Test
  @Tag("full")
  void oneGibibyte(Workspace workspace, Cofre cofre) throws Exception {
    roundTrip(workspace, cofre, 1024);
  }

  private static void roundTrip(Workspace workspace, Cofre cofre, long sizeMib) throws Exception {
    long dataPlane = cofre.process(Cofre.DATA_PLANE).pid();
    assertTrue(Proc.arguments(dataPlane).contains("-Xmx256m"), "the heap is capped at 256 MiB");
    Path plain = workspace.resolve("plain");
    Path back = workspace.resolve("back");
    Path err = workspace.resolve("pipeline.err");
    writeRandom(plain, sizeMib);
    long start = System.nanoTime();
    List<Process> pipeline =
        ProcessBuilder.startPipeline(
            List.of(
                Launcher.command(cofre.environment(), "encrypt", "--key", "demo")
                    .redirectInput(plain.toFile())
                    .redirectError(Redirect.appendTo(err.toFile())),
                Launcher.command(cofre.environment(), "decrypt")
                    .redirectOutput(back.toFile())
                    .redirectError(Redirect.appendTo(err.toFile()))));
    for (Process process : pipeline) {
      boolean ended = process.waitFor(5, TimeUnit.MINUTES);
      process.destroyForcibly();
      assertTrue(ended, "the pipeline ends");
      assertEquals(0, process.exitValue(), () -> "exit code: " + read(err));
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    assertEquals(-1, Files.mismatch(plain, back), "the first byte that differs");
    long peak = Proc.residentPeakMib(dataPlane);
    System.out.printf(
        "%d MiB encrypted and decrypted in one pipeline: %.1f s, %.0f MiB/s, data plane's memory"
            + " at most %d MiB%n",
        sizeMib, seconds, sizeMib / seconds, peak);
    assertTrue(peak < RESIDENT_MIB_MAX, "memory of the data plane: " + peak + " MiB");
  }

  private static void writeRandom(Path file, long sizeMib) throws IOException {
    Random random = Seed.of("LargeFileTest");
    byte[] block = new byte[(int) MIB];
    try (OutputStream out = Files.newOutputStream(file)) {
      for (long i = 0; i < sizeMib; i++) {
        random.nextBytes(block);
        out.write(block);
      }
    }
  }

  /** While a caller neither sends nor reads, nothing more is taken in than fits some buffers. */
  @Test
  void aCallerThatDoesNotReadIsNotReadFrom(Cofre cofre) throws Exception {
    long dataPlane = cofre.process(Cofre.DATA_PLANE).pid();
    Random random = Seed.of("LargeFileTest");
    byte[] block = Seed.bytes(random, 1 << 16);
    int blocks = 1_600;
    try (SlowCaller caller = SlowCaller.connect(cofre, "/v1/keys/demo/encrypt", blocks * 65_536L)) {
      int sent = caller.sendUntilStalled(block, blocks, Duration.ofMillis(500));
      System.out.printf(
          "a caller that does not read is stopped after %d KiB; the data plane holds %d MiB%n",
          sent >> 10, Proc.residentMib(dataPlane));
      assertTrue(sent < 32 * MIB, "taken in without being read: " + sent + " bytes");
      Answer other = cofre.data("app").raw("/v1/keys/demo/encrypt", new byte[10]);
      assertEquals(200, other.status(), "others are served meanwhile");
      long answered = caller.finish(block, blocks, sent);
      assertEquals(164 + blocks * (65_536L + 16), answered, "the envelope's length");
    }
    assertTrue(Proc.residentPeakMib(dataPlane) < RESIDENT_MIB_MAX);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.getMessage();
    }
  }
}
