package dev.cofre.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** What a command did: its exit code and what it wrote. */
record CliRun(int exitCode, byte[] out, String err) {
  /** Runs a command without input. */
  static CliRun of(Map<String, String> environment, String... args) {
    return of(environment, new byte[0], args);
  }

  static CliRun of(Map<String, String> environment, byte[] in, String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    return of(environment, new ByteArrayInputStream(in), out, args).withOut(out.toByteArray());
  }

  static CliRun of(
      Map<String, String> environment, InputStream in, OutputStream out, String... args) {
    StringWriter err = new StringWriter();
    Terminal terminal = new Terminal(environment, in, out, new PrintWriter(err));
    int exitCode = CofreCli.run(terminal, args);
    return new CliRun(exitCode, new byte[0], err.toString());
  }

  private CliRun withOut(byte[] written) {
    return new CliRun(exitCode, written, err);
  }

  String text() {
    return new String(out, StandardCharsets.UTF_8);
  }

  long errLines() {
    return err.lines().count();
  }
}
