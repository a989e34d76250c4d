package dev.cofre.loadtest.system;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What the kernel says of a process. */
final class Proc {
  private Proc() {}

  /** Its command line. */
  static List<String> arguments(long pid) throws IOException {
    return List.of(read(pid, "cmdline").split("\0"));
  }

  /** Its environment, as it was at its start. */
  static String environment(long pid) throws IOException {
    return read(pid, "environ");
  }

  /** The memory that it holds now, in MiB. */
  static long residentMib(long pid) throws IOException {
    return statusMib(pid, "VmRSS:");
  }

  /** The most memory that it ever held, in MiB. */
  static long residentPeakMib(long pid) throws IOException {
    return statusMib(pid, "VmHWM:");
  }

  private static long statusMib(long pid, String field) throws IOException {
    return read(pid, "status")
            .lines()
            .filter(line -> line.startsWith(field))
            .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
            .findFirst()
            .orElseThrow()
        / 1024;
  }

  private static String read(long pid, String file) throws IOException {
    byte[] bytes = Files.readAllBytes(Path.of("/proc", Long.toString(pid), file));
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
