package dev.cofre.loadtest.system;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** A run of the command line that has ended. */
record CliRun(int exitCode, byte[] out, String err) {
  String text() {
    return new String(out, StandardCharsets.UTF_8);
  }

  List<String> errLines() {
    return err.lines().toList();
  }

  /** Its output, when it succeeded. */
  byte[] succeeded() {
    if (exitCode != 0 || !err.isEmpty()) {
      throw new AssertionError("exit code " + exitCode + ": " + err);
    }
    return out;
  }
}
