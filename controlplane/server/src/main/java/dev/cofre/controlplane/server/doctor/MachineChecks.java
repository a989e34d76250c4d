package dev.cofre.controlplane.server.doctor;

import dev.cofre.contract.random.KernelRandom;
import dev.cofre.engine.aead.AeadBackEnd;
import dev.cofre.engine.aes.NativeAes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Checks of the runtime, the processor, the kernel's generator and the clock. */
final class MachineChecks {
  private static final int JDK = 25;
  private static final long MEMORY_BYTES_MIN = 2L << 30;
  private static final long OPEN_FILES_MIN = 4_096;
  private static final LocalDate CLOCK_EARLIEST = LocalDate.of(2026, 1, 1);

  private final Path proc;

  /** Reads the kernel's view of the machine under {@code proc}. */
  MachineChecks(Path proc) {
    this.proc = proc;
  }

  List<Finding> run() {
    List<Finding> findings = new ArrayList<>();
    findings.add(jdk(Runtime.version().feature()));
    findings.add(processors(Runtime.getRuntime().availableProcessors()));
    findings.add(memory());
    findings.add(openFiles());
    findings.add(aes());
    findings.add(aesGcm(AeadBackEnd.obstacle()));
    findings.add(libcrypto(NativeAes.isAvailable()));
    findings.add(random());
    findings.add(clock(Instant.now()));
    findings.add(monotonic());
    return findings;
  }

  static Finding jdk(int feature) {
    return feature == JDK
        ? Finding.ok("jdk", "Java " + Runtime.version())
        : Finding.fail(
            "jdk", "Java " + feature + " runs; install a JDK " + JDK + " and set JAVA_HOME");
  }

  static Finding processors(int count) {
    return count >= 2
        ? Finding.ok("processors", count + " processors")
        : Finding.warn("processors", "one processor only: both planes will share it; give two");
  }

  private Finding memory() {
    try {
      for (String line : Files.readAllLines(proc.resolve("meminfo"))) {
        if (line.startsWith("MemTotal:")) {
          return memory(Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024);
        }
      }
    } catch (IOException e) {
      return Finding.warn("memory", "the memory's size cannot be read: " + e.getMessage());
    }
    return Finding.warn("memory", "the memory's size is not told");
  }

  static Finding memory(long bytes) {
    String size = (bytes >> 20) + " MiB";
    return bytes >= MEMORY_BYTES_MIN
        ? Finding.ok("memory", size)
        : Finding.warn("memory", size + "; give at least " + (MEMORY_BYTES_MIN >> 20) + " MiB");
  }

  private Finding openFiles() {
    try {
      for (String line : Files.readAllLines(proc.resolve("self/limits"))) {
        if (line.startsWith("Max open files")) {
          return openFiles(line.substring("Max open files".length()).strip().split("\\s+")[0]);
        }
      }
    } catch (IOException e) {
      return Finding.warn("open-files", "the limit cannot be read: " + e.getMessage());
    }
    return Finding.warn("open-files", "the limit is not told");
  }

  static Finding openFiles(String soft) {
    boolean enough = soft.equals("unlimited") || Long.parseLong(soft) >= OPEN_FILES_MIN;
    return enough
        ? Finding.ok("open-files", "limit " + soft)
        : Finding.warn(
            "open-files", "limit " + soft + "; raise it: ulimit -n " + OPEN_FILES_MIN * 16);
  }

  static Finding libcrypto(boolean isAvailable) {
    return isAvailable
        ? Finding.ok("libcrypto", "key schedules of data keys are outside the heap")
        : Finding.warn(
            "libcrypto",
            "no libcrypto.so.3: key schedules of data keys are on the heap, where copies of them may"
                + " stay behind; install OpenSSL 3");
  }

  private Finding aes() {
    try {
      Set<String> flags = Set.of();
      for (String line : Files.readAllLines(proc.resolve("cpuinfo"))) {
        if (line.startsWith("flags") || line.startsWith("Features")) {
          flags = Set.copyOf(Arrays.asList(line.substring(line.indexOf(':') + 1).split("\\s+")));
          break;
        }
      }
      return aes(flags);
    } catch (IOException e) {
      return Finding.warn("aes", "the processor's features cannot be read: " + e.getMessage());
    }
  }

  static Finding aes(Set<String> flags) {
    if (!flags.contains("aes")) {
      return Finding.warn(
          "aes",
          "the processor shows no AES unit: encryption will be slow; choose another machine");
    }
    return Finding.ok(
        "aes", flags.contains("vaes") ? "AES unit with VAES" : "AES unit, without VAES");
  }

  static Finding aesGcm(Optional<String> obstacle) {
    return Finding.ok(
        "aes-gcm",
        obstacle
            .map(why -> "by the JDK, for " + why)
            .orElse("by Intel's library, about three times as fast as the JDK"));
  }

  private static Finding random() {
    byte[] first = KernelRandom.INSTANCE.bytes(32);
    long begin = System.nanoTime();
    byte[] second = KernelRandom.INSTANCE.bytes(32);
    long micros = (System.nanoTime() - begin) / 1_000;
    return Arrays.equals(first, second)
        ? Finding.fail("random", "the kernel's generator repeats itself; do not use this machine")
        : Finding.ok("random", "the kernel's generator answers (" + micros + " µs for 32 bytes)");
  }

  static Finding clock(Instant now) {
    return now.atOffset(ZoneOffset.UTC).toLocalDate().isBefore(CLOCK_EARLIEST)
        ? Finding.fail("clock", "it says " + now + "; set it, with NTP for preference")
        : Finding.ok("clock", now.toString());
  }

  private static Finding monotonic() {
    long last = System.nanoTime();
    for (int i = 0; i < 10_000; i++) {
      long next = System.nanoTime();
      if (next < last) {
        return Finding.fail("clock-monotonic", "the monotonic clock runs backwards; change kernel");
      }
      last = next;
    }
    return Finding.ok("clock-monotonic", "never runs backwards");
  }
}
